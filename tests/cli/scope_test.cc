// --scope: networks with the same addresses, and what the reports say of them.

#include "cli/parsed.h"
#include "cli/program.h"
#include "cli/sample_capture.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

// The records of a capture with their Ethernet frames in a VLAN.
std::string in_vlan(const std::string& pcap, char id) {
    constexpr std::size_t kFileHeader = 24;
    constexpr std::size_t kRecordHeader = 16;
    constexpr std::size_t kMacs = 12;
    constexpr char kTag = 4;
    std::string records;
    for (std::size_t at = kFileHeader; at < pcap.size();) {
        const auto length = static_cast<unsigned char>(pcap[at + 8]);
        std::string record = pcap.substr(at, kRecordHeader + length);
        record.insert(kRecordHeader + kMacs, std::string("\x81\0\0", 3) + id);
        for (const std::size_t field : {8U, 12U}) record[field] = static_cast<char>(record[field] + kTag);
        records += record;
        at += kRecordHeader + length;
    }
    return records;
}

struct Tenants {
    Tenants() {
        const std::string story = pcap_of(sample_story());
        write_file(folder.file("x.pcap"), pcap_header() + in_vlan(story, 10) + in_vlan(story, 20));
    }
    std::string report(const std::string& name, const std::string& columns, const std::string& scope) {
        return run_program({"-q", folder.file("x.pcap"), "-o", "-", "--report", name, "--columns", columns,
                            "--scope", scope})
            .out;
    }

    TemporaryFolder folder;
};

}  // namespace

TEST_CASE("networks are told apart by what --scope names") {
    CHECK_FALSE(settings_of({"x"}).analyzer.scope.any());
    CHECK(settings_of({"x"}).csv.dialect.stream_numbers);
    CHECK_FALSE(settings_of({"x", "--scope", "none"}).analyzer.scope.any());
    const auto settings = settings_of({"x", "--scope", "vlan,tunnel", "--scope", "interface"});
    CHECK(settings.analyzer.scope.vlan);
    CHECK(settings.analyzer.scope.tunnel);
    CHECK(settings.analyzer.scope.interface);
    CHECK_FALSE(settings.csv.dialect.stream_numbers);
    CHECK_FALSE(settings_of({"-i", "lo", "--scope", "vlan"}).csv.dialect.stream_numbers);
    CHECK(mistake_in({"x", "--scope", "vrf"}) ==
          "--scope: 'vrf' is not one of vlan, tunnel, interface, none");
}

TEST_CASE("without a scope one connection is in both networks, as in Wireshark") {
    CHECK(Tenants().report("flows", "stream,first_frame,last_frame,scope", "none") ==
          "stream,first_frame,last_frame,scope\n0,1,10,\n");
}

TEST_CASE("with a scope each network has its connections and hosts") {
    Tenants tenants;
    CHECK(tenants.report("flows", "stream,first_frame,last_frame,scope", "vlan") ==
          "stream,first_frame,last_frame,scope\n,1,5,vlan:10\n,6,10,vlan:20\n");
    CHECK(tenants.report("hosts", "host,connections,scope", "vlan") ==
          "host,connections,scope\n10.0.0.1,1,vlan:10\n10.0.0.1,1,vlan:20\n10.0.0.2,1,vlan:10\n"
          "10.0.0.2,1,vlan:20\n");
    CHECK(tenants.report("segments", "frame,stream,scope", "vlan") ==
          "frame,stream,scope\n4,,vlan:10\n5,,vlan:10\n9,,vlan:20\n10,,vlan:20\n");
    CHECK(tenants.report("flows", "wireshark_filter", "vlan").find(" && vlan.id == 20 && ") !=
          std::string::npos);
}
