// Silence: a time in which a host was not heard, and which of several is long enough to boot in.
//
// Threads: plain values.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/least_times.h"
#include "deadpeer/time.h"

namespace deadpeer {

struct Silence {
    Nanoseconds from = kNoTime;
    Nanoseconds to = kNoTime;
    std::uint16_t ip_id_before = 0;  // of the last frame before it; 0: not known

    [[nodiscard]] Nanoseconds length() const { return from == kNoTime ? 0 : to - from; }
};

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
        third_ = std::max(third_, std::min(second_, silence.length()));
        second_ = std::max(second_, silence.length());
    }

    // Of no length if there is none.
    [[nodiscard]] Silence silence() const {
        const bool stands_out = longest_.length() >= kShortestBoot && longest_.length() / 2 >= third_;
        return stands_out ? longest_ : Silence{};
    }

private:
    Nanoseconds from_;
    Nanoseconds to_;
    Silence longest_;
    Nanoseconds second_ = 0;
    Nanoseconds third_ = 0;
};

}  // namespace deadpeer
