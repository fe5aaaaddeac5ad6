// Heartbeats: which connections' applications tell each other regularly that they live.
//
//     id = heartbeats.observe(id, segment, payload);   // id is kept with the connection, 0 at first
//     HeartbeatSummary summary = heartbeats.summary(id);
//     heartbeats.release(id);
//
// What:     a side that sends small messages of stable length at a stable period, usually answered in kind;
//           heartbeat_rhythm.h has the rule. Once a side has sent two beats, the first bytes of its messages,
//           put together from their segments, tell the protocol.
// Use:      while the id is 0, observe() is for segments of at most `max_payload` bytes whose sender has been
//           silent for at least half a second, and for those that announce a keepalive; then for every
//           segment with payload, of both sides, and for those without that may end the connection, or a
//           time in which a side cannot send. Retransmissions are seen as such.
// Lifetime: what an id names lives until release(), or until observe() answers 0 because the connection sends
//           nothing that could be a heartbeat.
// Memory:   at most `memory_cap` bytes; beyond it new candidates are refused and counted, and messages of
//           others are no longer read.
// Threads:  one at a time.
// Purity:   no clock: a heartbeat that has stopped is one whose last_data is too long ago for its period; the
//           caller knows what time it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "core/pool.h"
#include "core/seq.h"
#include "deadpeer/segment.h"
#include "deadpeer/time.h"
#include "detect/heartbeat_first_bytes.h"
#include "detect/heartbeat_rhythm.h"

namespace deadpeer {

// What one side of a connection does.
struct HeartbeatSide {
    bool beating = false;
    std::uint16_t protocol = 0;  // as told by its own messages
    std::uint32_t beats = 0;
    std::uint32_t length = 0;  // bytes in the latest beat
    Nanoseconds period = kNoTime;
    Nanoseconds announced = kNoTime;     // the longest silence that it said it would keep, beating or not
    Beat last_data;                      // the latest sign of life of this side's application, beat or not
    bool held = false;                   // it waits for an answer, or cannot send
    Nanoseconds held_until = kNoTime;    // when that was so last
    Nanoseconds silent_since = kNoTime;  // its latest data, or held_until if its next beat was due before
    BeatGap gap;                         // its latest silence of more than 3 periods
};

// The first FIN, or a RST that no data came after.
struct BeatsEnd {
    Beat at;  // no frame: none yet
    Direction by = Direction::kFromLow;
    bool fin = false;

    [[nodiscard]] bool met() const { return at.frame != 0; }
};

struct HeartbeatSummary {
    bool found = false;
    bool answered = false;                 // both sides beat, with periods within 10 % of each other
    Direction side = Direction::kFromLow;  // whose heartbeat: of two that beat, who begins the exchanges
    std::uint16_t protocol = 0;            // as either side told; 0 = not told
    std::array<HeartbeatSide, 2> sides;    // by direction
    BeatsEnd end;

    // The side whose heartbeat it is.
    [[nodiscard]] const HeartbeatSide& beating_side() const { return sides[index(side)]; }
};

struct HeartbeatOptions {
    std::uint32_t max_payload = 64;  // bytes in a beat
    std::size_t memory_cap = std::size_t{16} << 20;
    // Tells a protocol by the first bytes of a message (at most 64); 0 if they do not tell. May be empty.
    std::function<std::uint16_t(std::span<const std::uint8_t>)> protocol_of;
};

class Heartbeats {
public:
    using Id = std::uint32_t;  // 0 = none

    explicit Heartbeats(HeartbeatOptions options) : options_(std::move(options)) {}

    // What the connection tells of the segment, as it stands before it.
    struct Circumstances {
        std::array<bool, 2> held{};       // by direction: cannot send, as its peer has not acknowledged, say
        bool ends = false;                // the segment is a FIN, or a RST that is heeded
        Nanoseconds announced = kNoTime;  // the longest silence that its sender announces in it
    };

    // `payload`: what was captured of it, from its first byte on. After a FIN nothing more is taken in.
    Id observe(Id id, const Segment& segment, std::span<const std::uint8_t> payload,
               const Circumstances& circumstances);

    // Of id 0: nothing found.
    [[nodiscard]] HeartbeatSummary summary(Id id) const;

    void release(Id id);

    [[nodiscard]] std::size_t memory() const;
    // Data of connections that there was no memory to look at.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    struct Side {
        HeartbeatRhythm rhythm;
        std::unique_ptr<FirstBytes> reading;  // of the latest message, while it may tell the protocol
        Seq next;                             // after the highest byte seen
        bool next_known = false;
        std::uint8_t messages_read = 0;
        std::uint16_t protocol = 0;
        std::uint32_t begun = 0;  // exchanges, by a message that answers none of the other side
        Nanoseconds announced = kNoTime;
        std::uint8_t answered = 0;  // of its latest messages, how many more than were not
    };
    struct Candidate {
        std::array<Side, 2> sides;
        BeatsEnd end;
    };

    void observe_data(Candidate& candidate, const Segment& segment, std::span<const std::uint8_t> payload);
    [[nodiscard]] bool is_worthless(const Side& side) const {
        return side.announced == kNoTime && side.rhythm.is_worthless(options_.max_payload);
    }
    static bool is_new(const Side& side, const Segment& segment);
    static void note_circumstances(Candidate& candidate, const Segment& segment,
                                   const Circumstances& circumstances);
    static bool waits_for_answer(const Candidate& candidate, Direction side);
    static void count_answer(Candidate& candidate, Direction side);
    Id admit();
    void begin_message(Candidate& candidate, Direction direction, Beat beat, Seq seq);
    void end_message(Side& side);
    void begin_reading(Side& side, Seq start);
    void stop_reading(Side& side);
    [[nodiscard]] HeartbeatSide summary(const Side& side) const;

    HeartbeatOptions options_;
    Pool<Candidate> candidates_;
    std::size_t live_ = 0;
    std::size_t readers_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace deadpeer
