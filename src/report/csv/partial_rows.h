// PartialRows: the partial rows of segments.csv, which are told late, until their place comes.
//
//     rows.add(row);   // in any order
//     rows.sort();
//     rows.before(row, write); ...   // for each whole row, those of a file in ascending order
//     rows.rest(write);
//
// What:    hands out each partial row once, before the first whole row of its file with a higher frame; none
//          of a frame that has a whole row.
// Memory:  bounded; what goes beyond it waits in temporary files.
// Threads: one thread at a time.
// Errors:  status() tells the first failure of the files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/sink.h"
#include "report/csv/evidence_frames.h"
#include "report/storage/sorted_spool.h"
#include "report/storage/spool.h"

namespace deadpeer {

class PartialRows {
public:
    PartialRows(const SpoolFolder& folder, std::size_t memory_bytes)
        : added_(folder, memory_bytes), sorted_(folder, memory_bytes) {}

    void add(const SegmentRow& row) { added_.push(row); }
    void sort();

    template <typename Write>
    void before(const SegmentRow& whole, const Write& write) {
        if (whole.file >= files_.size()) return;
        Range& range = files_[whole.file];
        for (; range.next < range.end; ++range.next) {
            const SegmentRow row = sorted_.at(range.next);
            if (row.segment.frame > whole.segment.frame) return;
            if (row.segment.frame < whole.segment.frame) write(row);
        }
    }
    template <typename Write>
    void rest(const Write& write) {
        for (Range& range : files_) {
            for (; range.next < range.end; ++range.next) write(SegmentRow(sorted_.at(range.next)));
        }
    }

    [[nodiscard]] Status status() const { return added_.failed() ? added_.status() : sorted_.status(); }
    [[nodiscard]] bool failed() const { return added_.failed() || sorted_.failed(); }

private:
    struct ByFrame {
        NamedFrame operator()(const SegmentRow& row) const { return frame_of(row); }
    };
    // Of a file, in sorted_.
    struct Range {
        std::uint64_t next = 0;
        std::uint64_t end = 0;
    };

    SortedSpool<SegmentRow, ByFrame> added_;
    Spool<SegmentRow> sorted_;
    std::vector<Range> files_;
};

}  // namespace deadpeer
