// Signals: SIGINT, SIGTERM and SIGHUP ask for an early end; the second one ends the process at once.
//
// Threads: stop_requested() may be asked from any.
#pragma once

namespace deadpeer::cli {

// Ignores SIGPIPE and SIGXFSZ, so that writes fail with an errno instead.
void ignore_write_signals();

void install_signal_handlers();

[[nodiscard]] bool stop_requested();

}  // namespace deadpeer::cli
