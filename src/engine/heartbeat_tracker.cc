#include "engine/heartbeat_tracker.h"

#include <algorithm>
#include <utility>

#include "knowledge/announced_keepalive.h"

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

// Whether TCP lets the side send, as far as the capture shows: one that sees no acknowledgements does not.
bool may_send(const TcpStream& tcp, Direction side) {
    const HalfStream& own = tcp.forward(side);
    const HalfStream& peer = tcp.reverse(side);
    const auto lacks = [](const HalfStream& receiver, Seq end) {
        return !receiver.rcv_next_known || receiver.rcv_next().before(end);
    };
    if (lacks(peer, own.next_seq) || peer.window_closed) return false;
    // What its peer sent has not reached it, as it was heard since: it may wait for that.
    return !lacks(own, peer.next_seq) || own.last_time <= peer.next_seq_time;
}

Heartbeats::Circumstances circumstances_of(const Connection& connection, const Segment& segment) {
    Heartbeats::Circumstances found;
    // What was not analysed changes nothing.
    if (!segment.analysed) return found;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        found.held[index(side)] = !may_send(connection.tcp, side) ||
                                  shows_unseen(connection.sent_by(side), segment, segment.direction == side);
    }
    found.ends = segment.has(kFin) ||
                 (segment.has(kRst) && acceptance_of(connection.ends(), segment) != Acceptance::kDropped);
    return found;
}

// The other side closed when it had missed that side's beat.
bool closed_for(const HeartbeatSide& side, Nanoseconds period, Nanoseconds fin, const CaptureFacts& capture) {
    const Nanoseconds since = std::max(side.last_data.time, side.held_until);
    const Nanoseconds silence = fin - since - overlap(capture.gaps, since, fin);
    return silence >= period / 5 * 6 && silence <= kPeriodsMissed * period &&
           !seems_interrupted(capture.pauses, since, fin);
}

// In its latest silence that is over, if `gap`, or else since its latest data.
MissedBeat missed_by(Direction d, bool gap, const HeartbeatSummary& heartbeat, const OpenTime& open,
                     const CaptureFacts& capture) {
    const HeartbeatSide& side = heartbeat.sides[index(d)];
    if (gap && side.gap.from.frame == 0) return {};
    const bool beating = side.beating && side.period > 0;
    const Nanoseconds promised = side.announced != kNoTime ? side.announced : side.period;
    if (!beating && side.announced == kNoTime) return {};
    const Beat& last = gap ? side.gap.from : side.last_data;
    const Nanoseconds since = gap ? side.gap.since : side.silent_since;
    const BeatsEnd& end = heartbeat.end;
    Nanoseconds until = gap ? side.gap.to.time : open.end;
    const bool ended = end.met() && until != kNoTime && end.at.time <= until;
    if (ended) until = end.at.time;
    if (side.held && !gap && !ended) return {};
    if (until == kNoTime || (open.failed && *open.failed != d && until >= open.failed_since)) return {};

    const Nanoseconds silence = until - last.time - overlap(capture.gaps, last.time, until);
    const auto due = beating ? after_gaps(capture.gaps, since, kPeriodsMissed * side.period) : std::nullopt;
    const bool missed = due && *due < until && !seems_interrupted(capture.pauses, since, *due);
    if (missed) return {true, d, *due, silence, side.period, last};
    if (ended && end.fin && end.by != d && !gap && closed_for(side, promised, until, capture))
        return {true, d, until, silence, promised, last, end.at.frame};
    return {};
}

Knowledge knowledge_for(const AnalyzerOptions& options) {
    Knowledge knowledge = Knowledge::builtin();
    knowledge.add_forgetting_times(options.idle_timeouts);
    return knowledge;
}

}  // namespace

HeartbeatTracker::HeartbeatTracker(const AnalyzerOptions& options)
    : options_(options),
      knowledge_(knowledge_for(options)),
      heartbeats_(heartbeat_options(options, knowledge_)),
      ids_(0, SeededHash(options.hash_seed), &entries_) {}

void HeartbeatTracker::inspect(Connection& connection, const Segment& segment,
                               std::span<const std::uint8_t> payload) {
    const StreamNumber stream = connection.tcp.number;
    const auto known = connection.beats ? ids_.find(stream) : ids_.end();
    const Heartbeats::Id before = known == ids_.end() ? 0 : known->second.id;
    Nanoseconds announced = kNoTime;
    if (connection.sent_by(segment.direction).payload_bytes == 0) announced = announced_keepalive(payload);
    if (before == 0 && announced == kNoTime && !may_beat(connection, segment)) return;
    Heartbeats::Circumstances circumstances = circumstances_of(connection, segment);
    circumstances.announced = announced;
    const Heartbeats::Id after = heartbeats_.observe(before, segment, payload, circumstances);
    if (after == before) return;
    connection.beats = after != 0;
    if (after != 0) {
        ids_.insert_or_assign(stream, Entry{after});
        most_ids_ = std::max(most_ids_, ids_.size());
    } else {
        ids_.erase(known);
    }
}

HeartbeatSummary HeartbeatTracker::summary(const Connection& connection) const {
    if (!connection.beats) return {};
    const auto known = ids_.find(connection.tcp.number);
    if (known == ids_.end()) return {};
    HeartbeatSummary summary = heartbeats_.summary(known->second.id);
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (!may_send(connection.tcp, side)) summary.sides[index(side)].held = true;
    }
    return summary;
}

bool HeartbeatTracker::note_missed(const Connection& connection, const Beat& last, bool doubtful) {
    const auto known = ids_.find(connection.tcp.number);
    if (known == ids_.end()) return false;
    const bool other = std::exchange(known->second.missed_reported, last) != last;
    const bool doubted = std::exchange(known->second.in_doubt, doubtful);
    return other || (doubted && !doubtful);
}

void HeartbeatTracker::end_doubt(const Connection& connection) {
    if (!connection.beats) return;
    const auto known = ids_.find(connection.tcp.number);
    if (known != ids_.end()) known->second.in_doubt = false;
}

bool HeartbeatTracker::has_reported_in_doubt(const Connection& connection) const {
    if (!connection.beats) return false;
    const auto known = ids_.find(connection.tcp.number);
    return known != ids_.end() && known->second.in_doubt;
}

void HeartbeatTracker::release(const Connection& connection) {
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

MissedBeat missed_beat(const HeartbeatSummary& heartbeat, const OpenTime& open, const CaptureFacts& capture) {
    MissedBeat missed;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        MissedBeat own = missed_by(side, false, heartbeat, open, capture);
        if (!own.met) own = missed_by(side, true, heartbeat, open, capture);
        if (own.met && (!missed.met || own.time < missed.time)) missed = own;
    }
    return missed;
}

std::optional<Nanoseconds> next_beat_deadline(const HeartbeatSummary& heartbeat,
                                              std::span<const CaptureGap> gaps, Nanoseconds after) {
    std::optional<Nanoseconds> next;
    const auto consider = [&](std::optional<Nanoseconds> time) {
        if (time && *time > after) next = std::min(next.value_or(*time), *time);
    };
    if (heartbeat.end.met()) {
        consider(heartbeat.end.at.time + 1);
        return next;
    }
    for (const HeartbeatSide& side : heartbeat.sides) {
        if (!side.beating || side.period <= 0) continue;
        consider(after_gaps(gaps, side.silent_since, kPeriodsMissed * side.period + 1));
    }
    return next;
}

}  // namespace deadpeer
