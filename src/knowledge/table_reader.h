// Reads a CSV table row by row, and cells of it.
//
// What:    read_table() hands each row's cells, in the order of `columns`, to a function that makes the row
//          of them; it throws BadCell where it cannot.
// Errors:  Result: "FILE, line N: what is wrong".
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/csv_reader.h"
#include "deadpeer/result.h"
#include "deadpeer/time.h"
#include "knowledge/table_rows.h"

namespace deadpeer {

// A cell that cannot be: caught by read_table().
struct BadCell {
    std::string what;
};

// Each answers the value of a cell, or throws BadCell naming `column`.
// A duration in seconds, above 0 and at most 10^9; kNoTime for an empty cell.
Nanoseconds seconds_cell(const std::string& cell, const char* column);
// A whole number from `least` to `most`; 0 for an empty cell.
std::uint32_t number_cell(const std::string& cell, const char* column, std::uint32_t least,
                          std::uint32_t most);
// One of two words.
bool either_cell(const std::string& cell, const char* column, const char* yes, const char* no);
// Text that must be there and, because reports join names by it, has no semicolon.
std::string name_cell(const std::string& cell, const char* column);

template <std::size_t N>
using TableCells = std::array<std::string, N>;

namespace detail {

template <std::size_t N>
using TableReader = io::CSVReader<N, io::trim_chars<' ', '\t'>, io::double_quote_escape<',', '"'>,
                                  io::throw_on_overflow, io::single_and_empty_line_comment<'#'>>;

template <std::size_t N>
TableReader<N> open_table(const TableInput& input) {
    if (!input.text) return TableReader<N>(input.name);
    return TableReader<N>(input.name, input.text->data(), input.text->data() + input.text->size());
}

}  // namespace detail

namespace detail {

template <std::size_t N>
std::string listed(const std::array<const char*, N>& columns) {
    std::string list;
    for (const char* column : columns) list += (list.empty() ? "" : ", ") + std::string(column);
    return list;
}

}  // namespace detail

// The first `required` columns must be in the header; cells of others that are not are as in `absent`.
// `make_row` may also ask for the number of the row's line.
template <typename Row, std::size_t N, typename MakeRow>
Result<std::vector<Row>> read_table(const TableInput& input, const std::array<const char*, N>& columns,
                                    std::size_t required, const TableCells<N>& absent, MakeRow make_row) {
    std::error_code unknown;
    if (!input.text && std::filesystem::is_directory(input.name, unknown)) {
        return Error{input.name + " is a folder; name a CSV file with the column " + columns[0] + "."};
    }
    unsigned line = 0;
    try {
        auto reader = detail::open_table<N>(input);
        std::apply([&](auto... names) { reader.read_header(io::ignore_missing_column, names...); }, columns);
        line = reader.get_file_line();
        for (std::size_t i = 0; i < required; ++i) {
            if (!reader.has_column(columns[i]))
                throw BadCell{std::string("there is no column ") + columns[i] + "; the columns are " +
                              detail::listed(columns)};
        }
        std::vector<Row> rows;
        TableCells<N> cells = absent;
        while (std::apply([&](auto&... cell) { return reader.read_row(cell...); }, cells)) {
            line = reader.get_file_line();
            if constexpr (std::is_invocable_v<MakeRow, const TableCells<N>&, unsigned>) {
                rows.push_back(make_row(std::as_const(cells), line));
            } else {
                rows.push_back(make_row(std::as_const(cells)));
            }
        }
        return rows;
    } catch (const BadCell& bad) {
        return Error{input.name + ", line " + std::to_string(line) + ": " + bad.what + "."};
    } catch (const io::error::can_not_open_file& bad) {
        return Error{"Cannot open " + input.name + ": " + std::strerror(bad.errno_value) +
                     ". Name a CSV file with the column " + columns[0] + "."};
    } catch (const io::error::extra_column_in_header& bad) {
        return Error{input.name + ", line 1: there is a column \"" + bad.column_name +
                     "\"; the first line names the columns, which are " + detail::listed(columns) + "."};
    } catch (const io::error::base& bad) {
        return Error{bad.what()};
    }
}

}  // namespace deadpeer
