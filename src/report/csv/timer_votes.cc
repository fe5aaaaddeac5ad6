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

std::size_t TimerVotes::add(const KeepaliveTimer& timer, std::uint8_t payload, std::size_t most) {
    const Candidate candidate = {timer, payload, 1, 1};
    for (Candidate& known : candidates_) {
        if (!agree(known, candidate)) continue;
        complete(known.timer, timer);
        ++known.votes;
        ++known.connections;
        return 0;
    }
    if (candidates_.size() < most) {
        candidates_.push_back(candidate);
        return 1;
    }
    const auto fewest = std::ranges::min_element(candidates_, {}, &Candidate::votes);
    if (fewest->votes > 0) {
        for (Candidate& known : candidates_) --known.votes;
        ++others_;
    } else {
        others_ += fewest->connections;
        *fewest = candidate;
    }
    return 0;
}

std::vector<TimerVotes::Candidate> TimerVotes::kept() const {
    std::vector<Candidate> kept;
    for (const Candidate& one : candidates_) {
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
