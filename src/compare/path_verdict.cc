#include "compare/path_verdict.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace deadpeer::comparing {
namespace {

constexpr std::uint32_t kEnoughTries = 2;
constexpr std::uint32_t kManyTries = 3;

struct LastTries {
    std::vector<std::uint32_t> places;          // at the side's own point
    std::uint32_t lost = 0;                     // the last ones
    std::uint32_t crossed = 0;                  // any
    bool repeated = false;                      // some of them
    std::optional<std::uint32_t> first_lost;    // of the last ones
    Nanoseconds first_crossed_there = kNoTime;  // in the clock of the other point
};

bool crossed(Fate fate) {
    return fate == Fate::kCrossed || fate == Fate::kChangedBetween;
}

// What is still under way when a capture ends is no try that failed: that was made again.
bool was_repeated(std::vector<std::uint32_t> numbers) {
    std::ranges::sort(numbers);
    return std::ranges::adjacent_find(numbers) != numbers.end();
}

// What the side sent since anything came back to its point.
LastTries last_tries(const PacketPairs& pairs, const Fates& fates, std::size_t side) {
    const bool near_a = pairs.from_a(side);
    const auto all = pairs.segments(near_a);
    std::size_t begin = all.size();
    while (begin > 0) {
        const SegmentRecord& before = all[begin - 1];
        const bool of_peer = pairs.side(near_a, before) != side;
        if (of_peer && !before.has(kRst)) break;
        --begin;
    }
    LastTries tries;
    std::vector<std::uint32_t> numbers;
    for (auto i = static_cast<std::uint32_t>(begin); i < all.size(); ++i) {
        if (pairs.side(near_a, all[i]) != side || !all[i].asks()) continue;
        tries.places.push_back(i);
        numbers.push_back(all[i].seq);
        const Fate fate = fates.of(near_a)[i];
        if (fate == Fate::kLostBetween) {
            ++tries.lost;
            if (!tries.first_lost) tries.first_lost = i;
        } else if (crossed(fate)) {
            tries.lost = 0;
            tries.first_lost.reset();
            ++tries.crossed;
            if (tries.first_crossed_there == kNoTime)
                tries.first_crossed_there = pairs.segments(!near_a)[pairs.matches(near_a)[i].other].time;
        }
    }
    tries.repeated = was_repeated(std::move(numbers));
    return tries;
}

struct Answers {
    std::uint32_t lost = 0;
    std::uint32_t other = 0;  // of which it is not known
    std::optional<std::uint32_t> first_lost;
};

// What the peer's point saw of the peer, since the first try came by.
Answers answers_since(const PacketPairs& pairs, const Fates& fates, std::size_t asker, Nanoseconds since) {
    const bool there_a = !pairs.from_a(asker);
    const auto all = pairs.segments(there_a);
    Answers answers;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const SegmentRecord& each = all[i];
        if (pairs.side(there_a, each) == asker || each.time < since) continue;
        if (fates.of(there_a)[i] == Fate::kLostBetween) {
            ++answers.lost;
            if (!answers.first_lost) answers.first_lost = i;
        } else {
            ++answers.other;
        }
    }
    return answers;
}

Confidence confidence_of(std::uint32_t decisive, std::uint32_t all) {
    if (decisive >= kManyTries && decisive == all) return Confidence::kHigh;
    return decisive >= kEnoughTries ? Confidence::kMedium : Confidence::kLow;
}

std::optional<PathVerdict> judge_tries(const PacketPairs& pairs, const Fates& fates, std::size_t side) {
    const bool near_a = pairs.from_a(side);
    const LastTries tries = last_tries(pairs, fates, side);
    const auto count = static_cast<std::uint32_t>(tries.places.size());
    if (!tries.repeated) return std::nullopt;
    PathVerdict verdict;
    verdict.side = side;
    verdict.tries = count;
    verdict.tries_lost = tries.lost;
    verdict.at_a = near_a;
    if (tries.lost >= kEnoughTries) {
        verdict.fate = PathFate::kDiedBetween;
        verdict.place = *tries.first_lost;
        verdict.confidence = confidence_of(tries.lost, count - tries.crossed);
        return verdict;
    }
    if (tries.crossed == 0 || count < kEnoughTries) return std::nullopt;
    const Answers answers = answers_since(pairs, fates, side, tries.first_crossed_there);
    verdict.answers_lost = answers.lost;
    if (answers.lost > 0) {
        verdict.fate = PathFate::kAnswerDiedBetween;
        verdict.at_a = !near_a;
        verdict.place = *answers.first_lost;
        verdict.confidence = confidence_of(answers.lost, answers.lost + answers.other);
        return verdict;
    }
    if (answers.other > 0) return std::nullopt;
    verdict.fate = PathFate::kPeerSilent;
    verdict.place = tries.places.front();
    verdict.confidence = confidence_of(tries.crossed, count);
    return verdict;
}

std::optional<PathVerdict> judge_resets(const PacketPairs& pairs, const Fates& fates) {
    std::optional<PathVerdict> by_peer;
    for (const bool at_a : {true, false}) {
        const auto all = pairs.segments(at_a);
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            if (!all[i].has(kRst)) continue;
            PathVerdict verdict;
            verdict.side = pairs.side(at_a, all[i]);
            verdict.at_a = at_a;
            verdict.place = i;
            verdict.confidence = Confidence::kHigh;
            if (fates.of(at_a)[i] == Fate::kInjectedBetween) {
                verdict.fate = PathFate::kResetByPath;
                return verdict;
            }
            if (!by_peer && crossed(fates.of(at_a)[i])) {
                verdict.fate = PathFate::kResetByPeer;
                by_peer = verdict;
            }
        }
    }
    return by_peer;
}

// FINs of both sides crossed.
bool is_closed(const PacketPairs& pairs, const Fates& fates) {
    std::array<bool, 2> finished{};
    for (const bool at_a : {true, false}) {
        const auto all = pairs.segments(at_a);
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].has(kFin) && crossed(fates.of(at_a)[i])) finished.at(pairs.side(at_a, all[i])) = true;
        }
    }
    return finished[0] && finished[1];
}

}  // namespace

PathVerdict judge_path(const PacketPairs& pairs, const Fates& fates, const Clock& clock) {
    const auto reset = judge_resets(pairs, fates);
    if (reset && reset->fate == PathFate::kResetByPath) return *reset;
    if (clock.known()) {
        // Who resets because nobody answers has given up before.
        const auto tries_of = [&](std::size_t side) {
            return !reset || reset->side == side ? judge_tries(pairs, fates, side) : std::nullopt;
        };
        const auto of_initiator = tries_of(kInitiator);
        const auto of_responder = tries_of(kResponder);
        if (of_initiator && of_responder) {
            // The answers of the one, and the tries of the other, may be the same segments.
            const bool second = of_responder->fate == PathFate::kDiedBetween &&
                                (of_initiator->fate != PathFate::kDiedBetween ||
                                 of_responder->tries_lost > of_initiator->tries_lost);
            return second ? *of_responder : *of_initiator;
        }
        if (of_initiator) return *of_initiator;
        if (of_responder) return *of_responder;
    }
    if (reset) return *reset;
    PathVerdict verdict;
    verdict.fate = is_closed(pairs, fates) ? PathFate::kClosed
                   : clock.known()         ? PathFate::kOpen
                                           : PathFate::kUnknown;
    verdict.confidence = verdict.fate == PathFate::kUnknown ? Confidence::kNone : Confidence::kMedium;
    return verdict;
}

}  // namespace deadpeer::comparing
