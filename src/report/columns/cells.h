// Cells: one CSV row after the other, cell by cell.
//
// What:    RFC 4180 with a chosen delimiter and line end. Each call writes one cell; end_row() ends the row.
//          An empty cell means unknown, never 0: the `known_` calls write one where the value is missing.
//          text() takes what others chose and makes it safe; word() takes our own words, which need no
//          quoting.
// Locale:  independent of it.
// Threads: one thread at a time.
// Source:  RFC 4180 sections 2.1 to 2.7.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "deadpeer/address.h"
#include "deadpeer/time.h"
#include "report/storage/output.h"
#include "report/text/time_text.h"

namespace deadpeer {

struct CsvDialect {
    char delimiter = ',';
    bool crlf = false;
    bool byte_order_mark = false;
    TimeStyle time = TimeStyle::kUtc;
    // False where a filter hid connections, or they were told apart by more than addresses and ports, so that
    // they have other numbers in Wireshark.
    bool stream_numbers = true;
};

// A dialect with this delimiter is none: cells stand as they are, without quotes and guards, for a writer of
// another format. No cell has it in it: printable() writes it otherwise.
inline constexpr char kCellEnd = '\x1f';

// A text that stands in the cells of many rows, made ready once.
struct ReadyText {
    std::string quoted;
    std::string plain;
};

// Text that others chose as it stands in a cell: made printable, guarded against being taken for a formula,
// quoted where needed.
std::string text_cell(std::string_view text, char delimiter);

class Cells {
public:
    Cells(Output& output, const CsvDialect& dialect) : output_(output), dialect_(dialect) {}

    void begin_file() {
        if (dialect_.byte_order_mark) output_.append("\xef\xbb\xbf");
    }

    void empty() { separate(); }

    void number(std::unsigned_integral auto value) {
        char* out = separate();
        output_.commit(std::to_chars(out, out + kSmallCell, value).ptr);
    }
    // Wireshark's tcp.stream, where it is known.
    void stream(std::uint64_t value) {
        if (!dialect_.stream_numbers) return empty();
        number(value);
    }
    // 0 stands for unknown: frame numbers, counts of a timer.
    void known_number(std::unsigned_integral auto value) {
        if (value == 0) return empty();
        number(value);
    }
    void time(Nanoseconds value) {
        char* out = separate();
        if (value == kNoTime) return;
        output_.commit(dialect_.time == TimeStyle::kUtc ? utc_.write(out, value) : write_epoch(out, value));
    }
    void seconds(Nanoseconds value) {
        char* out = separate();
        if (value != kNoTime) output_.commit(write_seconds(out, value));
    }
    void address(const IpAddress& value);
    void scope(Scope value) {
        if (value == 0) return empty();
        network(value);
    }

    // Our own words, and what text_cell() made. REQUIRES: neither a delimiter, a quote nor a line end in it,
    // or quoted already.
    void word(std::string_view value) {
        separate();
        output_.append(value);
    }
    void word(const ReadyText& text) { word(dialect_.delimiter == kCellEnd ? text.plain : text.quoted); }
    // "PREFIXnumber", a word.
    void word(std::string_view prefix, std::uint64_t number) {
        word(prefix);
        char* out = output_.reserve(kSmallCell);
        output_.commit(std::to_chars(out, out + kSmallCell, number).ptr);
    }
    // Sentences of ours. REQUIRES: neither a quote nor a line end in it, and it begins with none of = + - @.
    void sentence(std::string_view value);
    void text(std::string_view value) { word(text_cell(value, dialect_.delimiter)); }

    [[nodiscard]] const CsvDialect& dialect() const { return dialect_; }

    void end_row() {
        output_.append(dialect_.crlf ? std::string_view("\r\n") : std::string_view("\n"));
        first_in_row_ = true;
        output_.end_row();
    }

private:
    void network(Scope value);

    static constexpr std::size_t kSmallCell = 48;  // the longest number, time or address, with a NUL
    static_assert(kSmallCell > kTimeTextCapacity);

    // The delimiter where one is due, and memory for a small cell.
    char* separate() {
        char* out = output_.reserve(kSmallCell + 1);
        if (!first_in_row_) *out++ = dialect_.delimiter;
        first_in_row_ = false;
        output_.commit(out);
        return out;
    }

    Output& output_;
    CsvDialect dialect_;
    UtcText utc_;
    bool first_in_row_ = true;
};

}  // namespace deadpeer
