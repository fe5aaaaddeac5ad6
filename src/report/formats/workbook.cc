#include "report/formats/workbook.h"

#include <fmt/format.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/parse_number.h"
#include "report/grouped.h"
#include "report/text/text.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

enum class Tint : std::uint8_t { kNone, kWarning, kCritical };

Tint tint_of(std::string_view column, std::string_view cell) {
    constexpr std::array<std::string_view, 5> kDeaths = {"peer_dead", "path_dead", "peer_rebooted",
                                                         "peer_lost_state", "middlebox_reset"};
    if (column == "severity" && cell == "critical") return Tint::kCritical;
    if (column == "severity" && cell == "warning") return Tint::kWarning;
    if (column == "verdict" && std::ranges::find(kDeaths, cell) != kDeaths.end()) return Tint::kCritical;
    return Tint::kNone;
}

double width_of(const ColumnInfo& column) {
    constexpr std::array<std::string_view, 4> kSentences = {"explanation", "what", "evidence", "advice"};
    if (std::ranges::find(kSentences, column.name) != kSentences.end()) return 80;
    if (column.type == CellType::kTime) return 24;
    const double name = static_cast<double>(column.name.size()) + 4;  // and the filter's button
    return std::max(name, column.type == CellType::kText || is_list(column.type) ? 18.0 : 8.0);
}

// Of a time as time() of Cells writes it in UTC; none for what a sheet has no date for.
std::optional<lxw_datetime> date_of(std::string_view text) {
    if (text.size() < kUtcSecond.size() + 2 || text.back() != 'Z') return std::nullopt;
    text.remove_suffix(1);
    const auto year = parse_number<unsigned>(text.substr(0, 4));
    const auto month = parse_number<unsigned>(text.substr(5, 2));
    const auto day = parse_number<unsigned>(text.substr(8, 2));
    const auto hour = parse_number<unsigned>(text.substr(11, 2));
    const auto minute = parse_number<unsigned>(text.substr(14, 2));
    const auto second = parse_number<double>(text.substr(17));
    constexpr unsigned kFirstYear = 1901;  // 1900 is counted as a leap year
    if (!year || !month || !day || !hour || !minute || !second || *year < kFirstYear) return std::nullopt;
    lxw_datetime date = {};
    date.year = static_cast<int>(*year);
    date.month = static_cast<int>(*month);
    date.day = static_cast<int>(*day);
    date.hour = static_cast<int>(*hour);
    date.min = static_cast<int>(*minute);
    date.sec = *second;
    return date;
}

struct Styles {
    lxw_format* header = nullptr;
    lxw_format* date = nullptr;
    std::array<lxw_format*, 3> tints = {};  // by Tint
};

struct Sheet {
    Report report;
    lxw_worksheet* sheet;
    std::uint32_t rows = 0;  // with the header
    std::uint64_t left_out = 0;
    std::uint16_t columns = 0;
};

class SheetRows final : public TypedRows {
public:
    SheetRows(Sheet& sheet, const Styles& styles, const CsvDialect& dialect, std::vector<ColumnInfo> columns,
              std::uint32_t most_rows)
        : TypedRows(dialect, std::move(columns)), sheet_(sheet), styles_(styles), most_rows_(most_rows) {
        if (sheet_.sheet == nullptr) return;
        for (const ColumnInfo& column : this->columns()) {
            worksheet_set_column(sheet_.sheet, sheet_.columns, sheet_.columns, width_of(column), nullptr);
            write_text(sheet_.columns++, column.name, styles_.header);
        }
        sheet_.rows = 1;
        worksheet_freeze_panes(sheet_.sheet, 1, 0);
    }

private:
    void take(std::span<const std::string_view> cells) override {
        if (sheet_.sheet == nullptr) return;
        if (sheet_.rows >= most_rows_) return void(++sheet_.left_out);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (!cells[i].empty()) write(static_cast<std::uint16_t>(i), cells[i], columns()[i]);
        }
        ++sheet_.rows;
    }

    void write(std::uint16_t place, std::string_view cell, const ColumnInfo& column) {
        if (column.type == CellType::kInteger || column.type == CellType::kSeconds) {
            if (const auto number = parse_number<double>(cell))
                return void(worksheet_write_number(sheet_.sheet, sheet_.rows, place, *number, nullptr));
        }
        if (column.type == CellType::kTime) {
            if (auto date = date_of(cell))
                return void(worksheet_write_datetime(sheet_.sheet, sheet_.rows, place, &*date, styles_.date));
        }
        write_text(place, cell, styles_.tints[static_cast<std::size_t>(tint_of(column.name, cell))]);
    }

    void write_text(std::uint16_t place, std::string_view cell, lxw_format* style) {
        constexpr std::size_t kLongest = 32'767;  // of a cell
        text_.assign(cell.substr(0, kLongest));
        // Not in the middle of a character.
        for (std::size_t i = 0; cell.size() > kLongest && i < 3 && (text_.back() & 0x80) != 0; ++i)
            text_.pop_back();
        worksheet_write_string(sheet_.sheet, sheet_.rows, place, text_.c_str(), style);
    }

    Sheet& sheet_;
    const Styles& styles_;
    std::uint32_t most_rows_;
    std::string text_;  // with a NUL at its end
};

class Workbook final : public Book {
public:
    Workbook(std::string folder, const std::string& file, std::string shown, std::uint32_t most_rows)
        : folder_(std::move(folder)), shown_(std::move(shown)), most_rows_(most_rows) {
        lxw_workbook_options options = {};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = folder_.data();
        options.use_zip64 = LXW_TRUE;
        book_ = workbook_new_opt(file.c_str(), &options);
        if (book_ == nullptr) {
            fail(std::strerror(ENOMEM));
            return;
        }
        styles_.header = workbook_add_format(book_);
        format_set_bold(styles_.header);
        styles_.date = workbook_add_format(book_);
        format_set_num_format(styles_.date, "yyyy-mm-dd hh:mm:ss.000");
        styles_.tints = {nullptr, tint(0xFFEB9C), tint(0xFFC7CE)};
    }
    ~Workbook() override {
        if (book_ != nullptr) lxw_workbook_free(book_);
    }

    std::unique_ptr<RowWriter> add(Report report, const CsvDialect& dialect,
                                   std::vector<ColumnInfo> columns) override {
        const std::string name(kReports[index(report)].name);
        lxw_worksheet* sheet = error_.empty() ? workbook_add_worksheet(book_, name.c_str()) : nullptr;
        if (sheet == nullptr) fail("there can be no temporary file beside it");
        sheets_[index(report)] = std::make_unique<Sheet>(Sheet{report, sheet});
        return std::make_unique<SheetRows>(*sheets_[index(report)], styles_, dialect, std::move(columns),
                                           most_rows_);
    }

    void finish() override {
        for (const auto& sheet : sheets_) {
            if (sheet == nullptr || !error_.empty()) continue;
            worksheet_autofilter(sheet->sheet, 0, 0, std::max(1U, sheet->rows - 1),
                                 static_cast<lxw_col_t>(sheet->columns - 1));
            // The library does not look whether its temporary files could be written.
            std::FILE* rows = sheet->sheet->optimize_tmpfile;
            if (rows != nullptr && (std::fflush(rows) != 0 || std::ferror(rows) != 0))
                fail(std::strerror(errno));
        }
        if (!error_.empty()) return;
        const lxw_error error = workbook_close(std::exchange(book_, nullptr));
        if (error != LXW_NO_ERROR) fail(lxw_strerror(error));
    }

    [[nodiscard]] Status status() const override {
        if (error_.empty()) return success();
        return Error{fmt::format("Cannot write {}: {}. What was there before is untouched.",
                                 printable(shown_), error_)};
    }

    [[nodiscard]] std::string left_out() const override {
        std::string text;
        for (const auto& sheet : sheets_) {
            if (sheet == nullptr || sheet->left_out == 0) continue;
            text += fmt::format("{}{} rows of {}", text.empty() ? "" : ", ", grouped(sheet->left_out),
                                kReports[index(sheet->report)].name);
        }
        if (text.empty()) return text;
        return fmt::format("{} lacks {}: a sheet has no room for them; --format csv or sqlite has",
                           printable(shown_), text);
    }

private:
    void fail(const char* why) {
        if (error_.empty()) error_ = why;
    }

    lxw_format* tint(lxw_color_t color) {
        lxw_format* format = workbook_add_format(book_);
        format_set_bg_color(format, color);
        return format;
    }

    std::string folder_;
    std::string shown_;
    std::uint32_t most_rows_;
    lxw_workbook* book_ = nullptr;
    Styles styles_;
    std::array<std::unique_ptr<Sheet>, kReports.size()> sheets_;
    std::string error_;
};

}  // namespace

std::unique_ptr<Book> open_workbook(const std::string& folder, const std::string& file,
                                    const std::string& shown) {
    return open_workbook(folder, file, shown, 1'048'576);
}

std::unique_ptr<Book> open_workbook(const std::string& folder, const std::string& file,
                                    const std::string& shown, std::uint32_t most_rows) {
    return std::make_unique<Workbook>(folder, file, shown, most_rows);
}

}  // namespace deadpeer
