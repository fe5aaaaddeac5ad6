// deadpeer diff as a program: what it prints, its exit codes, and reports that the program itself wrote.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "cli/program.h"
#include "cli/sample_capture.h"
#include "diff/report_texts.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct Folders {
    Folders() {
        write_reports(before, {.flows = "0,10.0.0.1,40000,10.0.0.2,443,5,alive,,handshake\n1,10.0.0.1,40001,"
                                        "10.0.0.2,443,5,idle,,handshake\n",
                               .hosts = "10.0.0.1,,7200,75,9\n"});
        write_reports(after, {.flows = "0,10.0.0.1,40000,10.0.0.2,443,5,peer_dead,17,handshake\n",
                              .events = "host_rebooted,10.0.0.2,,,5\n",
                              .hosts = "10.0.0.1,\"'=db,\x1b\",300,75,3\n"});
    }

    TemporaryFolder folder;
    std::string before = folder.file("before");
    std::string after = folder.file("after");
};

// The reports of one of the captures that are kept for tests.
std::string report_of(const TemporaryFolder& folder, const std::string& story,
                      std::vector<std::string> options = {}) {
    const std::string report = folder.file(story + std::to_string(folder.entries()));
    options.insert(options.begin(),
                   {std::string(TESTDATA_FOLDER) + "/" + story + "/capture.pcap", "-q", "-o", report});
    const Finished run = run_program(options);
    REQUIRE(run.code == 0);
    return report;
}

}  // namespace

TEST_CASE("diff prints what changed, worst first, and a line of counts") {
    const Folders folders;
    const Finished run = run_program({"diff", folders.before, folders.after});
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK(run.out ==
          "New dead peers (1):\n"
          "  10.0.0.1:40000 ('=db,\\x1B) > 10.0.0.2:443: peer_dead, was alive (tcp.stream 0, frame 17)\n"
          "Connections gone (1):\n"
          "  10.0.0.1:40001 ('=db,\\x1B) > 10.0.0.2:443: was idle (old tcp.stream 1)\n"
          "New events (1):\n"
          "  host_rebooted: 10.0.0.2, 1 (was 0)\n"
          "Hosts whose keepalive changed (1):\n"
          "  10.0.0.1 ('=db,\\x1B): idle 300 s, was 7200 s; count 3, was 9\n"
          "Connections: 2 before, 1 after, 1 in both, 0 replaced by others of their service, 1 gone, 0 new; "
          "newly dead 1, rebooted 0, suspect 0, other problems 0; other verdicts changed 0; new events 1; "
          "chronic 0, resolved 0; hosts with another keepalive 1\n");
}

TEST_CASE("diff --csv and -o - print the same as CSV, and the counts elsewhere") {
    const Folders folders;
    const Finished run = run_program({"diff", folders.before, folders.after, "--csv"});
    CHECK(run.code == 0);
    CHECK(run.out ==
          "change,initiator,initiator_port,responder,responder_port,old_stream,new_stream,verdict_frame,host,"
          "host_port,"
          "peer,name,what,old,new,initiator_name,responder_name\n"
          "new_dead_peer,10.0.0.1,40000,10.0.0.2,443,0,0,17,,,,,verdict,alive,peer_dead,\"'=db,\\x1B\",\n"
          "connection_gone,10.0.0.1,40001,10.0.0.2,443,1,,,,,,,verdict,idle,,\"'=db,\\x1B\",\n"
          "new_event,,,,,,,,10.0.0.2,,,,host_rebooted,0,1,,\n"
          "keepalive_changed,,,,,,,,10.0.0.1,,,\"'=db,\\x1B\",keepalive_idle_s,7200,300,,\n"
          "keepalive_changed,,,,,,,,10.0.0.1,,,\"'=db,\\x1B\",keepalive_count,9,3,,\n");
    CHECK(run.err.starts_with("Connections: 2 before, "));
    CHECK(run_program({"diff", folders.before, folders.after, "-o", "-"}).out == run.out);
    CHECK(run_program({"diff", folders.before, folders.after, "-q", "--csv"}).err.empty());
}

TEST_CASE("diff: usage errors") {
    struct Case {
        std::vector<std::string> arguments;
        const char* message;
    };
    const Case cases[] = {
        {{}, "diff compares two folders or more: deadpeer diff OLD... NEW"},
        {{"a"}, "diff compares two folders"},
        {{"a", "b", "c", "--fail-on", "connection_gone"},
         "--fail-on connection_gone compares two folders, here are 3"},
        {{"a", "b", "-o", "x"}, "diff prints only: -o takes nothing but -"},
        {{"a", "b", "--no-such"}, "--no-such"},
        {{"a", "b", "--fail-on", "peer_dead"}, "--fail-on: 'peer_dead' is neither a change (new_dead_peer, "},
        {{"a", "b", "--fail-on", ""}, "--fail-on: '' is neither"},
    };
    for (const Case& c : cases) {
        std::vector<std::string> arguments = {"diff"};
        arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
        INFO(Catch::StringMaker<std::vector<std::string>>::convert(arguments));
        const Finished run = run_program(arguments);
        CHECK(run.code == 1);
        CHECK(run.out.empty());
        CHECK(contains(run.err, c.message));
        CHECK(run.err.ends_with("\nTry deadpeer diff --help.\n"));
    }
    const Finished help = run_program({"diff", "--help"});
    CHECK(help.code == 0);
    CHECK(contains(help.out, "Exit codes: 0 "));
}

TEST_CASE("diff: reports that cannot be read: exit 3, one line, escaped") {
    const Folders folders;
    const auto refused = [&](const std::vector<std::string>& arguments, const std::string& message) {
        const Finished run = run_program(arguments);
        INFO(run.err);
        CHECK(run.code == 3);
        CHECK(run.out.empty());
        CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
        CHECK(run.err.starts_with("deadpeer: "));
        CHECK(contains(run.err, message));
        CHECK_FALSE(contains(run.err, "\x1b"));
    };
    refused({"diff", folders.before, folders.folder.file("no\x1b[2J")},
            "no\\x1B[2J/flows.csv: No such file or directory.");
    write_file(folders.folder.file("file"), "x");
    refused({"diff", folders.folder.file("file"), folders.after}, "file/flows.csv: Not a directory.");
    for (const std::string report : {"flows", "events", "hosts"}) {
        const std::string with_pipe = folders.folder.file("piped_" + report);
        write_reports(with_pipe, {});
        const std::string piped = with_pipe + "/" + report + ".csv";
        REQUIRE(::unlink(piped.c_str()) == 0);
        REQUIRE(::mkfifo(piped.c_str(), 0600) == 0);
        const std::string message = report + ".csv: it is a named pipe, not a report.";
        refused({"diff", folders.before, with_pipe}, message);
        refused({"diff", with_pipe, folders.before}, message);
        refused({"diff", folders.before, folders.after, with_pipe}, message);
    }
    write_reports(folders.folder.file("bad"), {.hosts = "10.0.0.1,,7200,75,9\n10.0.0.2,,\x1b,,\n"});
    refused({"diff", folders.before, folders.folder.file("bad")},
            "bad/hosts.csv, line 3: keepalive_idle_s must be a number of seconds, not \"\\x1B\".");
}

TEST_CASE("diff --fail-on: exit 10 if such a change is found") {
    const Folders folders;
    const auto code = [&](const std::string& words) {
        return run_program({"diff", folders.before, folders.after, "--fail-on", words}).code;
    };
    CHECK(code("new_dead_peer") == 10);
    CHECK(code("new_suspect,keepalive_changed") == 10);
    CHECK(code("any") == 10);
    CHECK(code("new_suspect") == 0);
    CHECK(run_program({"diff", folders.before, folders.before, "--fail-on", "any"}).code == 0);
}

TEST_CASE("diff --fail-on: what is chronic is not any change, unless it grows") {
    const TemporaryFolder folder;
    const auto report = [&](const std::string& name, const std::vector<int>& ports) {
        ReportTexts texts;
        for (const int port : ports) {
            texts.flows += "0,10.0.0.1," + std::to_string(port) + ",10.0.0.2,443,5,peer_dead,17,handshake\n";
        }
        write_reports(folder.file(name), texts);
        return folder.file(name);
    };
    const std::string one = report("one", {1});
    const std::string other = report("other", {2});
    const std::string two = report("two", {3, 4});
    const auto code = [&](std::vector<std::string> folders, const std::string& words) {
        folders.insert(folders.begin(), "diff");
        folders.insert(folders.end(), {"--fail-on", words});
        return run_program(folders).code;
    };
    CHECK(code({one, other}, "new_dead_peer,any,getting_more") == 0);
    CHECK(code({one, other}, "chronic") == 10);
    CHECK(code({one, two}, "new_dead_peer") == 0);
    CHECK(code({one, two}, "getting_more") == 10);
    CHECK(code({one, two}, "any") == 10);
    CHECK(code({one, other, one}, "new_dead_peer,any,getting_more") == 0);
    CHECK(code({one, other, one}, "chronic") == 10);
    CHECK(code({one, other, two}, "getting_more") == 10);
    const std::string none = report("none", {});
    CHECK(code({none, none, one}, "new_dead_peer") == 10);
    CHECK(code({one, none, none}, "any") == 0);  // nothing of the service is in the last run
}

TEST_CASE("diff of more than two folders tells the trend") {
    const Folders folders;
    const Finished run = run_program({"diff", folders.before, folders.before, folders.after});
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK(run.out == "New in the last run (2):\n  10.0.0.2: host_rebooted in 1 of 3 runs (seen in 1), " +
                         folders.after + ": 0 0 1\n" +
                         "  10.0.0.1 ('=db,\\x1B) > 10.0.0.2:443: peer_dead in 1 of 3 runs, " +
                         folders.after + ": 0 0 1\n" +
                         "Runs: 3; problems new 2, chronic 0 (getting more 0), resolved 0, absent 0\n");
    const Finished csv = run_program({"diff", folders.before, folders.before, folders.after, "--csv"});
    CHECK(csv.out ==
          "standing,client,server,server_port,problem,runs,seen,of,first_run,last_run,tendency,counts,client_"
          "name,"
          "server_name\n"
          "new,,10.0.0.2,,host_rebooted,1,1,3," +
              folders.after + "," + folders.after +
              ",more,0 0 1,,\n"
              "new,10.0.0.1,10.0.0.2,443,peer_dead,1,3,3," +
              folders.after + "," + folders.after + ",more,0 0 1,\"'=db,\\x1B\",\n");
    CHECK(csv.err == "Runs: 3; problems new 2, chronic 0 (getting more 0), resolved 0, absent 0\n");
    const Finished unread = run_program({"diff", folders.before, folders.after, folders.folder.file("none")});
    CHECK(unread.code == 3);
    CHECK(contains(unread.err, "none/flows.csv: No such file or directory."));
}

TEST_CASE("diff of more than two folders says where they are not in the order of time") {
    const TemporaryFolder folder;
    write_reports(folder.file("a"), {.flows = "0,10.0.0.1,1,10.0.0.2,443,9,alive,,handshake\n"});
    write_reports(folder.file("b"), {.flows = "0,10.0.0.1,1,10.0.0.2,443,5,alive,,handshake\n"});
    const Finished run = run_program({"diff", folder.file("a"), folder.file("b"), folder.file("a")});
    CHECK(run.code == 0);
    CHECK(contains(run.err, folder.file("b") + " begins before the folder named before it"));
}

TEST_CASE("diff: a full device and a reader that left") {
    const Folders folders;
    const auto to_full = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
    const Finished text = run_program({"diff", folders.before, folders.after}, to_full);
    CHECK(text.code == 4);
    const Finished csv = run_program({"diff", folders.before, folders.after, "--csv"}, to_full);
    CHECK(csv.code == 4);
    CHECK(contains(csv.err, "Cannot write standard output: No space left on device."));
}

TEST_CASE("diff of the program's own reports: nothing, whatever the dialect") {
    const TemporaryFolder folder;
    for (const std::string story :
         {"peer_crashed", "host_rebooted_met_by_data", "heartbeat_stops", "port_reuse"}) {
        INFO(story);
        const std::string plain = report_of(folder, story);
        for (const std::vector<std::string>& options : {std::vector<std::string>{},
                                                        {"--delimiter", ";", "--bom", "--crlf"},
                                                        {"--delimiter", "tab", "--time", "epoch"},
                                                        {"--segments", "none"}}) {
            const Finished run = run_program({"diff", plain, report_of(folder, story, options)});
            CHECK(run.code == 0);
            CHECK(run.out.starts_with("No difference.\nConnections: "));
        }
    }
}

TEST_CASE("diff of the program's own reports: a capture cut short before the peer was dead") {
    const TemporaryFolder folder;
    const std::string whole = report_of(folder, "peer_crashed");
    const std::string start = report_of(folder, "peer_crashed", {"-c", "12"});
    const Finished run = run_program({"diff", start, whole, "--fail-on", "new_dead_peer"});
    INFO(run.out);
    CHECK(run.code == 10);
    CHECK(run.out.starts_with("New dead peers (1):\n"));
    CHECK(contains(run.out,
                   " 1 before, 1 after, 1 in both, 0 replaced by others of their service, 0 gone, 0 new; "
                   "newly dead 1,"));
    const Finished back = run_program({"diff", whole, start});
    CHECK(contains(back.out, "was peer_dead"));
    CHECK_FALSE(contains(back.out, "New dead peers"));
}
