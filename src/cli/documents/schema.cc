#include "cli/documents/schema.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <vector>

#include "report/formats/column_tables.h"
#include "report/reports.h"

namespace deadpeer::cli {
namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// Empty cells are null, but for lists, which are empty.
std::string_view type_of(CellType type) {
    switch (type) {
        case CellType::kText:
            return R"("type": ["string", "null"])";
        case CellType::kInteger:
            return R"("type": ["integer", "null"], "minimum": 0)";
        case CellType::kSeconds:
            return R"("type": ["number", "null"])";
        case CellType::kTime:  // a number with --time epoch
            return R"("type": ["string", "number", "null"], "format": "date-time")";
        case CellType::kList:
        case CellType::kWords:
            return R"("type": "array", "items": {"type": "string"})";
        case CellType::kNumbers:
            return R"("type": "array", "items": {"type": "integer", "minimum": 0})";
    }
    return {};
}

template <typename Row>
void add_report(std::string& out, Report report, const std::vector<Column<Row>>& columns) {
    const ReportInfo& info = kReports[index(report)];
    std::string properties;
    std::string names;
    for (const Column<Row>& column : columns) {
        fmt::format_to(std::back_inserter(properties), "{}\n        {}: {{{}, \"description\": {}}}",
                       properties.empty() ? "" : ",", quoted(column.name), type_of(column.type),
                       quoted(column.meaning));
        fmt::format_to(std::back_inserter(names), "{}{}", names.empty() ? "" : ", ", quoted(column.name));
    }
    fmt::format_to(
        std::back_inserter(out),
        "{}\n    {}: {{\n      \"description\": {},\n      \"type\": \"object\",\n      \"properties\": "
        "{{{}\n      }},\n      \"required\": [{}]\n    }}",
        out.empty() ? "" : ",", quoted(info.name), quoted(info.meaning), properties, names);
}

}  // namespace

std::string json_schema() {
    const ColumnTables tables = columns_of(Format::kJsonLines, {});
    std::string definitions;
    add_report(definitions, Report::kCapture, tables.capture);
    add_report(definitions, Report::kSegments, tables.segments);
    add_report(definitions, Report::kFlows, tables.flows);
    add_report(definitions, Report::kEvents, tables.events);
    add_report(definitions, Report::kHosts, tables.hosts);
    add_report(definitions, Report::kIncidents, tables.incidents);
    std::string any;
    for (const ReportInfo& report : kReports) {
        fmt::format_to(std::back_inserter(any), "{}{{\"$ref\": \"#/$defs/{}\"}}", any.empty() ? "" : ", ",
                       report.name);
    }
    return fmt::format(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"deadpeer: a "
        "row of "
        "a report\",\n  \"anyOf\": [{}],\n  \"$defs\": {{{}\n  }}\n}}\n",
        any, definitions);
}

}  // namespace deadpeer::cli
