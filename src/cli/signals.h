// Signals: SIGINT and SIGTERM ask for an early end; the second one ends the process at once. What SIGHUP
// means depends on the run: for files it is one more of them, a live capture begins a new period of reports.
// SIGUSR1 asks a live capture for its statistics.
//
// Threads: requests may be asked for from any.
#pragma once

namespace deadpeer::cli {

// Ignores SIGPIPE and SIGXFSZ, so that writes fail with an errno instead.
void ignore_write_signals();

// Until finish_when_stopped() the first one ends the process at once, too: there is nothing to finish yet,
// and libpcap's compiler, which takes minutes for a long filter, cannot be asked to stop.
void install_signal_handlers();
void finish_when_stopped();

// Called from the signal handler whenever a signal asks for something, so that a wait can end:
// async-signal-safe.
using Wake = void (*)();
// SIGHUP and SIGUSR1 get their meaning for a live capture.
void install_live_signal_handlers();
// SIGUSR1 alone.
void install_statistics_signal_handler();
void set_wake(Wake wake);

[[nodiscard]] bool stop_requested();

// True once for each request.
[[nodiscard]] bool take_rotation_request();
[[nodiscard]] bool take_statistics_request();

}  // namespace deadpeer::cli
