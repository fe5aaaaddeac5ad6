// Time stamps of a pcapng interface: 64-bit counts of a unit that the interface declares.
//
// What:   if_tsresol gives the unit, 10^-n or 2^-n seconds with n up to 127; if_tsoffset seconds to add.
//         Conversion is exact, rounded down to a nanosecond.
// Errors: kNoTime for a point in time before kEarliestTime or after kLatestTime.
// Source: draft-ietf-opsawg-pcapng, section 4.2.
#pragma once

#include <cstdint>

#include "deadpeer/time.h"

namespace deadpeer::capture {

class TimeScale {
public:
    // Bit 7 of the resolution: the base is 2, not 10.
    explicit TimeScale(std::uint8_t resolution = 6, std::int64_t offset_s = 0);

    [[nodiscard]] Nanoseconds to_time(std::uint64_t ticks) const {
        if (ticks <= fast_limit_) return static_cast<Nanoseconds>(ticks) * fast_factor_ + fast_offset_;
        return to_time_exactly(ticks);
    }

private:
    [[nodiscard]] Nanoseconds to_time_exactly(std::uint64_t ticks) const;

    // For ticks up to the limit, 64-bit arithmetic does. A limit of 0 leaves 0 ticks to it: the offset.
    std::uint64_t fast_limit_ = 0;
    Nanoseconds fast_factor_ = 0;
    Nanoseconds fast_offset_ = 0;
    std::int64_t offset_s_ = 0;
    std::uint8_t resolution_ = 6;
};

}  // namespace deadpeer::capture
