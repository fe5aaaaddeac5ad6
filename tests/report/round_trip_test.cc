// Property: whatever text goes into a row, readers get the same cells back, and none of them is a formula.

#include <random>

#include "core/csv_reader.h"
#include "report/captured_output.h"
#include "report/rfc4180.h"
#include "report/text/text.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

constexpr std::size_t kColumns = 3;
constexpr std::size_t kRows = 40'000;

// Bytes that matter to CSV, spreadsheets, terminals and UTF-8, more often than others.
std::string random_text(std::mt19937& random) {
    static const std::string kPieces[] = {
        "\"",     ",",      ";",      "\n",     "\r",     "\t",
        "=",      "+",      "-",      "@",      "'",      " ",
        "\\",     "a",      "\x1b",   "\xff",   "\xc3",   "\xed\xa0\x80",
        "\u202E", "\uFF1D", "\uFF0B", "\uFEFF", "\u00e9", std::string(1, '\0')};
    std::string text;
    const std::size_t length = random() % 9;
    for (std::size_t i = 0; i < length; ++i) {
        if (random() % 4 == 0) {
            text += static_cast<char>(random() % 256);
        } else {
            text += kPieces[random() % std::size(kPieces)];
        }
    }
    return text;
}

struct Sample {
    std::vector<CsvRow> cells;  // as a reader should see them
    std::string csv;
};

Sample make_sample(const CsvDialect& dialect) {
    std::mt19937 random(20261121);
    Sample sample;
    sample.csv = bytes_written_by([&](int descriptor) {
        Output output(descriptor);
        Cells cells(output, dialect);
        for (std::size_t i = 0; i < kRows; ++i) {
            CsvRow& row = sample.cells.emplace_back();
            for (std::size_t column = 0; column < kColumns; ++column) {
                const std::string text = random_text(random);
                cells.text(text);
                row.push_back((begins_like_a_formula(text) ? "'" : "") + printable(text));
            }
            cells.end_row();
        }
        output.flush();
    });
    return sample;
}

}  // namespace

TEST_CASE("random text survives a strict reader, in every dialect") {
    for (const char delimiter : {',', ';', '\t', '|'}) {
        for (const bool crlf : {false, true}) {
            const Sample sample = make_sample({.delimiter = delimiter, .crlf = crlf});
            const auto rows = read_rfc4180(sample.csv, delimiter, crlf ? "\r\n" : "\n");
            REQUIRE(rows.has_value());
            CHECK((*rows == sample.cells));
        }
    }
}

TEST_CASE("no cell of random text is a formula or holds a control character") {
    std::size_t formulas = 0;
    std::size_t controls = 0;
    for (const CsvRow& row : make_sample({}).cells) {
        for (const std::string& cell : row) {
            formulas += begins_like_a_formula(cell) ? 1 : 0;
            for (const char c : cell) controls += static_cast<unsigned char>(c) < 0x20 ? 1 : 0;
        }
    }
    CHECK(formulas == 0);
    CHECK(controls == 0);
}

TEST_CASE("random text survives fast-cpp-csv-parser") {
    const Sample sample = make_sample({});
    const TemporaryFolder folder;
    write_file(folder.file("sample.csv"), sample.csv);
    io::CSVReader<kColumns, io::trim_chars<>, io::double_quote_escape<',', '"'>> reader(
        folder.file("sample.csv"));
    std::size_t differing = 0;
    std::size_t count = 0;
    CsvRow row(kColumns);
    while (reader.read_row(row[0], row[1], row[2])) {
        REQUIRE(count < sample.cells.size());
        differing += row == sample.cells[count] ? 0 : 1;
        ++count;
    }
    CHECK(count == kRows);
    CHECK(differing == 0);
}
