// A strict reader of RFC 4180 text, to check the writer with: no trimming, no leniency.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deadpeer {

using CsvRow = std::vector<std::string>;

// The rows, or nothing if the text breaks a rule: a quote inside an unquoted cell, text after a closing
// quote, a missing line end.
inline std::optional<std::vector<CsvRow>> read_rfc4180(std::string_view text, char delimiter = ',',
                                                       std::string_view line_end = "\n") {
    std::vector<CsvRow> rows;
    CsvRow row;
    while (!text.empty()) {
        std::string cell;
        if (text.front() == '"') {
            text.remove_prefix(1);
            for (;;) {
                const std::size_t quote = text.find('"');
                if (quote == std::string_view::npos) return std::nullopt;
                cell += text.substr(0, quote);
                text.remove_prefix(quote + 1);
                if (!text.starts_with('"')) break;
                cell += '"';
                text.remove_prefix(1);
            }
        } else {
            const std::size_t end = std::min(text.find(delimiter), text.find(line_end));
            if (end == std::string_view::npos) return std::nullopt;
            cell = text.substr(0, end);
            if (cell.find('"') != std::string::npos) return std::nullopt;
            text.remove_prefix(end);
        }
        row.push_back(cell);
        if (text.starts_with(delimiter)) {
            text.remove_prefix(1);
            continue;
        }
        if (!text.starts_with(line_end)) return std::nullopt;
        text.remove_prefix(line_end.size());
        rows.push_back(std::move(row));
        row.clear();
    }
    if (!row.empty()) return std::nullopt;
    return rows;
}

}  // namespace deadpeer
