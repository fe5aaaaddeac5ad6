// MessageLimit: bounds how many messages of a kind a terminal or a log gets in a minute.
//
// What:    the first kMost of a minute pass; how many more there were is said when it has passed. A minute
//          begins with a message.
// Threads: one at a time. Reads no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace deadpeer::cli {

class MessageLimit {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::uint64_t kMost = 20;

    // Whether a message may pass. REQUIRES: take_left_out(now) was asked before.
    bool passes(Time now) {
        if (now >= ends_) {
            ends_ = now + std::chrono::minutes(1);
            passed_ = 0;
        }
        const bool fits = passed_ < kMost;
        ++(fits ? passed_ : left_out_);
        return fits;
    }

    // How many were left out of a minute that has passed; 0 until then, and from then on.
    std::uint64_t take_left_out(Time now) { return now < ends_ ? 0 : std::exchange(left_out_, 0); }

private:
    Time ends_ = Time::min();
    std::uint64_t passed_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace deadpeer::cli
