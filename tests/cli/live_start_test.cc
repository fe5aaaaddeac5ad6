// A live capture that cannot begin. What it does when it can is tested in tests/live.

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "cli/program.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

TEST_CASE("an interface that cannot be opened: exit 3, one sentence that names it, no trace") {
    const TemporaryFolder folder;
    const Finished run = run_program({"-i", "nosuchlink0", "-o", folder.file("report")});
    CHECK(run.code == 3);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("deadpeer: "));
    CHECK(run.err.find("nosuchlink0") != std::string::npos);
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
    CHECK_FALSE(fs::exists(folder.file("report")));
}

TEST_CASE("who is stopped while it waits for an interface has captured nothing, and says so") {
    for (const int number : {SIGTERM, SIGINT}) {
        const TemporaryFolder folder;
        Program program(
            {"-i", "nosuchlink0", "--wait-for-interface", "--no-sandbox", "-o", folder.file("report")});
        while (program.err().find("nosuchlink0") == std::string::npos) ::usleep(10'000);
        program.send(number);
        const Finished run = program.wait();
        CHECK(run.code == 3);
        CHECK(run.err ==
              "deadpeer: there is no interface nosuchlink0; deadpeer -D lists those that there are, and this "
              "one is waited for\n"
              "deadpeer: stopped while it waited; nothing was captured, and there is no report\n");
        CHECK_FALSE(fs::exists(folder.file("report")));
    }
}
