// Filters: as -f or at the end of the command line, and what the reports say with one.

#include "cli/parsed.h"
#include "cli/program.h"
#include "cli/sample_capture.h"
#include "report/text/explanation.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A connection that the filter "port 41000" hides, and two with the same addresses and ports.
struct Reused {
    Reused() {
        std::vector<SampleSegment> all = sample_story(41001);
        for (const std::uint32_t begin : {100U, 200U}) {
            for (SampleSegment segment : sample_story(41000)) {
                segment.second += begin;
                segment.seq += begin * 1000;
                if (segment.ack != 0) segment.ack += segment.from_initiator ? 0 : begin * 1000;
                all.push_back(segment);
            }
        }
        write_file(folder.file("x.pcap"), pcap_of(all));
    }
    std::string report(const std::string& name, const std::string& filter) {
        return run_program({"-q", folder.file("x.pcap"), "-o", "-", "--report", name, "-f", filter}).out;
    }

    TemporaryFolder folder;
};

}  // namespace

TEST_CASE("words at the end that begin like a filter and are no files are the filter") {
    const auto settings = settings_of({"-r", "x", "host", "10.0.0.1", "and", "port", "80"});
    CHECK(settings.inputs == Words{"x"});
    CHECK(settings.filter == "host 10.0.0.1 and port 80");
    CHECK(settings_of({"x", "y", "tcp[13] & 4 != 0", "-q"}).filter == "tcp[13] & 4 != 0");
    CHECK(settings_of({"x", "y", "tcp[13] & 4 != 0"}).inputs == Words{"x", "y"});
    CHECK(settings_of({"-", "not port 22"}).filter == "not port 22");
    CHECK(settings_of({"x", "(tcp or udp) and net 10"}).filter == "(tcp or udp) and net 10");
    CHECK(settings_of({"x", "!", "tcp"}).filter == "! tcp");
    CHECK(settings_of({"-i", "lo", "tcp", "port", "80"}).filter == "tcp port 80");
    CHECK(settings_of({"-i", "lo", "tcp", "port", "80"}).live->capture.filter == "tcp port 80");
}

TEST_CASE("a slip of the pen in the name of a file is no filter") {
    for (const char* typo : {"y.pcpa", "hosts", "10.0.0.1", "tcp.pcap", "ip/x"}) {
        INFO(typo);
        CHECK(settings_of({"x", typo}).inputs == Words{"x", typo});
    }
    // Something is to be read at any rate, and a file is a file.
    CHECK(settings_of({"tcp"}).inputs == Words{"tcp"});
    CHECK(settings_of({"x", "tcp", TESTDATA_FOLDER}).filter.empty());
    CHECK(settings_of({"x", "tcp", "-f", "port 80"}).inputs == Words{"x", "tcp"});
    CHECK(contains(mistake_in({"x", "host"}), "the filter \"host\" cannot be used"));
    const TemporaryFolder folder;
    write_file(folder.file("x.pcap"), pcap_of(sample_story()));
    const Finished run = run_program({folder.file("x.pcap"), folder.file("y.pcpa")});
    CHECK(run.code == 2);
    CHECK(contains(run.err, "y.pcpa: No such file"));
}

TEST_CASE("with a filter, wireshark_filter finds the connection where it is, and stream is empty") {
    Reused reused;
    const std::string ends =
        "ip.addr == 10.0.0.1 && tcp.port == 41000 && ip.addr == 10.0.0.2 && tcp.port == 50000 && ";
    const std::string flows = reused.report("flows", "port 41000");
    CHECK(contains(flows, "\n,x.pcap,6,10,"));
    CHECK(contains(flows, "," + ends +
                              "frame.time_epoch >= 1700000100.250000000 && "
                              "frame.time_epoch <= 1700000110.250000000,"));
    CHECK(contains(flows, "," + ends +
                              "frame.time_epoch >= 1700000200.250000000 && "
                              "frame.time_epoch <= 1700000210.250000000,"));
    CHECK_FALSE(contains(flows, "tcp.stream"));
    CHECK(contains(reused.report("segments", "port 41000"), "\nx.pcap,9,2023-11-14T22:15:10.250000000Z,,"));
    // Without one all is as it was.
    CHECK(contains(reused.report("flows", ""), "is given but empty") == false);
    CHECK(contains(run_program({"-q", reused.folder.file("x.pcap"), "-o", "-", "--report", "flows"}).out,
                   ",tcp.stream eq 2,"));
}

TEST_CASE("with a filter, events point at their connection, and no sentence names a stream") {
    const std::string sample = std::string(TESTDATA_FOLDER) + "/sample/capture.pcap";
    const std::string events = run_program({"-q", sample, "tcp", "-o", "-", "--report", "events"}).out;
    CHECK(contains(events, ",49,,probes_unanswered,"));
    CHECK(contains(events, "&& frame.time_epoch >= 1795243801.000000000 && frame.number <= 49,"));
    CHECK_FALSE(contains(events, "tcp.stream"));
    Finding reboot;
    reboot.kind = EventKind::kHostRebooted;
    reboot.count = 2;
    Explanation explanation;
    CHECK_FALSE(contains(explain(explanation, reboot, false).text, "tcp.stream"));
    CHECK(contains(explain(explanation, reboot, true).text, "lost 2 connections (tcp.stream 0 and 0)"));
}

TEST_CASE("a filter that matches nothing says so") {
    Reused reused;
    const Finished none = run_program({reused.folder.file("x.pcap"), "port", "9"});
    CHECK(none.code == 0);
    CHECK(contains(none.err, "the filter \"port 9\" matches no frame"));
    CHECK(run_program({reused.folder.file("x.pcap"), "port", "41000"}).err.empty());
}

TEST_CASE("reports of filtered runs can be compared") {
    const std::string sample = std::string(TESTDATA_FOLDER) + "/sample/capture.pcap";
    const TemporaryFolder folder;
    run_program({"-q", sample, "-o", folder.file("all")});
    run_program({"-q", sample, "tcp or arp", "-o", folder.file("tcp")});
    run_program({"-q", sample, "host", "198.51.100.20", "-o", folder.file("some")});
    const auto difference = [&](const char* before, const char* after) {
        return run_program({"diff", folder.file(before), folder.file(after)}).out;
    };
    CHECK(contains(difference("all", "some"), "198.51.100.30:5432: was peer_dead (old tcp.stream 1)\n"));
    CHECK(contains(difference("tcp", "some"), "198.51.100.30:5432: was peer_dead\n"));
    CHECK(contains(difference("some", "tcp"), "198.51.100.30:5432: peer_dead (frame 57)\n"));
    CHECK(difference("all", "tcp").starts_with("No difference.\n"));
}
