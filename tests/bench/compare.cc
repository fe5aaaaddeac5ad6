// Runs the contenders in turn, several times, and prints the CPU time that each takes per packet.
//
// CPU time is user plus system time of the child process (wait4). The runs are interleaved and the median
// counts, so that a slower minute of the machine falls on all of them.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>

namespace {

struct Contender {
    std::string name;
    std::vector<std::string> command;
    std::vector<double> seconds;
    long peak_kib = 0;
};

double in_seconds(const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

void run_once(Contender& contender) {
    std::vector<char*> arguments;
    for (std::string& argument : contender.command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int failed = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error(fmt::format("cannot start {}", contender.command[0]));

    int status = 0;
    rusage used{};
    if (wait4(child, &status, 0, &used) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw std::runtime_error(fmt::format("{} failed", contender.command[0]));
    }
    contender.seconds.push_back(in_seconds(used.ru_utime) + in_seconds(used.ru_stime));
    contender.peak_kib = std::max(contender.peak_kib, used.ru_maxrss);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void print_table(const std::vector<Contender>& contenders, std::uint64_t packets) {
    const double base = median(contenders.front().seconds);
    fmt::print("{:<28} {:>9} {:>10} {:>9} {:>9} {:>9}\n", "CPU time, one thread", "seconds", "ns/packet",
               "ratio", "fastest", "peak MiB");
    for (const Contender& c : contenders) {
        const double seconds = median(c.seconds);
        fmt::print("{:<28} {:>9.2f} {:>10.1f} {:>9.2f} {:>9.2f} {:>9.1f}\n", c.name, seconds,
                   seconds * 1e9 / static_cast<double>(packets), seconds / base,
                   *std::min_element(c.seconds.begin(), c.seconds.end()),
                   static_cast<double>(c.peak_kib) / 1024);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string programs;
    std::string deadpeer;
    std::string capture;
    std::string reports;
    std::uint64_t packets = 0;
    int runs = 5;

    CLI::App app{"Compares the CPU time of libpcap's reader, libtins' parser and deadpeer."};
    app.add_option("--programs", programs, "folder of the bench programs")->required();
    app.add_option("--deadpeer", deadpeer, "the deadpeer program")->required();
    app.add_option("--capture", capture, "the capture to read")->required();
    app.add_option("--reports", reports, "folder for deadpeer's reports")->required();
    app.add_option("--packets", packets, "packets in the capture")->required();
    app.add_option("--runs", runs, "runs of each; the median counts")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    std::vector<Contender> contenders = {
        {"libpcap, empty loop", {programs + "/bench_libpcap_loop", capture}, {}, 0},
        {"libtins, bare parse", {programs + "/bench_libtins_parse", capture}, {}, 0},
        {"deadpeer, flows.csv", {deadpeer, "-q", "--segments", "none", "-o", reports, capture}, {}, 0},
        {"deadpeer, all reports", {deadpeer, "-q", "-o", reports, capture}, {}, 0},
    };
    try {
        for (int run = 0; run < runs; ++run) {
            for (Contender& contender : contenders) run_once(contender);
        }
    } catch (const std::exception& error) {
        fmt::print(stderr, "compare: {}\n", error.what());
        return 1;
    }
    print_table(contenders, packets);
    return 0;
}
