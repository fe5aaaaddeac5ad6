#include "compare/capture_point.h"

#include <algorithm>

namespace deadpeer::comparing {

bool CapturePoint::covers(Nanoseconds from, Nanoseconds to) const {
    const bool in_gap = std::ranges::any_of(
        gaps, [&](const TimeSpan& gap) { return gap.from <= to && (gap.to == kNoTime || gap.to >= from); });
    return !in_gap && std::ranges::any_of(
                          covered, [&](const TimeSpan& span) { return span.from <= from && to <= span.to; });
}

}  // namespace deadpeer::comparing
