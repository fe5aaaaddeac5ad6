// deadpeer sockets: the TCP connections that this host has now, what keepalive their sockets are set to, and,
// beside an earlier report, what was inferred of them.
//
// Errors:  told on standard error; exit codes: kOk, kUsage, kIncomplete (stopped by a signal), kNothingRead,
//          kNotWritten.
#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>
#include <variant>

#include "cli/arguments.h"

namespace deadpeer::cli {

enum class SocketFormat { kTable, kCsv, kJsonLines };

extern const std::map<std::string, SocketFormat> kSocketFormatWords;

struct SocketsSettings {
    std::string report;  // a folder; empty: none
    std::string output;  // a file; empty: standard output
    SocketFormat format = SocketFormat::kCsv;
    bool quiet = false;
};

// The command line as CLI11 fills it in.
struct SocketsWords {
    std::string report;
    std::string output;
    std::string format;
    bool columns = false;
    bool quiet = false;
};

void add_sockets_options(CLI::App& app, SocketsWords& words);

// REQUIRES: argv[1] is "sockets".
std::variant<SocketsSettings, Answer> parse_sockets_arguments(int argc, const char* const* argv);

ExitCode run_sockets(const SocketsSettings& settings);

}  // namespace deadpeer::cli
