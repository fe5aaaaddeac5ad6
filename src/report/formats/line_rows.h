// The rows of one report as lines of text: CSV, with its header row, or JSON Lines.
//
// JSON:     an object a row, whose members are named as the columns are, in their order. Numbers are written
//           digit by digit as in CSV; unknown is null; a list is an array, which is empty where CSV has an
//           empty cell.
// Lifetime: the output must outlive it.
// Threads:  one thread at a time.
// Source:   RFC 8259, jsonlines.org.
#pragma once

#include <memory>
#include <vector>

#include "report/formats/row_writer.h"
#include "report/reports.h"

namespace deadpeer {

// Writes the header, if the format has one.
std::unique_ptr<RowWriter> line_rows(Format format, Output& output, const CsvDialect& dialect,
                                     std::vector<ColumnInfo> columns);

}  // namespace deadpeer
