// RecentRows: of a live capture, the rows of segments.csv that wait until an event or a verdict asks for one.
//
// What:    the latest of them, kRows at most. Of a row that is in the report it knows that, so that none is
//          written twice.
// Memory:  fixed; taken with the first row.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/hash.h"
#include "core/recent_table.h"
#include "deadpeer/sink.h"
#include "report/csv/evidence_frames.h"

namespace deadpeer {

class RecentRows {
public:
    static constexpr std::size_t kBytes = std::size_t{8} << 20;

    // A row that waits; a partial one only if the frame has none.
    void wait(const SegmentRow& row) {
        Recent* const known = rows_.find(frame_of(row), hash_of(frame_of(row)));
        if (known == nullptr) {
            insert(row).row = row;
        } else if (!row.partial && !known->is_written) {
            known->row = row;
        }
    }
    // The row is in the report.
    void written(const SegmentRow& row) {
        Recent* const known = rows_.find(frame_of(row), hash_of(frame_of(row)));
        Recent& recent = known == nullptr ? insert(row) : *known;
        recent.row = row;
        recent.is_written = true;
    }

    // The row of that frame, to be written, if it waits. Of a connection it may be in one of the inputs
    // before.
    [[nodiscard]] const SegmentRow* waiting(NamedFrame frame, std::int64_t stream) const {
        for (unsigned inputs = 0; inputs < kInputsOfConnection; ++inputs) {
            const Recent* const known = rows_.find(frame, hash_of(frame));
            const bool fits = known != nullptr && (inputs == 0 || is_of(known->row, stream));
            if (fits) return known->is_written ? nullptr : &known->row;
            if (stream < 0 || frame.file-- == 0) return nullptr;
        }
        return nullptr;
    }

private:
    static constexpr unsigned kInputsOfConnection = 4;

    static bool is_of(const SegmentRow& row, std::int64_t stream) {
        return static_cast<std::int64_t>(row.stream) == stream;
    }

    struct Recent {
        Nanoseconds last = kNoTime;  // counts rows
        SegmentRow row;
        bool is_written = false;
    };

    [[nodiscard]] std::uint64_t hash_of(const NamedFrame& frame) const {
        return hash_((frame.file << 48U) ^ frame.frame);
    }
    Recent& insert(const SegmentRow& row) {
        Recent& recent = rows_.insert(frame_of(row), hash_of(frame_of(row)));
        recent.last = ++count_;
        return recent;
    }

    SeededHash hash_{1};
    RecentTable<NamedFrame, Recent> rows_{kBytes};
    Nanoseconds count_ = 0;
};

}  // namespace deadpeer
