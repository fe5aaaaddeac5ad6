// The columns of paths.csv and fates.csv.
//
// What:    a new column is one new row at the end of a table.
// Threads: constants.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "compare/comparison.h"
#include "report/columns/columns.h"

namespace deadpeer::comparing {

struct PathLine {
    const Path& path;
    std::string_view explanation;
};

struct FateLine {
    const SegmentFate& fate;
    const CapturePoint& a;
    const CapturePoint& b;
};

extern const std::span<const Column<PathLine>> kPathColumns;
extern const std::span<const Column<FateLine>> kFateColumns;

template <typename Row>
void write_header(Cells& cells, std::span<const Column<Row>> columns) {
    cells.begin_file();
    for (const Column<Row>& column : columns) cells.word(column.name);
    cells.end_row();
}
// Both tables, for the README.
std::string compare_columns_as_markdown();

}  // namespace deadpeer::comparing
