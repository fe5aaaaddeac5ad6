#include "keepalive/heartbeat.h"

#include <algorithm>

namespace deadpeer {
namespace {

// After so many messages that told nothing, none will.
constexpr std::uint8_t kMostMessagesRead = 4;

bool similar(Nanoseconds a, Nanoseconds b) {
    return std::max(a, b) - std::min(a, b) <= std::max(a, b) / 10;
}

}  // namespace

Heartbeats::Id Heartbeats::observe(Id id, const Segment& segment, std::span<const std::uint8_t> payload) {
    if (segment.payload_length == 0 || segment.has(kRst)) return id;
    if (id == 0) id = admit();
    if (id == 0) return 0;

    Candidate& candidate = candidates_[id];
    Side& side = candidate.sides[index(segment.direction)];
    const Seq start(segment.seq + (segment.has(kSyn) ? 1U : 0U));
    const Seq end = start + segment.payload_length;
    const Beat beat{segment.time, segment.frame};
    const bool is_new = !side.next_known || end.after(side.next);
    if (is_new && segment.time == kNoTime) side.rhythm.interrupt();
    if (is_new && segment.time != kNoTime) {
        if (side.rhythm.begins_message(segment.time))
            begin_message(candidate, segment.direction, beat, start);
        const bool overlaps = side.next_known && start.before(side.next);
        side.rhythm.add_data(beat,
                             static_cast<std::uint32_t>((overlaps ? side.next : start).distance_to(end)));
    }
    // What comes late may fill a hole in the message, though it is no new beat.
    if (side.reading) side.reading->add(start, payload);
    if (is_new) side.next = end;
    side.next_known = true;

    if (candidate.sides[0].rhythm.is_worthless(options_.max_payload) &&
        candidate.sides[1].rhythm.is_worthless(options_.max_payload)) {
        release(id);
        return 0;
    }
    return id;
}

void Heartbeats::begin_message(Candidate& candidate, Direction direction, Beat beat, Seq seq) {
    Side& side = candidate.sides[index(direction)];
    end_message(side);
    const Beat own = side.rhythm.last_message();
    const Beat others = candidate.sides[index(opposite(direction))].rhythm.last_message();
    if (own.time != kNoTime && others.time != kNoTime) {
        // An answer is nearer to what it answers than to what this side sent before.
        const bool answers = beat.time - others.time < (beat.time - own.time) / 2;
        if (!answers) ++side.begun;
    }
    side.rhythm.begin_message(beat, !side.next_known || seq.at_or_before(side.next));
    if (side.next_known) begin_reading(side, side.next);
}

void Heartbeats::end_message(Side& side) {
    const std::uint32_t length = side.rhythm.length();
    const bool was_beat = side.rhythm.end_message(options_.max_payload);
    if (side.rhythm.beats() <= 1 && side.rhythm.length() != length) {
        side.protocol = 0;
        side.messages_read = 0;
    }
    if (side.reading && was_beat) {
        side.protocol = options_.protocol_of(side.reading->bytes());
        ++side.messages_read;
    }
    stop_reading(side);
}

void Heartbeats::begin_reading(Side& side, Seq start) {
    const bool may_tell =
        side.rhythm.beats() > 0 && side.protocol == 0 && side.messages_read < kMostMessagesRead;
    if (!may_tell || !options_.protocol_of) return;
    if (memory() + FirstBytes::kMostMemory > options_.memory_cap) return;
    side.reading = std::make_unique<FirstBytes>(start);
    ++readers_;
}

void Heartbeats::stop_reading(Side& side) {
    if (!side.reading) return;
    side.reading.reset();
    --readers_;
}

Heartbeats::Id Heartbeats::admit() {
    constexpr std::size_t kBlockBytes = 64 * (sizeof(Candidate) + sizeof(Id));
    const bool grows = candidates_.memory() / sizeof(Candidate) == live_;
    if (grows && memory() + kBlockBytes > options_.memory_cap) {
        ++refused_;
        return 0;
    }
    ++live_;
    return candidates_.take();
}

void Heartbeats::release(Id id) {
    if (id == 0) return;
    for (Side& side : candidates_[id].sides) stop_reading(side);
    candidates_.release(id);
    --live_;
}

std::size_t Heartbeats::memory() const {
    const std::size_t records = candidates_.memory() / sizeof(Candidate);
    return candidates_.memory() + records * sizeof(Id) + readers_ * FirstBytes::kMostMemory;
}

HeartbeatSide Heartbeats::summary(const Side& side) const {
    HeartbeatRhythm rhythm = side.rhythm;
    const bool was_beat = rhythm.end_message(options_.max_payload);
    HeartbeatSide summary;
    summary.last_data = rhythm.last_data();
    summary.beating = rhythm.is_heartbeat();
    if (!summary.beating) return summary;
    summary.protocol = side.protocol;
    if (side.reading && was_beat) summary.protocol = options_.protocol_of(side.reading->bytes());
    summary.beats = rhythm.beats();
    summary.length = rhythm.length();
    summary.period = rhythm.period();
    summary.gap_from = rhythm.gap_from();
    summary.gap_to = rhythm.gap_to();
    return summary;
}

HeartbeatSummary Heartbeats::summary(Id id) const {
    HeartbeatSummary summary;
    if (id == 0) return summary;
    const std::array<Side, 2>& sides = candidates_[id].sides;
    for (std::size_t i = 0; i < 2; ++i) summary.sides[i] = this->summary(sides[i]);
    const auto& [low, high] = summary.sides;
    summary.found = low.beating || high.beating;
    if (!summary.found) return summary;

    summary.answered = low.beating && high.beating && similar(low.period, high.period);
    bool by_high = high.beating;
    if (summary.answered) {
        by_high = sides[1].begun > sides[0].begun;
    } else if (low.beating && high.beating) {
        by_high = high.period < low.period;
    }
    summary.side = by_high ? Direction::kFromHigh : Direction::kFromLow;
    summary.protocol = summary.beating_side().protocol;
    const std::uint16_t others = summary.sides[index(opposite(summary.side))].protocol;
    // Rows are counted from the surest on.
    const bool surer = summary.protocol == 0 || others < summary.protocol;
    if (summary.answered && others != 0 && surer) summary.protocol = others;
    return summary;
}

}  // namespace deadpeer
