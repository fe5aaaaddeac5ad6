#include "cli/signals.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <initializer_list>

namespace deadpeer::cli {
namespace {

std::atomic<bool> begun = false;
std::atomic<bool> stop = false;
std::atomic<int> first_signal = 0;
std::atomic<std::int64_t> first_signal_ms = 0;
std::atomic<bool> rotation = false;
std::atomic<bool> statistics = false;
std::atomic<Wake> wake_up = nullptr;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free && std::atomic<Wake>::is_always_lock_free);

// What it interrupts may look at errno afterwards.
void end_the_wait() {
    const int error = errno;
    if (const Wake wake = wake_up.load()) wake();
    errno = error;
}

std::int64_t milliseconds_now() {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// timeout(1) signals the process, and then the group that the process is in.
bool is_echo(int number) {
    constexpr std::int64_t kLatestEchoMs = 50;
    return number == first_signal && milliseconds_now() - first_signal_ms < kLatestEchoMs;
}

extern "C" void on_stop_signal(int number) {
    constexpr int kShellsSignalExit = 128;
    if (!begun || stop.exchange(true)) {
        if (begun && is_echo(number)) return;
        ::_exit(kShellsSignalExit + number);
    }
    first_signal = number;
    first_signal_ms = milliseconds_now();
    end_the_wait();
}

extern "C" void on_rotation_signal(int) {
    rotation = true;
    end_the_wait();
}

extern "C" void on_statistics_signal(int) {
    statistics = true;
    end_the_wait();
}

void handle(int number, void (*handler)(int)) {
    struct sigaction old = {};
    // nohup ignores some of them on purpose. That a script's background jobs ignore SIGINT is no purpose.
    if (number != SIGINT && ::sigaction(number, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) return;
    struct sigaction action = {};
    action.sa_handler = handler;
    ::sigaction(number, &action, nullptr);
}

}  // namespace

void ignore_write_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

void install_signal_handlers() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) handle(number, on_stop_signal);
}

void finish_when_stopped() {
    begun = true;
}

void install_live_signal_handlers() {
    handle(SIGHUP, on_rotation_signal);
    install_statistics_signal_handler();
}

void install_statistics_signal_handler() {
    handle(SIGUSR1, on_statistics_signal);
}

void set_wake(Wake wake) {
    wake_up = wake;
}

bool stop_requested() {
    return stop.load(std::memory_order_relaxed);
}

bool take_rotation_request() {
    return rotation.load(std::memory_order_relaxed) && rotation.exchange(false);
}

bool take_statistics_request() {
    return statistics.load(std::memory_order_relaxed) && statistics.exchange(false);
}

}  // namespace deadpeer::cli
