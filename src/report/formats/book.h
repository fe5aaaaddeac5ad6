// Book: the reports of a run in one file, as a table each.
//
// Lifetime: must outlive the rows that it gave.
// Threads:  one thread at a time.
// Errors:   the first is kept, and nothing is written after it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "deadpeer/result.h"
#include "report/formats/row_writer.h"
#include "report/reports.h"

namespace deadpeer {

class Book {
public:
    Book() = default;
    virtual ~Book() = default;
    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;

    virtual std::unique_ptr<RowWriter> add(Report report, const CsvDialect& dialect,
                                           std::vector<ColumnInfo> columns) = 0;
    // Every row was written.
    virtual void finish() = 0;
    // What it has no room for, as a sentence; empty if there was enough.
    [[nodiscard]] virtual std::string left_out() const { return {}; }
    // A finished sentence with the name of the file.
    [[nodiscard]] virtual Status status() const = 0;
};

}  // namespace deadpeer
