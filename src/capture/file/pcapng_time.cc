#include "capture/file/pcapng_time.h"

namespace deadpeer::capture {
namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

constexpr std::uint8_t kBaseTwo = 0x80;
constexpr unsigned kNanosecondDigits = 9;
constexpr Wide kEarliest = kEarliestTime;
constexpr Wide kLatest = kLatestTime;

constexpr std::uint64_t power_of_ten(unsigned exponent) {
    std::uint64_t power = 1;
    while (exponent-- > 0) power *= 10;
    return power;
}

UnsignedWide ticks_to_nanoseconds(std::uint64_t ticks, std::uint8_t resolution) {
    const unsigned exponent = resolution & 0x7FU;
    if ((resolution & kBaseTwo) != 0) return (UnsignedWide{ticks} * kSecond) >> exponent;
    if (exponent <= kNanosecondDigits) {
        return UnsignedWide{ticks} * power_of_ten(kNanosecondDigits - exponent);
    }
    const unsigned digits_too_many = exponent - kNanosecondDigits;
    // 10^20 is more than any count of 64 bits.
    return digits_too_many >= 20 ? 0 : ticks / power_of_ten(digits_too_many);
}

}  // namespace

TimeScale::TimeScale(std::uint8_t resolution, std::int64_t offset_s)
    : offset_s_(offset_s), resolution_(resolution) {
    const Wide offset = Wide{offset_s} * kSecond;
    const bool decimal = (resolution & kBaseTwo) == 0 && resolution <= kNanosecondDigits;
    if (!decimal || offset < kEarliest || offset > kLatest) {
        // No count is at or below a limit that the arithmetic would get wrong: 0 ticks are 0 in any unit,
        // so only the offset must fit.
        fast_offset_ = offset < kEarliest || offset > kLatest ? kNoTime : static_cast<Nanoseconds>(offset);
        return;
    }
    fast_offset_ = static_cast<Nanoseconds>(offset);
    fast_factor_ = static_cast<Nanoseconds>(power_of_ten(kNanosecondDigits - resolution));
    const Wide room = offset > 0 ? kLatest - offset : kLatest;
    fast_limit_ = static_cast<std::uint64_t>(room / fast_factor_);
}

Nanoseconds TimeScale::to_time_exactly(std::uint64_t ticks) const {
    const Wide time = static_cast<Wide>(ticks_to_nanoseconds(ticks, resolution_)) + Wide{offset_s_} * kSecond;
    return time < kEarliest || time > kLatest ? kNoTime : static_cast<Nanoseconds>(time);
}

}  // namespace deadpeer::capture
