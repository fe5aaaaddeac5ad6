// Seq: a TCP sequence number (RFC 9293 section 3.4).
//
// What: a 32-bit serial number. It has no `<`: order is a question about two points on a circle, asked by
//       name. At a distance of exactly 2^31 each point is both before and after the other, as Wireshark has
//       it.
#pragma once

#include <cstdint>

namespace deadpeer {

class Seq {
public:
    constexpr Seq() = default;
    constexpr explicit Seq(std::uint32_t value) : value_(value) {}

    [[nodiscard]] constexpr std::uint32_t value() const { return value_; }

    [[nodiscard]] constexpr bool before(Seq other) const { return other.distance_to(*this) < 0; }
    [[nodiscard]] constexpr bool after(Seq other) const { return distance_to(other) < 0; }
    [[nodiscard]] constexpr bool at_or_before(Seq other) const { return other.distance_to(*this) <= 0; }

    // Signed number of octets from here to `other`, in [-2^31, 2^31).
    [[nodiscard]] constexpr std::int32_t distance_to(Seq other) const {
        return static_cast<std::int32_t>(other.value_ - value_);
    }

    friend constexpr Seq operator+(Seq seq, std::uint32_t octets) { return Seq(seq.value_ + octets); }
    friend constexpr Seq operator-(Seq seq, std::uint32_t octets) { return Seq(seq.value_ - octets); }
    friend constexpr bool operator==(Seq, Seq) = default;

private:
    std::uint32_t value_ = 0;
};

}  // namespace deadpeer
