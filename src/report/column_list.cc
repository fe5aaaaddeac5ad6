#include <fmt/format.h>

#include <iterator>

#include "report/columns.h"
#include "report/reports.h"

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
