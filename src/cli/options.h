// The options of the command line: their names, what --help says of them, and which words they take.
//
// Lifetime: the words must outlive the app.
// Threads:  any.
#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>

#include "cli/raw_options.h"
#include "cli/settings.h"
#include "deadpeer/options.h"
#include "report/columns/cells.h"
#include "report/reports.h"

namespace deadpeer::cli {

// What the words of an option mean.
extern const std::map<std::string, InputOrder> kOrderWords;
extern const std::map<std::string, SegmentSelection> kSegmentWords;
extern const std::map<std::string, WiresharkRelease> kReleaseWords;
extern const std::map<std::string, ScopeChoice> kScopeWords;
extern const std::map<std::string, TimeStyle> kTimeWords;
extern const std::map<std::string, char> kDelimiterWords;
extern const std::map<std::string, Format> kFormatWords;

void add_options(CLI::App& app, RawOptions& words);

}  // namespace deadpeer::cli
