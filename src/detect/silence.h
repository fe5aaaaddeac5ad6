// Silence: a time in which a host was not heard, and which of several is long enough to boot in.
//
// Threads: plain values.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "core/least_times.h"
#include "deadpeer/time.h"

namespace deadpeer {

struct Silence {
    Nanoseconds from = kNoTime;
    Nanoseconds to = kNoTime;
    std::uint16_t ip_id_before = 0;  // of the last frame before it; 0: not known

    [[nodiscard]] Nanoseconds length() const { return from == kNoTime ? 0 : to - from; }
};

// The longest first; of no length if there is none.
using Silences = std::array<Silence, 2>;

// The longest of the silences within a time, if a boot fits in and it stands out: who is silent for about as
// long again and again is heard that seldom. One other may be as long: that before the host is asked again.
class OutstandingSilence {
public:
    OutstandingSilence(Nanoseconds from, Nanoseconds to) : from_(from), to_(to) {}

    void add(Silence silence) {
        silence.from = std::max(silence.from, from_);
        silence.to = std::min(silence.to, to_);
        if (silence.from >= silence.to) return;
        if (silence.length() > longest_.length()) std::swap(silence, longest_);
        if (silence.length() > second_.length()) std::swap(silence, second_);
        third_ = std::max(third_, silence.length());
    }

    // Of no length if there is none.
    [[nodiscard]] Silence silence() const { return if_outstanding(longest_); }
    // And the other one, if that stands out, too.
    [[nodiscard]] Silences silences() const { return {silence(), if_outstanding(second_)}; }

private:
    [[nodiscard]] Silence if_outstanding(const Silence& silence) const {
        const bool stands_out = silence.length() >= kShortestBoot && silence.length() / 2 >= third_;
        return stands_out ? silence : Silence{};
    }

    Nanoseconds from_;
    Nanoseconds to_;
    Silence longest_;
    Silence second_;
    Nanoseconds third_ = 0;
};

}  // namespace deadpeer
