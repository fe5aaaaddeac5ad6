// LinkEvent: what happened to an interface, or to the machine's clock, while it was captured from.
//
// Threads: plain value.
#pragma once

#include <cstdint>
#include <string>

#include "deadpeer/time.h"

namespace deadpeer {

struct LinkEvent {
    enum class Kind : std::uint8_t {
        kDown,         // from = to: when. Nothing is captured until kUp.
        kUp,           // from, to: the time in which it was down
        kRemoved,      // from = to: when it was removed or moved to another network namespace
        kReturned,     // from, to: the time in which it was away
        kRenamed,      // from = to: when; `name` is the new one, `detail` the old one
        kFramesLost,   // from, to: the time in which `count` frames were lost; `detail`: by whom
        kClockStep,    // from = to: when; the wall clock was set forward by `step`. Of no input.
        kPartGone,     // from = to: when a link that TCP was captured on went, out of several of the input
        kPartBack,     // from, to: the time in which it was down or away
        kPartGivenUp,  // from, to: the time for which it counts that it is away: one minute
        kNotBound,     // from = to: when; it is back, but not captured from: `detail` says why
    };

    Kind kind = Kind::kDown;
    std::uint32_t input = 0;

    // False: this is about one of several links that the input captures from ("any"), the others go on.
    bool whole_input = true;

    // Capture time.
    Nanoseconds from = kNoTime;
    Nanoseconds to = kNoTime;

    // The index of that link, when it went; 0 unless a part is missing.
    std::uint32_t part = 0;

    std::uint64_t count = 0;
    Nanoseconds step = 0;

    // Untrusted text.
    std::string name;  // of the link
    std::string detail;

    // True where nothing, or not everything, of the input was captured between `from` and `to`. While it
    // lasts LiveCapture::blind_since() tells, unless it is a part that is missing.
    [[nodiscard]] bool is_gap() const {
        if (kind == Kind::kPartBack || kind == Kind::kPartGivenUp) return true;
        return whole_input && (kind == Kind::kUp || kind == Kind::kReturned || kind == Kind::kFramesLost);
    }
};

}  // namespace deadpeer
