// deadpeer sockets: its words, and what it cannot read or write. What it lists is tested in tests/sockets.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "cli/program.h"
#include "sockets/flow_rows.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("sockets: usage errors") {
    struct Case {
        std::vector<std::string> arguments;
        const char* message;
    };
    const Case cases[] = {
        {{"folder"}, "folder"},
        {{"--no-such"}, "--no-such"},
        {{"--report"}, "--report"},
        {{"--format", "xlsx\x1b"}, "--format: 'xlsx\\x1B' is not one of table, csv, jsonl"},
    };
    for (const Case& c : cases) {
        std::vector<std::string> arguments = {"sockets"};
        arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
        const Finished run = run_program(arguments);
        INFO(run.err);
        CHECK(run.code == 1);
        CHECK(run.out.empty());
        CHECK(contains(run.err, c.message));
        CHECK(run.err.ends_with("\nTry deadpeer sockets --help.\n"));
    }
    const Finished help = run_program({"sockets", "--help"});
    CHECK(help.code == 0);
    CHECK(contains(help.out, "Exit codes: 0 listed"));
}

TEST_CASE("sockets --columns: every column that the list has, in its order") {
    const Finished columns = run_program({"sockets", "--columns"});
    CHECK(columns.code == 0);
    const TemporaryFolder folder;
    write_flow_rows(folder.file("report"), "");
    const Finished list = run_program({"sockets", "--report", folder.file("report")});
    REQUIRE(list.code == 0);
    const std::string header = list.out.substr(0, list.out.find('\n'));
    std::string names;
    for (std::size_t at = columns.out.find("| `"); at != std::string::npos;
         at = columns.out.find("| `", at + 1)) {
        const std::size_t begin = at + 3;
        names += (names.empty() ? "" : ",") + columns.out.substr(begin, columns.out.find('`', begin) - begin);
    }
    CHECK(names == header);
    CHECK(std::count(header.begin(), header.end(), ',') == 30);
}

TEST_CASE("sockets: a report that cannot be read: exit 3, one line, no list") {
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& report, const std::string& message) {
        const Finished run = run_program({"sockets", "--report", report, "-o", folder.file("list.csv")});
        INFO(run.err);
        CHECK(run.code == 3);
        CHECK(run.out.empty());
        CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
        CHECK(run.err.starts_with("deadpeer: "));
        CHECK(contains(run.err, message));
        CHECK_FALSE(contains(run.err, "\x1b"));
        CHECK_FALSE(std::filesystem::exists(folder.file("list.csv")));
    };
    refused(folder.file("no\x1b[2J"),
            "no\\x1B[2J/flows.csv: No such file or directory. Name a folder that -o");
    write_flow_rows(folder.file("bad"), "0,10.0.0.1,1,10.0.0.2,x,,,,,,,,,\n");
    refused(folder.file("bad"),
            "bad/flows.csv, line 2: responder_port must be a number from 0 to 65535, not \"x\".");
    write_file(folder.file("bad") + "/flows.csv", "stream,initiator\n");
    refused(folder.file("bad"), "bad/flows.csv, line 1: there is no column initiator_port.");
}

TEST_CASE("sockets: a list that cannot be written: exit 4, and the old one stays") {
    const auto to_full = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
    // Of JSON Lines there may be none.
    for (const std::string format : {"csv", "table"}) {
        const Finished full = run_program({"sockets", "--format", format}, to_full);
        CHECK(full.code == 4);
        CHECK(full.err == "deadpeer: Cannot write standard output: No space left on device.\n");
    }
    const TemporaryFolder folder;
    const Finished missing = run_program({"sockets", "-o", folder.file("none/there/list.csv")});
    CHECK(missing.code == 4);
    CHECK(missing.out.empty());
    CHECK(std::count(missing.err.begin(), missing.err.end(), '\n') == 1);
    CHECK(contains(missing.err, "none/there"));

    write_file(folder.file("list.csv"), "old");
    const auto small_files = [] {
        const rlimit limit = {16, 16};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    };
    const Finished small = run_program({"sockets", "-o", folder.file("list.csv")}, small_files);
    CHECK(small.code == 4);
    CHECK(content_of(folder.file("list.csv")) == "old");
    CHECK(folder.entries() == 1);
    CHECK(run_program({"sockets", "-o", folder.file("list.csv")}).code == 0);
    CHECK(content_of(folder.file("list.csv")).starts_with("local,local_port,remote,"));
}
