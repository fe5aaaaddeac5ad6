// What JSON Lines have besides the columns: the members by which tools that read Suricata's eve.json join.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "report/columns/columns.h"

namespace deadpeer {

extern const std::span<const Column<FlowLine>> kEveFlowColumns;
extern const std::span<const Column<EventLine>> kEveEventColumns;

// Those that are not there already.
template <typename Row>
void put_before(std::vector<Column<Row>>& columns, std::span<const Column<Row>> eve) {
    std::vector<Column<Row>> all;
    for (const Column<Row>& column : eve) {
        if (std::ranges::find(columns, column.name, &Column<Row>::name) == columns.end())
            all.push_back(column);
    }
    all.insert(all.end(), columns.begin(), columns.end());
    columns = std::move(all);
}

}  // namespace deadpeer
