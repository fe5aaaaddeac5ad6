#include "cli/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace deadpeer::cli {
namespace {

std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_stop_signal(int number) {
    constexpr int kShellsSignalExit = 128;
    if (stop.exchange(true)) ::_exit(kShellsSignalExit + number);
}

void handle(int number) {
    struct sigaction old = {};
    // nohup and shells' background jobs ignore some of them on purpose.
    if (::sigaction(number, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) return;
    struct sigaction action = {};
    action.sa_handler = on_stop_signal;
    ::sigaction(number, &action, nullptr);
}

}  // namespace

void ignore_write_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

void install_signal_handlers() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) handle(number);
}

bool stop_requested() {
    return stop.load(std::memory_order_relaxed);
}

}  // namespace deadpeer::cli
