// Reads a report row by row, by the names of its columns.
//
// What:    read_report() hands the cells of each row, in the order of `columns`, to a function that may throw
//          BadRow. Columns may stand in any order and others beside them; the delimiter is whatever follows
//          the header's first word, so that reports written with --delimiter and --bom can be read too.
// Errors:  "FILE, line N: what is wrong", or what the system says of the file.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "core/csv_reader.h"
#include "deadpeer/result.h"
#include "diff/cell_values.h"

namespace deadpeer {

// One of , ; | and tab. Error: the file cannot be read, or its first line is not a header.
Result<char> delimiter_of(const std::string& path);

namespace detail {

template <char Delimiter, std::size_t N, typename TakeRow>
Status read_delimited(const std::string& path, const std::array<const char*, N>& columns, TakeRow& take_row) {
    unsigned line = 0;
    try {
        io::CSVReader<N, io::trim_chars<>, io::double_quote_escape<Delimiter, '"'>> reader(path);
        std::apply(
            [&](auto... names) {
                reader.read_header(io::ignore_extra_column | io::ignore_missing_column, names...);
            },
            columns);
        line = reader.get_file_line();
        for (const char* column : columns) {
            if (!reader.has_column(column)) throw BadRow{std::string("there is no column ") + column};
        }
        std::array<std::string, N> cells;
        while (std::apply([&](auto&... cell) { return reader.read_row(cell...); }, cells)) {
            line = reader.get_file_line();
            take_row(std::as_const(cells));
        }
        return success();
    } catch (const BadRow& bad) {
        return Error{path + ", line " + std::to_string(line) + ": " + bad.what + "."};
    } catch (const io::error::base& bad) {
        return Error{bad.what()};
    }
}

}  // namespace detail

template <std::size_t N, typename TakeRow>
Status read_report(const std::string& path, const std::array<const char*, N>& columns, TakeRow take_row) {
    const Result<char> delimiter = delimiter_of(path);
    if (!delimiter) return delimiter.error();
    switch (delimiter.value()) {
        case ';':
            return detail::read_delimited<';'>(path, columns, take_row);
        case '|':
            return detail::read_delimited<'|'>(path, columns, take_row);
        case '\t':
            return detail::read_delimited<'\t'>(path, columns, take_row);
        default:
            return detail::read_delimited<','>(path, columns, take_row);
    }
}

}  // namespace deadpeer
