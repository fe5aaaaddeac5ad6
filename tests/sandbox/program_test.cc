// The program reads files in its sandbox: nothing is refused that it needs, whoever started it.
#include "cli/program.h"

#include <netdb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include "cli/sample_capture.h"
#include "sandbox/child.h"
#include "sandbox/ground.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

constexpr unsigned kBob = 12345;  // somebody else

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

unsigned owner_of(const std::string& path) {
    struct stat info = {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_uid;
}

void give(const std::string& path, unsigned user) {
    REQUIRE(::chown(path.c_str(), user, user) == 0);
}

void make_folder(const std::string& path, unsigned user) {
    REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    give(path, user);
}

// The line of /proc/PID/status once it says what is wanted; a program that never does is a failure.
bool comes_to_say(pid_t process, const std::string& wanted) {
    for (int i = 0; i < 5000; ++i) {
        const std::string status = content_of("/proc/" + std::to_string(process) + "/status");
        if (contains(status, '\n' + wanted + '\n')) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

void limit_descriptors(rlim_t soft, rlim_t hard) {
    const rlimit limit = {soft, hard};
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

TEST_CASE("the program's own attempts are refused, and its reports are written") {
    const Ground ground(::geteuid());
    write_file(ground.places().inside + "/own.pcap", pcap_of(sample_story()));
    const Finished run =
        run_program({ground.places().inside + "/own.pcap", "-o", ground.places().inside}, [&] {
            ::setenv("DEADPEER_TEST_HOOK", (ground.places().outside + ':' + ground.places().inside).c_str(),
                     1);
        });
    CHECK(run.code == 0);
    CHECK(lines(run.err) > 40);
    std::istringstream in(run.err);
    for (std::string line; std::getline(in, line);) {
        INFO(line);
        CHECK((line.ends_with(" EPERM") || line.ends_with(" EACCES")));
    }
    CHECK(lines(content_of(ground.places().inside + "/flows.csv")) == 2);
}

TEST_CASE("before the first byte is read the kernel says: no capability, no way back, a filter") {
    const TemporaryFolder folder;
    REQUIRE(::mkfifo(folder.file("silent").c_str(), 0600) == 0);
    Program program({folder.file("silent")});
    CHECK(comes_to_say(program.process(), "Seccomp:\t2"));
    CHECK(comes_to_say(program.process(), "NoNewPrivs:\t1"));
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
        CHECK(comes_to_say(program.process(), std::string(set) + ":\t0000000000000000"));
    }
    const std::string self = std::to_string(::geteuid() == 0 ? kNobody : ::geteuid());
    CHECK(comes_to_say(program.process(), "Uid:\t" + self + '\t' + self + '\t' + self + '\t' + self));
    CHECK(comes_to_say(program.process(), "State:\tS (sleeping)"));  // it waits for the first byte
    program.send(SIGINT);
    CHECK(program.wait().code == 0);
}

TEST_CASE("root reads what only others may, and reports belong to whoever has the folder", "[root]") {
    struct Case {
        const char* name;
        const char* report;
        unsigned owner;
    };
    const Case cases[] = {
        {"made in the folder of another", "bob/new", kBob},
        {"found, of another", "bob/found", kBob},
        {"found, of root, where only another may go", "bob/roots", 0},
        {"made in a folder of root", "new", 0},
    };
    for (const Case& c : cases) {
        const TemporaryFolder folder;
        make_folder(folder.file("bob"), kBob);
        make_folder(folder.file("bob/found"), kBob);
        make_folder(folder.file("bob/roots"), 0);
        write_file(folder.file("bob/x.pcap"), pcap_of(sample_story()));
        give(folder.file("bob/x.pcap"), kBob);
        REQUIRE(::chmod(folder.file("bob/x.pcap").c_str(), 0600) == 0);
        const std::string report = folder.file(c.report);
        const Finished run = run_program({folder.file("bob/x.pcap"), "-o", report});
        INFO(c.name << ": " << run.err);
        CHECK(run.code == 0);
        CHECK(lines(content_of(report + "/flows.csv")) == 2);
        CHECK(owner_of(report) == c.owner);
        CHECK(owner_of(report + "/flows.csv") == c.owner);
    }
}

TEST_CASE("a refused input leaves no trace, in a folder of another either") {
    const TemporaryFolder folder;
    if (::geteuid() == 0) give(folder.path(), kBob);
    write_file(folder.file("text"), "no capture");
    CHECK(run_program({folder.file("text"), "-o", folder.file("report")}).code == 3);
    CHECK_FALSE(fs::exists(folder.file("report")));
}

TEST_CASE("more inputs than there can be descriptors") {
    const TemporaryFolder folder;
    std::vector<std::string> inputs;
    for (unsigned i = 0; i < 300; ++i) {
        std::vector<SampleSegment> story = sample_story();
        for (SampleSegment& segment : story) segment.second += 100 * i;
        inputs.push_back(folder.file(std::to_string(i)));
        write_file(inputs.back(), pcap_of(story));
    }
    for (const rlim_t hard : {100U, 1000U}) {
        const Finished run = run_program(inputs, [hard] { limit_descriptors(80, hard); });
        INFO("at most " << hard << ": " << run.err);
        CHECK(run.code == 0);
        CHECK(contains(run.out, "300 inputs: 1,500 frames"));
    }
}

TEST_CASE("names in a filter are known") {
    const TemporaryFolder folder;
    write_file(folder.file("x.pcap"), pcap_of(sample_story()));
    const Finished run =
        run_program({folder.file("x.pcap"), "-f", "not host localhost", "-o", folder.file("report")});
    INFO(run.err);
    if (::gethostbyname("localhost") == nullptr) {  // a system without /etc/hosts
        CHECK(contains(run.err, "unknown host 'localhost'"));
        return;
    }
    CHECK(run.code == 0);
    CHECK(lines(content_of(folder.file("report/flows.csv"))) == 2);
}

TEST_CASE("rows that wait to be printed do so in a temporary file") {
    constexpr std::uint32_t kSegments = 120'000;  // more than memory keeps
    std::vector<SampleSegment> story;
    for (std::uint32_t i = 0; i < kSegments; ++i) story.push_back({i, true, 0x10, i, 0});
    const TemporaryFolder folder;
    write_file(folder.file("long.pcap"), pcap_of(story));
    for (const mode_t mode : {0700U, 01777U}) {
        const std::string temporary = folder.file("temporary");
        REQUIRE(::mkdir(temporary.c_str(), 0700) == 0);
        REQUIRE(::chmod(temporary.c_str(), mode) == 0);
        const Finished run =
            run_program({folder.file("long.pcap"), "--segments", "all", "-o", "-", "--report", "segments"},
                        [&] { ::setenv("TMPDIR", temporary.c_str(), 1); });
        INFO(run.err);
        CHECK(run.code == 0);
        CHECK(lines(run.out) == kSegments + 1);
        fs::remove_all(temporary);
    }
}

TEST_CASE("what is on stands in the summary on demand; that nothing is, always") {
    const TemporaryFolder folder;
    write_file(folder.file("x.pcap"), pcap_of(sample_story()));
    const std::string capture = folder.file("x.pcap");
    CHECK_FALSE(contains(run_program({capture}).out, "sandbox"));
    const std::string on = run_program({capture, "-v"}).out;
    CHECK(contains(on, std::string("\nsandbox: ") + (::geteuid() == 0 ? "user nobody, " : "") +
                           "no capabilities, Landlock ABI "));
    CHECK(contains(on, ", seccomp\n"));
    CHECK(contains(run_program({capture, "--no-sandbox"}).out, "\nsandbox: off (--no-sandbox)\n"));
}
