#include "report/csv/timer_votes.h"

#include <algorithm>
#include <functional>

namespace deadpeer {
namespace {

bool same(Nanoseconds a, Nanoseconds b) {
    return a != kNoTime && a == b;
}

bool may_be_same(Nanoseconds a, Nanoseconds b) {
    return a == kNoTime || b == kNoTime || a == b;
}

bool agree(const TimerVotes::Candidate& a, const TimerVotes::Candidate& b) {
    const bool spacing = a.timer.exponential == b.timer.exponential || a.timer.interval == kNoTime ||
                         b.timer.interval == kNoTime;
    const bool count = a.timer.count == 0 || b.timer.count == 0 || a.timer.count == b.timer.count;
    const bool any = same(a.timer.idle, b.timer.idle) || same(a.timer.interval, b.timer.interval);
    return any && a.payload == b.payload && spacing && count && may_be_same(a.timer.idle, b.timer.idle) &&
           may_be_same(a.timer.interval, b.timer.interval);
}

void complete(KeepaliveTimer& timer, const KeepaliveTimer& other) {
    if (timer.idle == kNoTime) timer.idle = other.idle;
    if (timer.interval == kNoTime) timer.interval = other.interval;
    if (timer.count == 0) timer.count = other.count;
    timer.exponential = timer.exponential || other.exponential;
}

}  // namespace

void TimerVotes::add(const KeepaliveTimer& timer, std::uint8_t payload) {
    add({timer, payload, 1, 1});
}

void TimerVotes::add(const Candidate& candidate) {
    if (candidate.connections == 0) return;
    for (Candidate& known : candidates_) {
        if (known.connections == 0 || !agree(known, candidate)) continue;
        complete(known.timer, candidate.timer);
        known.votes += candidate.votes;
        known.connections += candidate.connections;
        return;
    }
    if (candidates_.size() < kMost) {
        candidates_.push_back(candidate);
        return;
    }
    const auto fewest = std::ranges::min_element(candidates_, {}, &Candidate::votes);
    const std::uint64_t taken = std::min(fewest->votes, candidate.votes);
    for (Candidate& known : candidates_) known.votes -= taken;
    const bool stays = candidate.votes > taken;
    others_ += stays ? fewest->connections : candidate.connections;
    if (!stays) return;
    *fewest = candidate;
    fewest->votes = candidate.votes - taken;
}

TimerVotes& TimerVotes::operator+=(const TimerVotes& other) {
    for (const Candidate& candidate : other.candidates_) add(candidate);
    others_ += other.others_;
    return *this;
}

std::vector<TimerVotes::Candidate> TimerVotes::kept() const {
    std::vector<Candidate> kept;
    for (const Candidate& one : candidates_) {
        if (one.connections == 0) continue;
        const auto known = std::ranges::find(kept, one.timer, &Candidate::timer);
        if (known == kept.end()) {
            kept.push_back(one);
        } else {
            known->connections += one.connections;
        }
    }
    std::ranges::stable_sort(kept, std::ranges::greater{}, &Candidate::connections);
    return kept;
}

const TimerVotes::Candidate* TimerVotes::winner() const {
    const auto most = std::ranges::max_element(candidates_, {}, &Candidate::votes);
    return most == candidates_.end() || most->votes == 0 ? nullptr : &*most;
}

}  // namespace deadpeer
