#include "report/csv/partial_rows.h"

namespace deadpeer {

void PartialRows::sort() {
    while (!added_.empty()) {
        const SegmentRow row = added_.pop();
        const std::uint64_t next = sorted_.size();
        if (next != 0 && frame_of(sorted_.at(next - 1)) == frame_of(row)) continue;
        sorted_.append(row);
        if (row.file >= files_.size()) files_.resize(row.file + 1U);
        Range& range = files_[row.file];
        if (range.end == 0) range.next = next;
        range.end = next + 1;
    }
}

}  // namespace deadpeer
