// A connection told segment by segment to Heartbeats.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "detect/heartbeat.h"

namespace deadpeer::heartbeat_story {

inline constexpr Direction kA = Direction::kFromLow;
inline constexpr Direction kB = Direction::kFromHigh;

// 1 for what starts with "ping", 2 for "pong", 3 for "vague".
inline std::uint16_t protocol_of(std::span<const std::uint8_t> bytes) {
    const std::string text(bytes.begin(), bytes.end());
    if (text == "ping") return 1;
    if (text == "pong") return 2;
    return text.starts_with("vague") ? 3 : 0;
}

// One connection, told segment by segment.
class Story {
public:
    explicit Story(std::size_t memory_cap = std::size_t{1} << 20)
        : heartbeats_({.max_payload = 64, .memory_cap = memory_cap, .protocol_of = protocol_of}) {}

    // The next data of a side.
    void say(Direction side, Nanoseconds time, const std::string& text) {
        say_at(side, time, next_[side], text);
        next_[side] += static_cast<std::uint32_t>(text.size());
    }

    void say_at(Direction side, Nanoseconds time, std::uint32_t seq, const std::string& text) {
        Segment segment;
        segment.time = time;
        segment.frame = ++frame_;
        segment.seq = seq;
        segment.payload_length = static_cast<std::uint32_t>(text.size());
        segment.flags = deadpeer::kAck;
        segment.direction = side;
        id_ = heartbeats_.observe(id_, segment,
                                  {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, {});
    }

    // `count` messages, the first at `from`.
    void beat(Direction side, Nanoseconds from, Nanoseconds period, int count,
              const std::string& text = "beat") {
        for (int i = 0; i < count; ++i) say(side, from + i * period, text);
    }

    [[nodiscard]] HeartbeatSummary summary() const { return heartbeats_.summary(id_); }
    [[nodiscard]] bool found() const { return summary().found; }
    [[nodiscard]] Heartbeats::Id id() const { return id_; }
    void set_next(Direction side, std::uint32_t seq) { next_[side] = seq; }
    [[nodiscard]] std::uint32_t next(Direction side) { return next_[side]; }
    Heartbeats& heartbeats() { return heartbeats_; }

private:
    Heartbeats heartbeats_;
    Heartbeats::Id id_ = 0;
    std::map<Direction, std::uint32_t> next_{{kA, 1000}, {kB, 5000}};
    std::uint64_t frame_ = 0;
};

}  // namespace deadpeer::heartbeat_story
