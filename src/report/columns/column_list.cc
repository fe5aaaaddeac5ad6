#include <fmt/format.h>

#include <iterator>

#include "report/columns/columns.h"
#include "report/reports.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

template <typename Row>
void list(std::string& out, Report report, std::span<const Column<Row>> columns) {
    fmt::format_to(std::back_inserter(out), "### {}\n\n{}\n\n| column | type | meaning |\n|---|---|---|\n",
                   file_name(report), kReports[index(report)].meaning);
    for (const Column<Row>& column : columns) {
        fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", column.name, to_string(column.type),
                       column.meaning);
    }
}

}  // namespace

std::vector<std::string> file_names() {
    std::vector<std::string> names;
    std::vector<std::string> of_events;
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
        const auto format = static_cast<Format>(i);
        if (info(format).is_book) names.push_back(file_name(Report::kFlows, format));
        for (std::size_t j = 0; j < kReports.size() && !info(format).is_book; ++j) {
            const auto report = static_cast<Report>(j);
            (report == Report::kEvents ? of_events : names).push_back(file_name(report, format));
        }
    }
    names.insert(names.end(), of_events.begin(), of_events.end());
    return names;
}

void FileCells::note_name(std::uint32_t file, const std::string& path, const CsvDialect& dialect) {
    if (by_index.size() <= file) by_index.resize(file + 1);
    const std::string name = base_name(path);
    by_index[file] = {text_cell(name, dialect.delimiter), printable(name)};
}

std::string columns_as_markdown() {
    std::string out;
    list(out, Report::kCapture, kCaptureColumns);
    out += '\n';
    list(out, Report::kSegments, kSegmentColumns);
    out += '\n';
    list(out, Report::kFlows, kFlowColumns);
    out += '\n';
    list(out, Report::kEvents, kEventColumns);
    out += '\n';
    list(out, Report::kHosts, kHostColumns);
    out += '\n';
    list(out, Report::kIncidents, kIncidentColumns);
    return out;
}

}  // namespace deadpeer
