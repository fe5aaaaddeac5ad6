// --inventory as the user meets it: names in reports and summary, and what is not as expected.

#include <algorithm>

#include "cli/program.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// The report of two hosts, 10.1.0.2 probing after 2 s and 10.2.0.2 after 3 s, with an inventory of these
// rows.
struct Story {
    [[nodiscard]] Finished run(const std::string& rows, std::vector<std::string> arguments) const {
        write_file(folder.file("hosts.csv"), "address,name,idle,interval,count\n" + rows);
        arguments.insert(arguments.begin(), {capture, "--inventory", folder.file("hosts.csv")});
        return run_program(arguments);
    }
    [[nodiscard]] std::string report(const std::string& name, const std::string& rows) const {
        const Finished finished = run(rows, {"-q", "-o", "-", "--report", name});
        CHECK(finished.code == 0);
        CHECK(finished.err.empty());
        return finished.out;
    }

    TemporaryFolder folder;
    std::string capture = std::string(TESTDATA_FOLDER) + "/alive_both_probe/capture.pcap";
};

}  // namespace

TEST_CASE("--inventory: a folder is no inventory, and is called what it is") {
    const Story story;
    const std::string folder = story.folder.path().string();
    const Finished run = run_program({story.capture, "--inventory", folder});
    CHECK(run.code != 0);
    CHECK(contains(run.err, folder + " is a folder; name a CSV file with the column address."));
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') <= 2);
}

TEST_CASE("--inventory: names stand in hosts.csv, guarded") {
    const Story story;
    const std::string plain = story.report("hosts", "192.0.2.1,nobody,,,\n");
    CHECK(contains(plain, "\n10.1.0.2,,1,"));
    CHECK(contains(plain, "\n10.2.0.2,,1,"));
    const std::string named =
        story.report("hosts", "10.1.0.2,=db-1\x1b,,,\n10.0.0.0/8,\"a \"\"b\"\", c\",,,\n");
    CHECK(contains(named, "\n10.1.0.2,'=db-1\\x1B,1,"));
    CHECK(contains(named, "\n10.2.0.2,\"a \"\"b\"\", c\",1,"));
}

TEST_CASE("--inventory: names stand in flows.csv, events.csv and incidents.csv, guarded") {
    Story story;
    story.capture = std::string(TESTDATA_FOLDER) + "/sample/capture.pcap";
    const std::string rows = "198.51.100.30,=db-1\x1b,,,\n192.0.2.10,\"a \"\"b\"\", c\",,,\n";
    const std::string flows = story.report("flows", rows);
    CHECK(contains(flows, ",\"a \"\"b\"\", c\",'=db-1\\x1B,2026-11-21T06:51:01.071100000Z,\n"));
    const std::string events = story.report("events", rows);
    CHECK(contains(events, ",'=db-1\\x1B,\"a \"\"b\"\", c\",2026-11-21T06:51:01.071100000Z,\n"));
    CHECK(contains(story.report("incidents", rows), ",198.51.100.30,'=db-1\\x1B,"));
    // Known to nobody, they are empty.
    CHECK(contains(story.report("flows", "192.0.2.1,nobody,,,\n"), ",,,2026-11-21T06:51:01.071100000Z,\n"));
}

TEST_CASE("--inventory: the explanation says where keepalive is not as expected") {
    const Story story;
    const std::string differs =
        story.report("flows", "10.1.0.2,\"db \"\"1\"\"\x1b\",300,,\n10.2.0.2,app,3,,\n");
    CHECK(contains(differs,
                   " 10.1.0.2 (db \"\"1\"\"\\x1B) probes after 2 s, expected 5 min.\",tcp.stream eq 0,"));
    CHECK_FALSE(contains(differs, "(app)"));
    const std::string both = story.report("flows", "10.0.0.0/8,ours,60,,\n");
    CHECK(contains(both,
                   " 10.1.0.2 (ours) probes after 2 s, expected 60 s. 10.2.0.2 (ours) probes after 3 s, "
                   "expected 60 s.\","));
    CHECK(story.report("flows", "10.1.0.2,,2,,\n10.2.0.2,,3,,\n") ==
          story.report("flows", "192.0.2.1,x,5,,\n"));
}

TEST_CASE("--inventory: the summary's lines name the hosts, escaped") {
    Story story;
    story.capture = std::string(TESTDATA_FOLDER) + "/peer_crashed/capture.pcap";
    const Finished plain = story.run("192.0.2.1,nobody,,,\n", {});
    CHECK(contains(plain.out, "  dead peer: 10.2.0.2:9000 stopped responding; 10.1.0.2:40001 gave up "));
    const Finished named = story.run("10.1.0.2,web\x1b[2J,,,\n10.2.0.2,db-1,,,\n", {});
    CHECK(
        contains(named.out,
                 "  dead peer: 10.2.0.2:9000 (db-1) stopped responding; 10.1.0.2:40001 (web\\x1B[2J) gave "));
    CHECK_FALSE(contains(named.out, "\x1b"));
}
