// Fuzz target: any bytes as a capture file, through the whole analysis to the reports, which say the same as
// CSV and as JSON Lines.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/open.h"
#include "deadpeer/analyzer.h"
#include "fuzz/json_line.h"
#include "fuzz/memory_file.h"
#include "report/csv/csv_reports.h"
#include "report/fan_out.h"

namespace {

using namespace deadpeer;
using fuzz::require;

using Rows = std::vector<std::vector<std::string>>;

// RFC 4180. Nothing but the line ends is a control character.
Rows rows_of_csv(std::string_view csv) {
    Rows rows(1);
    std::string cell;
    bool quoted = false;
    for (std::size_t i = 0; i < csv.size(); ++i) {
        const char byte = csv[i];
        require(byte == '\n' || (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f));
        if (byte == '"') {
            const bool doubled = quoted && csv.substr(i + 1).starts_with('"');
            if (doubled) cell += csv[++i];
            if (!doubled) quoted = !quoted;
        } else if (quoted || (byte != ',' && byte != '\n')) {
            cell += byte;
        } else {
            rows.back().push_back(std::move(cell));
            cell.clear();
            if (byte == '\n') rows.emplace_back();
        }
    }
    require(!quoted && cell.empty() && rows.back().empty());
    rows.pop_back();
    return rows;
}

// The names, and then the values of each line, which follow those that Suricata's EVE has.
Rows rows_of_json(std::string_view text, const std::vector<std::string>& names) {
    Rows rows{names};
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        require(end != std::string_view::npos);
        fuzz::JsonLine line(text.substr(0, end));
        require(line.names.size() >= names.size());
        const auto before = static_cast<std::ptrdiff_t>(line.names.size() - names.size());
        require(std::equal(line.names.begin() + before, line.names.end(), names.begin()));
        line.values.erase(line.values.begin(), line.values.begin() + before);
        rows.push_back(std::move(line.values));
        text.remove_prefix(end + 1);
    }
    return rows;
}

// What CSV puts between the parts of a list.
std::string without_separators(std::string text) {
    std::erase_if(text, [](char byte) { return byte == ' ' || byte == ';'; });
    return text;
}

// In CSV text that a spreadsheet would take for a formula has a mark before it.
bool says_the_same(std::string_view csv, std::string_view json) {
    if (csv.starts_with('\'') && !json.starts_with('\'')) csv.remove_prefix(1);
    return csv == json || without_separators(std::string(csv)) == without_separators(std::string(json));
}

void check(const std::string& csv, const std::string& json) {
    const Rows from_csv = rows_of_csv(csv);
    require(!from_csv.empty() && from_csv.front().size() > 1);
    const Rows from_json = rows_of_json(json, from_csv.front());
    require(std::ranges::equal(from_csv, from_json, [](const auto& a, const auto& b) {
        return std::ranges::equal(a, b, says_the_same);
    }));
}

using Written = std::array<fuzz::MemoryFile, kReports.size()>;

void open_reports(const Written& written, Format format, std::vector<std::unique_ptr<CsvReports>>& reports) {
    CsvOptions options;
    options.formats = {format};
    for (std::size_t i = 0; i < kReports.size(); ++i) {
        reports.push_back(
            CsvReports::to_descriptor(written[i].descriptor(), static_cast<Report>(i), "/tmp", options));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file({reinterpret_cast<const char*>(data), size});
    const auto source = open_capture(file.path());
    if (!source) return 0;

    const Written csv;
    const Written json;
    {
        std::vector<std::unique_ptr<CsvReports>> reports;
        open_reports(csv, Format::kCsv, reports);
        open_reports(json, Format::kJsonLines, reports);
        std::vector<ReportSink*> sinks;
        for (const auto& report : reports) sinks.push_back(report.get());
        FanOut all(sinks);
        AnalyzerOptions options;
        options.hash_seed = 1;
        options.segments = SegmentSelection::kAll;
        options.memory_cap = std::size_t{16} << 20;
        Analyzer analyzer(options, all);
        analyzer.read(*source.value(), "fuzz");
        require(analyzer.finish().ok());
    }
    for (std::size_t i = 0; i < kReports.size(); ++i) check(csv[i].content(), json[i].content());
    return 0;
}
