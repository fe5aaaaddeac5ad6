#include "report/formats/column_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/formats/eve_columns.h"
#include "report/formats/near_name.h"

namespace deadpeer {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kShortCapture[] = {"file",         "first_utc", "last_utc",           "frames",
                                              "tcp_segments", "skipped",   "dropped_by_capture", "status"};
constexpr std::string_view kShortSegments[] = {"file",     "frame", "time_utc", "stream",           "src",
                                               "src_port", "dst",   "dst_port", "wireshark_labels", "kind",
                                               "rtt_s"};
constexpr std::string_view kShortFlows[] = {
    "verdict",  "confidence",  "initiator",         "responder",   "responder_port",   "first_utc",
    "last_utc", "half_open_s", "idle_at_failure_s", "explanation", "wireshark_filter", "stream"};
constexpr std::string_view kShortEvents[] = {
    "time_utc", "severity",  "event",       "confidence",  "subject",          "subject_port",
    "peer",     "peer_port", "half_open_s", "explanation", "wireshark_filter", "stream"};
constexpr std::string_view kShortHosts[] = {"host",
                                            "name",
                                            "connections",
                                            "connections_lost",
                                            "connections_lost_state",
                                            "reboots",
                                            "last_reboot_utc",
                                            "probes_unanswered",
                                            "keepalive_settings"};
constexpr std::string_view kShortIncidents[] = {
    "incident",    "severity",  "cause",    "confidence",  "subject", "subject_name", "service",
    "connections", "first_utc", "last_utc", "half_open_s", "what",    "advice",       "wireshark_filter"};

template <typename Row>
std::vector<ColumnInfo> infos(const std::vector<Column<Row>>& columns) {
    std::vector<ColumnInfo> list;
    for (const Column<Row>& column : columns) list.push_back({column.name, column.type, column.meaning});
    return list;
}

template <typename Row>
std::vector<Column<Row>> named(const std::vector<Column<Row>>& columns, Names names) {
    std::vector<Column<Row>> chosen;
    for (const std::string_view name : names) {
        const auto found = std::ranges::find(columns, name, &Column<Row>::name);
        if (found != columns.end()) chosen.push_back(*found);
    }
    return chosen;
}

// The named ones first.
template <typename Row>
std::vector<Column<Row>> reordered(const std::vector<Column<Row>>& columns, Names names) {
    std::vector<Column<Row>> all = named(columns, names);
    for (const Column<Row>& column : columns) {
        if (std::ranges::find(names, column.name) == names.end()) all.push_back(column);
    }
    return all;
}

template <typename Choose>
ColumnTables each(const ColumnTables& tables, const Choose& choose) {
    return {choose(tables.capture, Report::kCapture), choose(tables.segments, Report::kSegments),
            choose(tables.flows, Report::kFlows),     choose(tables.events, Report::kEvents),
            choose(tables.hosts, Report::kHosts),     choose(tables.incidents, Report::kIncidents)};
}

template <typename Row>
std::vector<Column<Row>> table(std::span<const Column<Row>> columns) {
    return {columns.begin(), columns.end()};
}

}  // namespace

std::vector<ColumnInfo> ColumnTables::of(Report report) const {
    switch (report) {
        case Report::kCapture:
            return infos(capture);
        case Report::kSegments:
            return infos(segments);
        case Report::kFlows:
            return infos(flows);
        case Report::kEvents:
            return infos(events);
        case Report::kHosts:
            return infos(hosts);
        case Report::kIncidents:
            return infos(incidents);
    }
    return {};
}

Names short_columns(Report report) {
    constexpr std::array<Names, kReports.size()> kOfReports = {
        kShortCapture, kShortSegments, kShortFlows, kShortEvents, kShortHosts, kShortIncidents};
    return kOfReports[index(report)];
}

ColumnTables all_columns() {
    return {table(kCaptureColumns), table(kSegmentColumns), table(kFlowColumns),
            table(kEventColumns),   table(kHostColumns),    table(kIncidentColumns)};
}

ColumnTables chosen_columns(const ColumnChoice& choice) {
    using Which = ColumnChoice::Which;
    if (choice.which == Which::kAll) return all_columns();
    const std::vector<std::string_view> names(choice.names.begin(), choice.names.end());
    return each(all_columns(), [&](const auto& columns, Report report) {
        return named(columns, choice.which == Which::kShort ? short_columns(report) : Names(names));
    });
}

ColumnTables columns_of(Format format, const ColumnChoice& choice) {
    // A book has room for all.
    if (format == Format::kSqlite) return all_columns();
    if (format == Format::kXlsx)
        return each(all_columns(), [](const auto& columns, Report report) {
            return reordered(columns, short_columns(report));
        });
    ColumnTables tables = chosen_columns(choice);
    if (format == Format::kJsonLines) {
        put_before(tables.flows, kEveFlowColumns);
        put_before(tables.events, kEveEventColumns);
    }
    return tables;
}

std::string wrong_columns(const ColumnChoice& choice, const ReportSet& reports) {
    if (choice.which != ColumnChoice::Which::kNamed) return {};
    const ColumnTables all = all_columns();
    const ColumnTables chosen = chosen_columns(choice);
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < kReports.size(); ++i) {
        if (!reports[i]) continue;
        for (const ColumnInfo& column : all.of(static_cast<Report>(i))) known.push_back(column.name);
    }
    for (std::size_t i = 0; i < choice.names.size(); ++i) {
        const std::string& name = choice.names[i];
        if (std::ranges::find(known, name) == known.end())
            return fmt::format("--columns: there is no column '{}'; did you mean {}?", name,
                               near_name(name, known));
        if (std::find(choice.names.begin(), choice.names.begin() + static_cast<std::ptrdiff_t>(i), name) !=
            choice.names.begin() + static_cast<std::ptrdiff_t>(i))
            return fmt::format("--columns names {} twice", name);
    }
    for (std::size_t i = 0; i < kReports.size(); ++i) {
        if (reports[i] && chosen.of(static_cast<Report>(i)).empty())
            return fmt::format("--columns leaves nothing of {}; choose the reports with --report",
                               kReports[i].name);
    }
    return {};
}

}  // namespace deadpeer
