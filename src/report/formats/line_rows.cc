#include "report/formats/line_rows.h"

#include <algorithm>
#include <string>
#include <utility>

namespace deadpeer {
namespace {

std::unique_ptr<RowWriter> csv_rows(Output& output, const CsvDialect& dialect,
                                    const std::vector<ColumnInfo>& columns) {
    auto rows = std::make_unique<RowWriter>(output, dialect);
    rows->cells().begin_file();
    for (const ColumnInfo& column : columns) rows->cells().word(column.name);
    rows->cells().end_row();
    return rows;
}

void append_escaped(Output& out, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out.append('\\');
    if (c == '"' || c == '\\') return out.append(c);
    out.append("u00");
    out.append(kDigits[static_cast<unsigned char>(c) >> 4U]);
    out.append(kDigits[static_cast<unsigned char>(c) & 15U]);
}

// printable() has made it UTF-8 already.
void append_string(Output& out, std::string_view text) {
    const auto is_special = [](char c) {
        return c == '"' || c == '\\' || (static_cast<unsigned char>(c) < 0x20);
    };
    out.append('"');
    while (!text.empty()) {
        const auto plain =
            static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_special) - text.begin());
        out.append(text.substr(0, plain));
        if (plain < text.size()) append_escaped(out, text[plain]);
        text.remove_prefix(std::min(plain + 1, text.size()));
    }
    out.append('"');
}

class JsonRows final : public TypedRows {
public:
    JsonRows(Output& output, const CsvDialect& dialect, std::vector<ColumnInfo> columns)
        : TypedRows(dialect, std::move(columns)),
          output_(output),
          time_is_number_(dialect.time == TimeStyle::kEpoch) {
        for (const ColumnInfo& column : this->columns()) {
            members_.push_back((members_.empty() ? "{\"" : ",\"") + std::string(column.name) + "\":");
        }
    }

private:
    void take(std::span<const std::string_view> cells) override {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            output_.append(members_[i]);
            append_value(cells[i], columns()[i].type);
        }
        output_.append("}\n");
        output_.end_row();
    }

    [[nodiscard]] bool is_number(CellType type) const {
        return type == CellType::kInteger || type == CellType::kSeconds ||
               (type == CellType::kTime && time_is_number_);
    }

    void append_value(std::string_view cell, CellType type) {
        if (is_list(type)) return append_list(cell, type);
        if (cell.empty()) return output_.append("null");
        is_number(type) ? output_.append(cell) : append_string(output_, cell);
    }

    void append_list(std::string_view cell, CellType type) {
        output_.append('[');
        bool first = true;
        for (const std::string_view part : parts(cell, type)) {
            if (!first) output_.append(',');
            first = false;
            type == CellType::kNumbers ? output_.append(part) : append_string(output_, part);
        }
        output_.append(']');
    }

    Output& output_;
    const bool time_is_number_;
    std::vector<std::string> members_;  // {"name":
};

}  // namespace

std::unique_ptr<RowWriter> line_rows(Format format, Output& output, const CsvDialect& dialect,
                                     std::vector<ColumnInfo> columns) {
    if (format == Format::kCsv) return csv_rows(output, dialect, columns);
    return std::make_unique<JsonRows>(output, dialect, std::move(columns));
}

}  // namespace deadpeer
