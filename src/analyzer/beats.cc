#include "analyzer/beats.h"

#include <algorithm>
#include <utility>

namespace deadpeer {
namespace {

constexpr int kPeriodsMissed = 3;

HeartbeatOptions heartbeat_options(const AnalyzerOptions& options, const Knowledge& knowledge) {
    HeartbeatOptions heartbeat;
    heartbeat.max_payload = options.heartbeat_max_payload;
    heartbeat.memory_cap = options.memory_cap / 16;
    heartbeat.protocol_of = [&knowledge](std::span<const std::uint8_t> bytes) {
        return knowledge.heartbeat_protocol(bytes);
    };
    return heartbeat;
}

}  // namespace

Beats::Beats(const AnalyzerOptions& options)
    : options_(options),
      knowledge_(Knowledge::load({}).value()),
      heartbeats_(heartbeat_options(options, knowledge_)),
      ids_(0, SeededHash(options.hash_seed), &entries_) {}

void Beats::look(Connection& connection, const Segment& segment, std::span<const std::uint8_t> payload) {
    const StreamNumber stream = connection.tcp.number;
    const auto known = connection.beats ? ids_.find(stream) : ids_.end();
    const Heartbeats::Id before = known == ids_.end() ? 0 : known->second.id;
    const Heartbeats::Id after = heartbeats_.observe(before, segment, payload);
    if (after == before) return;
    connection.beats = after != 0;
    if (after != 0) {
        ids_.insert_or_assign(stream, Entry{after});
        most_ids_ = std::max(most_ids_, ids_.size());
    } else {
        ids_.erase(known);
    }
}

HeartbeatSummary Beats::summary(const Connection& connection) const {
    if (!connection.beats) return {};
    const auto known = ids_.find(connection.tcp.number);
    return known == ids_.end() ? HeartbeatSummary{} : heartbeats_.summary(known->second.id);
}

bool Beats::note_missed(const Connection& connection, std::uint64_t frame) {
    const auto known = ids_.find(connection.tcp.number);
    if (known == ids_.end()) return false;
    return std::exchange(known->second.missed_told, frame) != frame;
}

void Beats::release(const Connection& connection) {
    if (!connection.beats) return;
    const auto known = ids_.find(connection.tcp.number);
    if (known == ids_.end()) return;
    heartbeats_.release(known->second.id);
    ids_.erase(known);
}

void fill_heartbeat(ConnectionFacts& facts, const HeartbeatSummary& heartbeat) {
    if (!heartbeat.found) return;
    facts.heartbeat_period = heartbeat.beating_side().period;
    facts.last_beat = heartbeat.beating_side().last_data.time;
}

void fill_heartbeat(FlowSummary& flow, const HeartbeatSummary& heartbeat) {
    if (!heartbeat.found) return;
    const bool initiator = heartbeat.side == flow.initiator;
    flow.heartbeat_by_initiator = heartbeat.answered || initiator;
    flow.heartbeat_by_responder = heartbeat.answered || !initiator;
    flow.heartbeat_period = heartbeat.beating_side().period;
    flow.heartbeat_protocol = heartbeat.protocol;
}

MissedBeat missed_beat(const HeartbeatSummary& heartbeat, Nanoseconds end, const CaptureFacts& capture) {
    MissedBeat missed;
    if (!heartbeat.found) return missed;
    for (const Direction d : {Direction::kFromLow, Direction::kFromHigh}) {
        const HeartbeatSide& side = heartbeat.sides[index(d)];
        if (!side.beating || side.period <= 0) continue;
        const bool gap = side.gap_from.frame != 0;
        const Beat& last = gap ? side.gap_from : side.last_data;
        const Nanoseconds until = gap ? side.gap_to.time : end;
        const auto due = after_gaps(capture.gaps, last.time, kPeriodsMissed * side.period);
        if (until == kNoTime || !due || (missed.met && missed.time <= *due)) continue;
        const Nanoseconds silence = until - last.time - overlap(capture.gaps, last.time, until);
        if (silence <= kPeriodsMissed * side.period || seems_interrupted(capture.pauses, last.time, *due))
            continue;
        missed = {true, d, *due, silence, last};
    }
    return missed;
}

std::optional<Nanoseconds> next_beat_deadline(const HeartbeatSummary& heartbeat,
                                              std::span<const CaptureGap> gaps, Nanoseconds after) {
    std::optional<Nanoseconds> next;
    if (!heartbeat.found) return next;
    for (const HeartbeatSide& side : heartbeat.sides) {
        if (!side.beating || side.period <= 0) continue;
        const auto due = after_gaps(gaps, side.last_data.time, kPeriodsMissed * side.period + 1);
        if (due && *due > after) next = std::min(next.value_or(*due), *due);
    }
    return next;
}

}  // namespace deadpeer
