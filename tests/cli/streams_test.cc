// The program's surroundings: standard streams, full or refused places, signals, limits.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "cli/program.h"
#include "cli/sample_capture.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

struct Sample {
    Sample() { write_file(capture, pcap_of(sample_story())); }

    TemporaryFolder folder;
    std::string capture = folder.file("good.pcap");
    std::string report = folder.file("report");
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void limit(decltype(RLIMIT_FSIZE) resource, rlim_t value) {
    const rlimit bound = {value, value};
    ::setrlimit(resource, &bound);
}

// A FIFO that this test writes to, and the program reads.
class Fifo {
public:
    explicit Fifo(const std::string& path) {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        descriptor_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);  // waits for nobody
        REQUIRE(descriptor_ >= 0);
    }
    ~Fifo() { ::close(descriptor_); }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;

    void write(const std::string& bytes) const {
        REQUIRE(::write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    // Until the program took everything out. A program that did not even start never does.
    void wait_until_read() const {
        constexpr int kMostWaits = 60'000;
        int waiting = 1;
        for (int i = 0; waiting > 0 && i < kMostWaits; ++i) {
            REQUIRE(::ioctl(descriptor_, FIONREAD, &waiting) == 0);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        REQUIRE(waiting == 0);
    }

private:
    int descriptor_ = -1;
};

}  // namespace

TEST_CASE("standard input is read as -") {
    const Sample sample;
    const Finished run = run_program({"-", "-o", sample.report},
                                     [&] { ::dup2(::open(sample.capture.c_str(), O_RDONLY), STDIN_FILENO); });
    CHECK(run.code == 0);
    CHECK(contains(content_of(sample.report + "/capture.csv"), "\nstdin,pcap,"));
}

TEST_CASE("standard input that ends inside a record is reported up to there") {
    const Sample sample;
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const std::string half = pcap_of(sample_story()).substr(0, 300);
    REQUIRE(::write(ends[1], half.data(), half.size()) == 300);
    ::close(ends[1]);
    const Finished run = run_program({"-", "-o", sample.report}, [&] { ::dup2(ends[0], STDIN_FILENO); });
    ::close(ends[0]);
    CHECK(run.code == 2);
    CHECK(contains(content_of(sample.report + "/capture.csv"), ",3,3,"));
}

TEST_CASE("all segments are printed while they are read") {
    const Sample sample;
    int in[2];
    int out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    const std::string capture = pcap_of(sample_story());
    REQUIRE(::write(in[1], capture.data(), capture.size()) == static_cast<ssize_t>(capture.size()));
    std::string first(1 << 16, '\0');
    std::thread reader([&] {
        const ssize_t length = ::read(out[0], first.data(), first.size());
        first.resize(static_cast<std::size_t>(std::max<ssize_t>(0, length)));
        ::close(in[1]);  // the program waits for more until now
    });
    const Finished run =
        run_program({"-", "--offline", "--segments", "all", "--report", "segments", "-o", "-"}, [&] {
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            ::close(in[1]);
        });
    reader.join();
    CHECK(run.code == 0);
    CHECK(std::count(first.begin(), first.end(), '\n') >= 2);
    for (const int end : {in[0], out[0], out[1]}) ::close(end);
}

TEST_CASE("standard streams closed before the start do not end up in other files") {
    const Sample sample;
    const Finished run = run_program({sample.capture, "-o", sample.report}, [] {
        for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(descriptor);
    });
    CHECK(run.code == 0);
    const Finished same = run_program({sample.capture, "-q", "-o", "-", "--report", "flows"});
    CHECK(content_of(sample.report + "/flows.csv") == same.out);
}

TEST_CASE("a report for a closed standard output is not written, and that is told") {
    const Sample sample;
    const Finished run =
        run_program({sample.capture, "-o", "-", "--report", "flows"}, [] { ::close(STDOUT_FILENO); });
    CHECK(run.code == 4);
    CHECK(contains(run.err, "Cannot write standard output: Bad file descriptor"));
}

TEST_CASE("closed standard input as input is refused") {
    const Finished run = run_program({"-"}, [] { ::close(STDIN_FILENO); });
    CHECK(run.code == 3);
}

TEST_CASE("a reader that left ends the program quietly") {
    const Sample sample;
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    ::close(ends[0]);
    const Finished run = run_program({sample.capture, "-o", "-", "--report", "flows"},
                                     [&] { ::dup2(ends[1], STDOUT_FILENO); });
    ::close(ends[1]);
    CHECK(run.code == 4);
    CHECK(run.signal == 0);
    CHECK(run.err.empty());
}

TEST_CASE("a full device is told") {
    const Sample sample;
    const auto to_full = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
    const Finished report = run_program({sample.capture, "-o", "-", "--report", "flows"}, to_full);
    CHECK(report.code == 4);
    CHECK(contains(report.err, "Cannot write standard output: No space left on device"));
    CHECK(run_program({sample.capture, "-o", sample.report}, to_full).code == 0);
    const std::vector<std::vector<std::string>> printing = {
        {sample.capture},  // the summary was all there was
        {"--help"},       {"--columns"}, {"--explain", "all"},
        {"--version"},    {"-D"},        {"diff", sample.report, sample.report}};
    for (const std::vector<std::string>& arguments : printing) {
        CAPTURE(arguments);
        const Finished run = run_program(arguments, to_full);
        CHECK(run.code == 4);
        CHECK(run.err == "deadpeer: Cannot write standard output: No space left on device.\n");
    }
}

TEST_CASE("a folder that cannot be written: exit 4, with path and reason") {
    const Sample sample;
    const Finished missing = run_program({sample.capture, "-o", sample.folder.file("no/such")});
    CHECK(missing.code == 4);
    CHECK(contains(missing.err, sample.folder.file("no/such") + ": No such file or directory"));
    const Finished file = run_program({sample.capture, "-o", sample.capture});
    CHECK(file.code == 4);
    CHECK(contains(file.err, sample.capture + ": Not a directory"));
    CHECK(run_program({sample.capture, "-o", "/proc"}).code == 4);
    CHECK(run_program({sample.capture, "-o", "/dev/full"}).code == 4);
}

TEST_CASE("files that may not grow: exit 4, the old report untouched, nothing left behind") {
    const Sample sample;
    fs::create_directory(sample.report);
    write_file(sample.report + "/flows.csv", "old");
    const Finished run = run_program({sample.capture, "-o", sample.report}, [] { limit(RLIMIT_FSIZE, 512); });
    CHECK(run.code == 4);
    CHECK(run.signal == 0);
    CHECK(contains(run.err, "File too large"));
    CHECK(content_of(sample.report + "/flows.csv") == "old");
    CHECK(std::distance(fs::directory_iterator(sample.report), {}) == 1);
}

// UBSan opens pipes to look at memory, and takes their absence for a finding.
#if defined(__SANITIZE_ADDRESS__)
#define DEADPEER_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DEADPEER_SANITIZED
#endif
#endif
#ifndef DEADPEER_SANITIZED
TEST_CASE("too few descriptors: one line, exit not 0, no report") {
    const Sample sample;
    for (rlim_t files = 4; files <= 8; ++files) {
        const Finished run =
            run_program({sample.capture, "-o", sample.report}, [&] { limit(RLIMIT_NOFILE, files); });
        INFO(files << ": " << run.err);
        CHECK(run.signal == 0);
        if (run.code == 0) {
            CHECK(fs::exists(sample.report + "/hosts.csv"));
        } else {
            CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
            CHECK_FALSE(fs::exists(sample.report + "/flows.csv"));
        }
        fs::remove_all(sample.report);
    }
}
#endif

TEST_CASE("a second run to the same folder is refused") {
    const Sample sample;
    fs::create_directory(sample.report);
    const int folder = ::open(sample.report.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(::flock(folder, LOCK_EX) == 0);
    const Finished run = run_program({sample.capture, "-o", sample.report});
    CHECK(run.code == 3);
    CHECK(contains(run.err, "another run is writing reports to"));
    CHECK(fs::is_empty(sample.report));
    ::close(folder);
    CHECK(run_program({sample.capture, "-o", sample.report}).code == 0);
}

TEST_CASE("SIGINT, SIGTERM and SIGHUP end an endless input with a complete report") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const Sample sample;
        const Fifo fifo(sample.folder.file("fifo"));
        Program program({sample.folder.file("fifo"), "-o", sample.report});
        fifo.write(pcap_of(sample_story()));
        fifo.wait_until_read();
        program.send(signal);
        const Finished run = program.wait();
        CHECK(run.code == 0);
        CHECK(contains(content_of(sample.report + "/capture.csv"), "\nfifo,pcap,ETHERNET,"));
        CHECK(contains(content_of(sample.report + "/flows.csv"), "\n0,fifo,1,5,"));
    }
}

TEST_CASE("a signal ends the wait for a pipe that has been silent for a while") {
    const Sample sample;
    const Fifo fifo(sample.folder.file("fifo"));
    Program program({sample.folder.file("fifo"), "-o", sample.report});
    fifo.write(pcap_of(sample_story()));
    fifo.wait_until_read();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    program.send(SIGTERM);
    CHECK(program.wait().code == 0);
    CHECK(contains(content_of(sample.report + "/flows.csv"), "\n0,fifo,1,5,"));
}

TEST_CASE("a second signal leaves at once, without a report") {
    const Sample sample;
    const Fifo fifo(sample.folder.file("fifo"));
    Program program({sample.folder.file("fifo"), "-o", sample.report});
    fifo.write(pcap_of(sample_story()));
    fifo.wait_until_read();
    // Both wait while the program is stopped, and then come together.
    program.send(SIGSTOP);
    program.send(SIGINT);
    program.send(SIGTERM);
    program.send(SIGCONT);
    const Finished run = program.wait();
    CHECK(run.code > 128);
    CHECK_FALSE(fs::exists(sample.report + "/flows.csv"));
}

TEST_CASE("the same signal, sent again at once as timeout(1) does, asks for the same end") {
    const Sample sample;
    const Fifo fifo(sample.folder.file("fifo"));
    Program program({sample.folder.file("fifo"), "-o", sample.report});
    fifo.write(pcap_of(sample_story()));
    fifo.wait_until_read();
    for (int i = 0; i < 20; ++i) program.send(SIGTERM);
    CHECK(program.wait().code == 0);
    CHECK(contains(content_of(sample.report + "/flows.csv"), "\n0,fifo,1,5,"));
}

TEST_CASE("community ids do not depend on OpenSSL's configuration") {
    const Sample sample;
    const std::string without_sha1 = sample.folder.file("openssl.cnf");
    write_file(without_sha1,
               "openssl_conf = all\n[all]\nproviders = those\n[those]\nnull = it\n[it]\nactivate = 1\n");
    const Finished run = run_program({"-q", "--no-sandbox", sample.capture, "-o", sample.report},
                                     [&] { ::setenv("OPENSSL_CONF", without_sha1.c_str(), 1); });
    CHECK(run.code == 0);
    CHECK(contains(content_of(sample.report + "/flows.csv"), ",1:"));
}

TEST_CASE("a kill leaves no report, and the next run cleans up behind it") {
    const Sample sample;
    const Fifo fifo(sample.folder.file("fifo"));
    Program program({sample.folder.file("fifo"), "-o", sample.report});
    fifo.write(pcap_of(sample_story()));
    fifo.wait_until_read();
    program.send(SIGKILL);
    CHECK(program.wait().signal == SIGKILL);
    CHECK_FALSE(fs::exists(sample.report + "/flows.csv"));
    CHECK(run_program({sample.capture, "-o", sample.report}).code == 0);
    CHECK(std::distance(fs::directory_iterator(sample.report), {}) == 6);
}
