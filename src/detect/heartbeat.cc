#include "detect/heartbeat.h"

#include <algorithm>

namespace deadpeer {
namespace {

// After so many messages that told nothing, none will.
constexpr std::uint8_t kMostMessagesRead = 4;
// Who was answered so often waits for the next answer; who was not so often any more needs none.
constexpr std::uint8_t kExpectsAnswer = 4;
constexpr std::uint8_t kMostAnswered = 2 * kExpectsAnswer;

bool similar(Nanoseconds a, Nanoseconds b) {
    return std::max(a, b) - std::min(a, b) <= std::max(a, b) / 10;
}

}  // namespace

Heartbeats::Id Heartbeats::observe(Id id, const Segment& segment, std::span<const std::uint8_t> payload,
                                   const Circumstances& circumstances) {
    const bool data = segment.payload_length > 0 && !segment.has(kRst);
    if (id == 0 && data) id = admit();
    if (id == 0) return 0;

    Candidate& candidate = candidates_[id];
    if (candidate.end.fin) return id;
    if (data && is_new(candidate.sides[index(segment.direction)], segment)) candidate.end = {};
    note_circumstances(candidate, segment, circumstances);
    if (!data) return id;
    if (circumstances.announced != kNoTime)
        candidate.sides[index(segment.direction)].announced = circumstances.announced;
    observe_data(candidate, segment, payload);
    if (is_worthless(candidate.sides[0]) && is_worthless(candidate.sides[1])) {
        release(id);
        return 0;
    }
    return id;
}

bool Heartbeats::is_new(const Side& side, const Segment& segment) {
    const Seq end = Seq(segment.seq) + segment.payload_length + (segment.has(kSyn) ? 1U : 0U);
    return !side.next_known || end.after(side.next);
}

void Heartbeats::note_circumstances(Candidate& candidate, const Segment& segment,
                                    const Circumstances& circumstances) {
    if (segment.time == kNoTime || candidate.end.met()) return;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (circumstances.held[index(side)] || waits_for_answer(candidate, side))
            candidate.sides[index(side)].rhythm.hold(segment.time);
    }
    if (circumstances.ends)
        candidate.end = {{segment.time, segment.frame}, segment.direction, segment.has(kFin)};
}

void Heartbeats::observe_data(Candidate& candidate, const Segment& segment,
                              std::span<const std::uint8_t> payload) {
    Side& side = candidate.sides[index(segment.direction)];
    const Seq start(segment.seq + (segment.has(kSyn) ? 1U : 0U));
    const Seq end = start + segment.payload_length;
    const Beat beat{segment.time, segment.frame};
    const bool new_data = is_new(side, segment);
    if (new_data && segment.time == kNoTime) side.rhythm.interrupt();
    if (new_data && segment.time != kNoTime) {
        if (side.rhythm.begins_message(segment.time))
            begin_message(candidate, segment.direction, beat, start);
        const bool overlaps = side.next_known && start.before(side.next);
        side.rhythm.add_data(beat,
                             static_cast<std::uint32_t>((overlaps ? side.next : start).distance_to(end)));
    }
    // What comes late may fill a hole in the message, though it is no new beat.
    if (side.reading) side.reading->add(start, payload);
    if (new_data) side.next = end;
    side.next_known = true;
}

// Its messages are answered before the next one, and the latest is not yet.
bool Heartbeats::waits_for_answer(const Candidate& candidate, Direction side) {
    const Side& own = candidate.sides[index(side)];
    const Side& other = candidate.sides[index(opposite(side))];
    return own.answered >= kExpectsAnswer &&
           other.rhythm.last_message().time < own.rhythm.last_message().time;
}

// Before the side begins its next message.
void Heartbeats::count_answer(Candidate& candidate, Direction side) {
    Side& own = candidate.sides[index(side)];
    const Nanoseconds said = own.rhythm.last_message().time;
    if (said == kNoTime) return;
    const bool answered = candidate.sides[index(opposite(side))].rhythm.last_message().time >= said;
    if (answered && own.answered < kMostAnswered) ++own.answered;
    if (!answered && own.answered > 0) --own.answered;
}

void Heartbeats::begin_message(Candidate& candidate, Direction direction, Beat beat, Seq seq) {
    Side& side = candidate.sides[index(direction)];
    count_answer(candidate, direction);
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
    summary.announced = side.announced;
    summary.held_until = rhythm.held_until();
    summary.beating = rhythm.is_heartbeat();
    if (!summary.beating) return summary;
    summary.protocol = side.protocol;
    if (side.reading && was_beat) summary.protocol = options_.protocol_of(side.reading->bytes());
    summary.beats = rhythm.beats();
    summary.length = rhythm.length();
    summary.period = rhythm.period();
    summary.silent_since = rhythm.silent_since();
    summary.gap = rhythm.gap();
    return summary;
}

HeartbeatSummary Heartbeats::summary(Id id) const {
    HeartbeatSummary summary;
    if (id == 0) return summary;
    const Candidate& candidate = candidates_[id];
    const std::array<Side, 2>& sides = candidate.sides;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        summary.sides[index(side)] = this->summary(sides[index(side)]);
        summary.sides[index(side)].held = waits_for_answer(candidate, side);
    }
    summary.end = candidate.end;
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
