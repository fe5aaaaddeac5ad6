// ColumnTables: which columns of each report are written, in which order.
//
// Threads: any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/columns/columns.h"
#include "report/formats/row_writer.h"
#include "report/reports.h"

namespace deadpeer {

struct ColumnTables {
    std::vector<Column<CaptureRow>> capture;
    std::vector<Column<SegmentLine>> segments;
    std::vector<Column<FlowLine>> flows;
    std::vector<Column<EventLine>> events;
    std::vector<Column<HostLine>> hosts;
    std::vector<Column<IncidentLine>> incidents;

    [[nodiscard]] std::vector<ColumnInfo> of(Report report) const;
};

// What --columns says.
struct ColumnChoice {
    enum class Which { kAll, kShort, kNamed } which = Which::kAll;
    std::vector<std::string> names = {};  // of kNamed
};

// The few columns that tell most, in the order in which they are read.
std::span<const std::string_view> short_columns(Report report);

ColumnTables all_columns();
// Of each report the chosen columns that it has, as the choice orders them.
ColumnTables chosen_columns(const ColumnChoice& choice);
// What a format is written with: JSON Lines have the members of an eve.json besides.
ColumnTables columns_of(Format format, const ColumnChoice& choice);

// Why a choice cannot be had of these reports; empty if it can.
std::string wrong_columns(const ColumnChoice& choice, const ReportSet& reports);

}  // namespace deadpeer
