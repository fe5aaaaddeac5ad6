// What is said of an option that there is not: what to take instead, or which one was probably meant.
//
// What:    habits of tcpdump and tshark have sentences of their own; a long option that is nearly one of ours
//          gets its name.
// Threads: pure function.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace deadpeer::cli {

// `app`: after it has refused the words. Empty: it was not for an option that there is not.
std::string unknown_option(const CLI::App& app);

}  // namespace deadpeer::cli
