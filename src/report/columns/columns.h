// The columns of every report, as tables: name, type, meaning, and how the cell is written.
//
// What:    the only place that knows the order and the names; header rows, cells and the documentation all
//          come from here. A new column is one new row at the end of a table.
// Threads: constants.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "deadpeer/sink.h"
#include "knowledge/inventory.h"
#include "knowledge/knowledge.h"
#include "report/cause/hypotheses.h"
#include "report/columns/cell_type.h"
#include "report/columns/cells.h"
#include "report/columns/community_id.h"
#include "report/csv/host_table.h"
#include "report/incident/incident.h"
#include "report/text/explanation.h"

namespace deadpeer {

template <typename Row>
struct Column {
    std::string_view name;
    CellType type;
    std::string_view meaning;  // one sentence
    void (*write)(Cells& cells, const Row& row);
};

// What rows share: of the inputs, by index, the base names, ready to be written as words, and how many frames
// they lost, as far as that is known.
struct FileCells {
    std::vector<ReadyText> by_index;
    std::vector<std::uint64_t> lost_frames;

    [[nodiscard]] const ReadyText& of(std::uint32_t file) const {
        static const ReadyText kNone;
        return file < by_index.size() ? by_index[file] : kNone;
    }
    void note_name(std::uint32_t file, const std::string& path, const CsvDialect& dialect);
    void note_lost(std::uint32_t file, std::uint64_t frames) {
        if (lost_frames.size() <= file) lost_frames.resize(file + 1);
        lost_frames[file] = frames;
    }
    // All frames that the inputs from `first` to `last` lost.
    [[nodiscard]] std::uint64_t lost(std::size_t first, std::size_t last) const {
        std::uint64_t sum = 0;
        for (std::size_t i = first; i <= last && i < lost_frames.size(); ++i) sum += lost_frames[i];
        return sum;
    }
};

// What rows of connections need besides the connection.
struct FlowContext {
    const Knowledge& knowledge;
    CommunityId community_id;
};

struct CaptureRow {
    const InputSummary& input;
    const ReadyText& file_cell;
};
struct SegmentLine {
    const SegmentRow& row;
    const ReadyText& file_cell;
};
struct FlowLine {
    const FlowSummary& flow;
    const ReadyText& file_cell;
    FlowContext& aids;
    const Explanation& explanation;
    const Weighed& causes;
    std::uint64_t lost_frames = 0;
    const Inventory* inventory = nullptr;
};
struct HostLine {
    const HostReport& host;
    const Knowledge& knowledge;
    const Inventory* inventory;  // may be null
    std::uint64_t lost_frames = 0;
};
struct IncidentLine {
    const Incident& incident;
    std::uint64_t number;  // from 1
    const ReadyText& file_cell;
    const Explanation& explanation;
    const Inventory* inventory;  // may be null
    std::string_view evidence_file = {};
};
struct EventLine {
    const Finding& finding;
    const ReadyText& file_cell;
    const Explanation& explanation;
    const Weighed& causes;
    std::uint64_t lost_frames;
    CommunityId& community_id;
    const Inventory* inventory = nullptr;  // may be null
};

extern const std::span<const Column<CaptureRow>> kCaptureColumns;
extern const std::span<const Column<SegmentLine>> kSegmentColumns;
extern const std::span<const Column<FlowLine>> kFlowColumns;
extern const std::span<const Column<EventLine>> kEventColumns;
extern const std::span<const Column<HostLine>> kHostColumns;
extern const std::span<const Column<IncidentLine>> kIncidentColumns;

template <typename Row>
void write_row(Cells& cells, std::span<const Column<Row>> columns, const Row& row) {
    for (const Column<Row>& column : columns) column.write(cells, row);
    cells.end_row();
}

}  // namespace deadpeer
