// HeartbeatTracker: the connections whose data may be heartbeats, and what Heartbeats makes of them.
//
// Lifetime: the options must outlive it.
// Threads:  one at a time.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <unordered_map>

#include "core/hash.h"
#include "deadpeer/options.h"
#include "deadpeer/segment.h"
#include "deadpeer/sink.h"
#include "detect/between.h"
#include "detect/capture_gap.h"
#include "detect/heartbeat.h"
#include "detect/judge.h"
#include "engine/connection.h"
#include "knowledge/announced_keepalive.h"
#include "knowledge/knowledge.h"

namespace deadpeer {

class HeartbeatTracker {
public:
    explicit HeartbeatTracker(const AnalyzerOptions& options);

    // Whether look() wants to see the segment: a small message after silence, and first data that may
    // announce how long its side keeps silent. Of a connection that is looked at: data, FIN and RST, and what
    // may end a wait, long after the other side's latest data. `payload()`: what was captured of it.
    template <typename Payload>
    [[nodiscard]] bool concern(const Connection& connection, const Segment& segment, Payload payload) const {
        if (connection.beats) {
            const Nanoseconds asked = connection.tcp.reverse(segment.direction).next_seq_time;
            return segment.payload_length > 0 || segment.has(kFin | kRst) ||
                   between(asked, segment.time) >= kQuiet;
        }
        if (segment.payload_length == 0) return false;
        return may_beat(connection, segment) || (connection.sent_by(segment.direction).payload_bytes == 0 &&
                                                 may_announce_keepalive(payload()));
    }

    // Before the segment changes its connection.
    void inspect(Connection& connection, const Segment& segment, std::span<const std::uint8_t> payload);

    [[nodiscard]] HeartbeatSummary summary(const Connection& connection) const;

    [[nodiscard]] const Knowledge& knowledge() const { return knowledge_; }

    // Whether that a beat was missed after that one is news; it is not from then on. What is sure is news
    // even if it was told while it was `doubtful`.
    bool note_missed(const Connection& connection, const Beat& last, bool doubtful);
    // None is missed.
    void end_doubt(const Connection& connection);
    // Whether the latest that was told so is doubtful.
    [[nodiscard]] bool has_reported_in_doubt(const Connection& connection) const;

    void release(const Connection& connection);

    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kNode = sizeof(Ids::value_type) + 16;
        return heartbeats_.memory() + most_ids_ * kNode + ids_.bucket_count() * sizeof(void*);
    }
    [[nodiscard]] std::uint64_t refused() const { return heartbeats_.refused(); }

private:
    static constexpr Nanoseconds kQuiet = 500 * kMillisecond;

    struct Entry {
        Heartbeats::Id id = 0;
        Beat missed_reported{};  // after which a beat was missed, as told
        bool in_doubt = false;
    };

    [[nodiscard]] bool may_beat(const Connection& connection, const Segment& segment) const {
        const HalfStream& side = connection.tcp.forward(segment.direction);
        return segment.payload_length <= options_.heartbeat_max_payload && side.seen &&
               between(side.last_time, segment.time) >= kQuiet;
    }

    const AnalyzerOptions& options_;
    const Knowledge knowledge_;
    Heartbeats heartbeats_;
    std::pmr::unsynchronized_pool_resource entries_;  // candidates come and go
    using Ids = std::pmr::unordered_map<StreamNumber, Entry, SeededHash>;
    Ids ids_;                   // by stream
    std::size_t most_ids_ = 0;  // there ever were: entries_ keeps their memory
};

// The heartbeat's part in what becomes of the connection, and in its row.
void fill_heartbeat(ConnectionFacts& facts, const HeartbeatSummary& heartbeat);
void fill_heartbeat(FlowSummary& flow, const HeartbeatSummary& heartbeat);

// Of a connection: its end if nothing in it ends it, and whom its verdict names as dead or without it.
struct OpenTime {
    Nanoseconds end = kNoTime;
    std::optional<Direction> failed;
    Nanoseconds failed_since = kNoTime;
};

// When and after which frame a side's beat was missed: it was silent for more than three periods, or the
// other side closed when it had been for more than one. Not while it could not send or waited for an answer,
// nor after a FIN; time in gaps does not count. While one side is dead or has forgotten the connection, the
// other is not to blame.
struct MissedBeat {
    bool met = false;
    Direction side = Direction::kFromLow;
    Nanoseconds time = kNoTime;  // when three periods had passed, or the other side closed
    Nanoseconds silence = kNoTime;
    Nanoseconds period = kNoTime;  // of its beats, or the silence that it announced
    Beat last;
    std::uint64_t closing_frame = 0;  // the FIN that shows it; 0: it needs none
};
MissedBeat missed_beat(const HeartbeatSummary& heartbeat, const OpenTime& open, const CaptureFacts& capture);

// The earliest time after `after` at which a beat of a side that beats will have been missed.
std::optional<Nanoseconds> next_beat_deadline(const HeartbeatSummary& heartbeat,
                                              std::span<const CaptureGap> gaps, Nanoseconds after);

}  // namespace deadpeer
