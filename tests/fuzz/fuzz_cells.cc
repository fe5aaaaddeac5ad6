// Fuzz target: texts that others chose, written as cells and read again.
//
// Input: the delimiter (1 byte), then texts, each ended by a 0.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv_reader.h"
#include "fuzz/memory_file.h"
#include "report/columns/cells.h"

namespace {

using namespace deadpeer;
using fuzz::require;

constexpr std::string_view kDelimiters = ",;|\t";

template <char Delimiter>
std::vector<std::string> read_cells(const std::string& rows) {
    std::vector<std::string> cells;
    io::CSVReader<2, io::trim_chars<>, io::double_quote_escape<Delimiter, '"'>> reader(
        "rows", rows.data(), rows.data() + rows.size());
    std::string cell;
    std::string end;
    reader.set_header("text", "end");
    while (reader.read_row(cell, end)) {
        require(end == "x");
        cells.push_back(cell);
    }
    return cells;
}

std::vector<std::string> read_cells(char delimiter, const std::string& rows) {
    switch (delimiter) {
        case ';':
            return read_cells<';'>(rows);
        case '|':
            return read_cells<'|'>(rows);
        case '\t':
            return read_cells<'\t'>(rows);
        default:
            return read_cells<','>(rows);
    }
}

// What a spreadsheet would take for a formula begins so.
void check_harmless(std::string_view cell) {
    require(cell.empty() || std::string_view("=+-@").find(cell.front()) == std::string_view::npos);
    for (const char byte : cell) require(static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    CsvDialect dialect;
    dialect.delimiter = kDelimiters[data[0] % kDelimiters.size()];
    const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
    const fuzz::MemoryFile file;
    std::size_t texts = 0;
    {
        Output output(file.descriptor());
        Cells cells(output, dialect);
        for (std::size_t at = 0; at < all.size(); ++texts) {
            const std::string_view text = all.substr(at, all.find('\0', at) - at);
            cells.text(text);
            cells.word("x");
            cells.end_row();
            at += text.size() + 1;
        }
        output.flush();
        require(output.error() == 0);
    }
    const std::vector<std::string> read = read_cells(dialect.delimiter, file.content());
    require(read.size() == texts);
    for (const std::string& cell : read) check_harmless(cell);
    return 0;
}
