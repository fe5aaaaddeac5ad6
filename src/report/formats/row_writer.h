// RowWriter: the rows of one report in one format.
//
//     write_row(writer.cells(), columns, row);
//     writer.row_written();
//
// What:    CSV is what the cells are written as. A format with types derives from TypedRows, which gets the
//          cells of a row once they are all there, each as the text that it has in CSV, without quotes and
//          guards.
// Threads: one thread at a time.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "report/columns/cell_type.h"
#include "report/columns/cells.h"
#include "report/storage/output.h"

namespace deadpeer {

struct ColumnInfo {
    std::string_view name;
    CellType type;
    std::string_view meaning;
};

class RowWriter {
public:
    RowWriter(Output& output, const CsvDialect& dialect) : cells_(output, dialect) {}
    virtual ~RowWriter() = default;
    RowWriter(const RowWriter&) = delete;
    RowWriter& operator=(const RowWriter&) = delete;

    [[nodiscard]] Cells& cells() { return cells_; }
    // A whole row went into the cells.
    virtual void row_written() {}

private:
    Cells cells_;
};

class TypedRows : public RowWriter {
public:
    void row_written() final;

protected:
    TypedRows(const CsvDialect& dialect, std::vector<ColumnInfo> columns);

    // As many as there are columns; an empty one is unknown.
    virtual void take(std::span<const std::string_view> cells) = 0;

    [[nodiscard]] const std::vector<ColumnInfo>& columns() const { return columns_; }

private:
    Output text_{-1};
    std::vector<ColumnInfo> columns_;
    std::vector<std::string_view> row_;
};

// The parts of a cell that holds a list.
std::vector<std::string_view> parts(std::string_view cell, CellType type);

}  // namespace deadpeer
