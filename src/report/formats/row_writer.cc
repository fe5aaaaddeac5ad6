#include "report/formats/row_writer.h"

#include <algorithm>

namespace deadpeer {
namespace {

CsvDialect without_quotes(CsvDialect dialect) {
    dialect.delimiter = kCellEnd;
    dialect.crlf = false;
    dialect.byte_order_mark = false;
    return dialect;
}

}  // namespace

// The base keeps the address of text_ alone.
TypedRows::TypedRows(const CsvDialect& dialect, std::vector<ColumnInfo> columns)
    : RowWriter(text_, without_quotes(dialect)), columns_(std::move(columns)), row_(columns_.size()) {}

void TypedRows::row_written() {
    std::string_view rest = text_.waiting();
    rest.remove_suffix(1);  // the line end
    for (std::string_view& cell : row_) {
        cell = rest.substr(0, rest.find(kCellEnd));
        rest.remove_prefix(std::min(cell.size() + 1, rest.size()));
    }
    take(row_);
    text_.drop();
}

std::vector<std::string_view> parts(std::string_view cell, CellType type) {
    const char between = type == CellType::kList ? ';' : ' ';
    std::vector<std::string_view> list;
    while (!cell.empty()) {
        const std::string_view part = cell.substr(0, cell.find(between));
        cell.remove_prefix(std::min(part.size() + 1, cell.size()));
        // "a; b" reads better than "a;b".
        const std::size_t first = std::min(part.find_first_not_of(' '), part.size());
        list.push_back(part.substr(first, part.find_last_not_of(' ') + 1 - first));
    }
    return list;
}

}  // namespace deadpeer
