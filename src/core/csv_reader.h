// fast-cpp-csv-parser, wherever the system keeps it (Debian: libfccp/csv.h; elsewhere: csv.h).
//
// Use:     io::CSVReader for every CSV that comes in: knowledge tables, inventories, earlier reports.
// Threads: the parser's own reading thread is off; a reader belongs to one thread.
// Errors:  it throws io::error::base with a finished sentence (file, line, column): catch it where the
//          file is opened and hand on a Result.
// Limits:  a quoted cell cannot hold a line break.
#pragma once

#ifndef CSV_IO_NO_THREAD
#define CSV_IO_NO_THREAD
#endif

#if __has_include(<libfccp/csv.h>)
#include <libfccp/csv.h>
#else
#include <csv.h>
#endif
