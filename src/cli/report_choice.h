// Which reports are written, in which formats, with which columns.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "cli/raw_options.h"
#include "report/formats/column_tables.h"
#include "report/reports.h"

namespace deadpeer::cli {

// What no run can write, as a sentence, or empty.
std::string wrong_report(const RawOptions& words);

// REQUIRES: nothing is wrong.
ReportSet reports_of(const RawOptions& words);
std::vector<Format> formats_of(const RawOptions& words);
// Is there one that is written at the end alone, as a whole? Its name; else empty.
std::string book_of(const RawOptions& words);
ColumnChoice columns_of(const RawOptions& words);

}  // namespace deadpeer::cli
