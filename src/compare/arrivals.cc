#include "compare/arrivals.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/seq.h"

namespace deadpeer::comparing {
namespace {

// A segment of either direction, at the point nearer to the receiver of what is asked about.
struct Passing {
    Nanoseconds time = 0;  // there, in its clock
    std::uint32_t place = 0;
    const SegmentRecord* segment = nullptr;
    bool at_a = false;       // where it was seen
    bool seen = false;       // there
    std::int64_t begin = 0;  // of its octets, on a line
};

class Evidence {
public:
    Evidence(const PacketPairs& pairs, std::size_t side, const Clock& clock)
        : pairs_(pairs), side_(side), near_a_(pairs.from_a(side)), clock_(clock) {
        collect();
    }

    std::vector<Arrival> go();

private:
    void collect();
    void add(bool at_a, std::uint32_t place, const SegmentRecord& segment);
    void index_octets();
    [[nodiscard]] Nanoseconds time_there(bool at_a, const SegmentRecord& segment) const;
    [[nodiscard]] Arrival of_octets(const Passing& sent) const;
    [[nodiscard]] Arrival of_probe(const Passing& probe) const;
    [[nodiscard]] bool is_echoed(const Passing& sent) const;
    [[nodiscard]] std::optional<Nanoseconds> first_ack(std::uint32_t end) const;

    const PacketPairs& pairs_;
    std::size_t side_;
    bool near_a_;  // the sender
    const Clock& clock_;
    std::vector<Passing> sent_;                                 // by the side, in order
    std::vector<Passing> probes_;                               // of these, in the order of time
    std::vector<std::pair<std::int64_t, std::size_t>> octets_;  // of these, where they begin; sorted
    std::uint32_t most_octets_ = 0;                             // of one
    std::vector<Passing> answers_;                              // by the other, in the order of time
    std::vector<std::pair<std::int64_t, Nanoseconds>> acks_;  // how far everything was acknowledged, and when
    std::unordered_map<std::uint32_t, std::size_t> with_tsval_;  // segments of the side
    std::unordered_map<std::uint32_t, Nanoseconds> echoed_;      // first time
    std::uint32_t origin_ = 0;
};

Nanoseconds Evidence::time_there(bool at_a, const SegmentRecord& segment) const {
    if (at_a != near_a_) return segment.time;
    const std::size_t from = pairs_.side(at_a, segment);
    if (at_a) return segment.time + pairs_.usual_difference(from, segment.time, clock_);
    const Nanoseconds time_a = segment.time - clock_.offset_at_b(segment.time);
    return segment.time - pairs_.usual_difference(from, time_a, clock_);
}

void Evidence::add(bool at_a, std::uint32_t place, const SegmentRecord& segment) {
    const Match& match = pairs_.matches(at_a)[place];
    const bool of_side = pairs_.side(at_a, segment) == side_;
    // Of a packet that both saw the one that is farther from the sender tells the time there.
    if (!of_side && at_a == near_a_ && match.found()) return;
    if (of_side && at_a != near_a_) return;
    Passing passing = {time_there(at_a, segment), place, &segment, at_a, match.found()};
    if (of_side && match.found()) passing.time = pairs_.segments(!at_a)[match.other].time;
    (of_side ? sent_ : answers_).push_back(passing);
}

void Evidence::collect() {
    for (const bool at_a : {true, false}) {
        const auto all = pairs_.segments(at_a);
        for (std::uint32_t i = 0; i < all.size(); ++i) add(at_a, i, all[i]);
    }
    std::ranges::stable_sort(answers_, {}, &Passing::time);
    std::int64_t furthest = 0;
    bool begun = false;
    for (const Passing& answer : answers_) {
        const SegmentRecord& segment = *answer.segment;
        if (segment.tsecr != 0) echoed_.try_emplace(segment.tsecr, answer.time);
        if (!segment.has(kAck) || segment.has(kRst)) continue;
        const std::uint32_t ack = pairs_.ack_at_b(answer.at_a, segment);
        if (!begun) origin_ = ack;
        const std::int64_t position =
            begun ? furthest + Seq(origin_ + static_cast<std::uint32_t>(furthest)).distance_to(Seq(ack)) : 0;
        if (begun && position <= furthest) continue;
        begun = true;
        furthest = position;
        acks_.emplace_back(position, answer.time);
    }
    for (const Passing& sent : sent_) {
        ++with_tsval_[sent.segment->tsval];
        if (sent.segment->is_probe()) probes_.push_back(sent);
    }
    std::ranges::stable_sort(probes_, {}, &Passing::time);
    index_octets();
}

void Evidence::index_octets() {
    std::int64_t position = 0;
    Seq last(sent_.empty() ? 0 : sent_.front().segment->seq);
    for (std::size_t i = 0; i < sent_.size(); ++i) {
        const SegmentRecord& segment = *sent_[i].segment;
        position += last.distance_to(Seq(segment.seq));
        last = Seq(segment.seq);
        sent_[i].begin = position;
        if (segment.is_probe() || segment.octets() == 0) continue;
        octets_.emplace_back(position, i);
        most_octets_ = std::max(most_octets_, segment.octets());
    }
    std::ranges::sort(octets_);
}

// When everything up to there was acknowledged. Nothing: never.
std::optional<Nanoseconds> Evidence::first_ack(std::uint32_t end) const {
    if (acks_.empty()) return std::nullopt;
    // Near to the last number: connections of more than 2 GiB are looked at where they end.
    const std::int64_t last = acks_.back().first;
    const std::int64_t wanted = last + Seq(origin_ + static_cast<std::uint32_t>(last)).distance_to(Seq(end));
    const auto ack = std::ranges::lower_bound(acks_, wanted, {}, [](const auto& each) { return each.first; });
    if (ack == acks_.end()) return std::nullopt;
    return ack->second;
}

bool Evidence::is_echoed(const Passing& sent) const {
    const std::uint32_t tsval = sent.segment->tsval;
    if (tsval == 0 || with_tsval_.at(tsval) != 1) return false;
    const auto echo = echoed_.find(tsval);
    return echo != echoed_.end() && echo->second >= sent.time - pairs_.tolerance(side_);
}

// Of one that arrived in part, what did not.
Arrival Evidence::of_octets(const Passing& sent) const {
    const MissingOctets* const missing = pairs_.missing_octets(sent.at_a, sent.place);
    const std::uint32_t octets =
        missing != nullptr ? missing->offset + missing->length : sent.segment->octets();
    const auto acked = first_ack(pairs_.seq_at_b(sent.at_a, *sent.segment) + octets);
    if (!acked) return Arrival::kUnanswered;
    if (*acked < sent.time - pairs_.tolerance(side_)) return Arrival::kUnknown;  // needless
    bool later_crossed = false;
    std::size_t others = 0;  // that may have been what was acknowledged
    const std::int64_t end = sent.begin + octets;
    const auto first = std::ranges::lower_bound(octets_, std::pair(end - most_octets_, std::size_t{0}));
    for (auto it = first; it != octets_.end() && it->first < end; ++it) {
        const Passing& copy = sent_[it->second];
        const bool has_last = copy.begin + copy.segment->octets() >= end;
        if (copy.place == sent.place || !has_last || copy.time > *acked) continue;
        ++others;
        if (copy.seen && copy.time > sent.time) later_crossed = true;
    }
    if (others == 0) return Arrival::kProved;
    return later_crossed ? Arrival::kRefuted : Arrival::kUnknown;
}

// Answers to probes are told by what they are, too: a capture that misses the probe does not call them so.
Arrival Evidence::of_probe(const Passing& probe) const {
    const Seq asked_for(pairs_.seq_at_b(probe.at_a, *probe.segment) + 1);
    const auto is_answer = [&](const Passing& each) {
        const SegmentRecord& segment = *each.segment;
        if (segment.has(kRst | kSyn) || !segment.has(kAck) || segment.is_probe()) return false;
        return segment.octets() == 0 ? asked_for.at_or_before(Seq(pairs_.ack_at_b(each.at_a, segment)))
                                     : segment.kind == SegmentKind::kKeepaliveAnswerData;
    };
    const auto from =
        std::ranges::lower_bound(answers_, probe.time - pairs_.tolerance(side_), {}, &Passing::time);
    const auto answer = std::find_if(from, answers_.end(), is_answer);
    if (answer == answers_.end()) return Arrival::kUnanswered;
    const auto last_before = std::find_if(std::make_reverse_iterator(from), answers_.rend(), is_answer);
    const Nanoseconds since = last_before == answers_.rend() ? kNoTime : last_before->time;
    auto other = std::ranges::upper_bound(probes_, since, {}, &Passing::time);
    std::size_t candidates = 0;
    bool later_crossed = false;
    for (; other != probes_.end() && other->time <= answer->time; ++other) {
        ++candidates;
        if (other->seen && other->time > probe.time) later_crossed = true;
    }
    if (later_crossed) return Arrival::kRefuted;
    const bool others = candidates > 1;
    return others ? Arrival::kUnknown : Arrival::kProved;
}

std::vector<Arrival> Evidence::go() {
    std::vector<Arrival> told(pairs_.segments(near_a_).size(), Arrival::kUnasked);
    for (const Passing& sent : sent_) {
        Arrival& arrival = told[sent.place];
        if (sent.seen) {
            arrival = Arrival::kSeen;
        } else if (pairs_.missing_octets(near_a_, sent.place) == nullptr && is_echoed(sent)) {
            arrival = Arrival::kProved;
        } else if (sent.segment->is_probe()) {
            arrival = of_probe(sent);
        } else if (sent.segment->asks()) {
            arrival = of_octets(sent);
        }
    }
    return told;
}

}  // namespace

std::vector<Arrival> arrivals(const PacketPairs& pairs, std::size_t side, const Clock& clock) {
    return Evidence(pairs, side, clock).go();
}

}  // namespace deadpeer::comparing
