#include <numeric>

#include "deadpeer/names.h"
#include "report/columns/columns.h"
#include "report/text/link_type_text.h"

namespace deadpeer {
namespace {

void write_frames(Cells& cells, const CaptureRow& row) {
    const auto& skipped = row.input.skipped;
    cells.number(std::accumulate(skipped.begin(), skipped.end(), row.input.tcp_frames));
}

void write_skipped(Cells& cells, const CaptureRow& row) {
    const auto& skipped = row.input.skipped;
    cells.number(std::accumulate(skipped.begin(), skipped.end(), std::uint64_t{0}));
}

void write_link_types(Cells& cells, const CaptureRow& row) {
    std::string list;
    for (const LinkType type : row.input.link_types) {
        if (!list.empty()) list += ';';
        list += link_type_text(type);
    }
    cells.text(list);
}

void write_skipped_reasons(Cells& cells, const CaptureRow& row) {
    std::string list;
    for (std::size_t i = 0; i < kSkipReasonCount; ++i) {
        if (row.input.skipped[i] == 0) continue;
        if (!list.empty()) list += ';';
        list.append(kSkipReasonNames[i]).append("=").append(std::to_string(row.input.skipped[i]));
    }
    cells.text(list);
}

void write_dropped(Cells& cells, const CaptureRow& row) {
    const auto& dropped = row.input.source.dropped_by_capture;
    if (dropped) return cells.number(*dropped);
    cells.empty();
}

constexpr Column<CaptureRow> kTable[] = {
    {"file", CellType::kText, "Base name of the input file, or the interface.",
     [](Cells& c, const CaptureRow& r) { c.word(r.file_cell); }},
    {"format", CellType::kText, "File format and its variant.",
     [](Cells& c, const CaptureRow& r) { c.text(r.input.format); }},
    {"link_types", CellType::kList, "Link types of its interfaces, joined by `;`.", write_link_types},
    {"first_utc", CellType::kTime, "Earliest time stamp.",
     [](Cells& c, const CaptureRow& r) { c.time(r.input.first_time); }},
    {"last_utc", CellType::kTime, "Latest time stamp.",
     [](Cells& c, const CaptureRow& r) { c.time(r.input.last_time); }},
    {"frames", CellType::kInteger, "Frames read: those with TCP segments and the skipped ones.",
     write_frames},
    {"tcp_segments", CellType::kInteger, "TCP segments analysed; a frame with two TCP layers has two.",
     [](Cells& c, const CaptureRow& r) { c.number(r.input.tcp_segments); }},
    {"bytes", CellType::kInteger, "Captured bytes of all frames.",
     [](Cells& c, const CaptureRow& r) { c.number(r.input.source.captured_bytes); }},
    {"skipped", CellType::kInteger, "Frames that yielded no TCP segment.", write_skipped},
    {"skipped_reasons", CellType::kList, "Why they were skipped: `reason=count`, joined by `;`.",
     write_skipped_reasons},
    {"dropped_by_capture", CellType::kInteger, "Packets that the capture lost, where the input tells.",
     write_dropped},
    {"time_went_back", CellType::kInteger,
     "Frames whose time stamp is earlier than that of the frame before.",
     [](Cells& c, const CaptureRow& r) { c.number(r.input.time_went_back); }},
    {"status", CellType::kText, "`complete`, `truncated`, `damaged` or `refused`.",
     [](Cells& c, const CaptureRow& r) { c.word(to_string(r.input.outcome)); }},
    {"status_detail", CellType::kText, "The byte offset where reading ended early, and what was wrong there.",
     [](Cells& c, const CaptureRow& r) { c.text(r.input.outcome_detail); }},
    {"duplicate_frames", CellType::kInteger,
     "TCP segments that the capture holds once more: from a bridge and its ports, both sides of a router, or "
     "a mirror port.",
     [](Cells& c, const CaptureRow& r) { c.number(r.input.duplicate_frames); }},
    {"shared_addresses", CellType::kInteger,
     "Pairs of addresses that are other hosts in another virtual network (VNI), as connections of their own "
     "in each show: `--scope tunnel` tells them apart.",
     [](Cells& c, const CaptureRow& r) { c.number(r.input.shared_addresses); }},
};

}  // namespace

const std::span<const Column<CaptureRow>> kCaptureColumns = kTable;

}  // namespace deadpeer
