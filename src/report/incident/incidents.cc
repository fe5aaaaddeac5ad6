#include "report/incident/incidents.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "report/grouped.h"
#include "report/incident/join.h"

namespace deadpeer {

namespace {

// That an event of that kind may have had: which one rests on reasons and signs.
std::vector<CauseClass> classes_of(const Finding& event) {
    if (event.kind == EventKind::kPeerDead) return {CauseClass::kDead, CauseClass::kAnswersLost};
    if (event.kind == EventKind::kPathDead) return {CauseClass::kPath, CauseClass::kCutOff};
    const auto only = class_of(event);
    return only ? std::vector{*only} : std::vector<CauseClass>{};
}

}  // namespace

bool Incidents::concerns(const Finding& finding) {
    return finding.kind == EventKind::kVerdictChanged ? finding.left_out == 0 : class_of(finding).has_value();
}

void Incidents::add(const Finding& finding) {
    if (finding.kind == EventKind::kVerdictChanged) return take_back(finding);
    const auto cause = class_of(finding);
    if (!cause) return;
    const Window window = window_of(finding, *cause);
    const CaseKey key = key_of(finding, *cause, window.from);
    auto one = find(key, window);
    if (one == cases_.end()) {
        if (cases_.size() == kMostCases) forget_lesser();
        one = cases_.try_emplace(key, *cause, window).first;
    }
    streams_ += one->second.add(finding, streams_ < kMostStreams) ? 1 : 0;
    move_window(one);
}

// Those of one key do not overlap: the last that begins before the window's end is the one, if any is.
Cases::iterator Incidents::find(const CaseKey& key, const Window& window) {
    CaseKey last = key;
    last.from = is_of_a_moment(key.cause) ? window.to : key.from;
    auto one = cases_.upper_bound(last);
    if (one == cases_.begin()) return cases_.end();
    --one;
    CaseKey same = one->first;
    same.from = key.from;
    const bool fits = !is_of_a_moment(key.cause) || one->second.window().meets(window);
    return same == key && fits ? one : cases_.end();
}

// A window that has changed begins at another time.
void Incidents::move_window(Cases::iterator one) {
    if (!is_of_a_moment(one->first.cause) || one->first.from == one->second.window().from) return;
    CaseKey key = one->first;
    key.from = one->second.window().from;
    if (cases_.contains(key)) return;
    auto moved = cases_.extract(one);
    moved.key() = key;
    cases_.insert(std::move(moved));
}

void Incidents::take_back(const Finding& change) {
    Finding event = change;
    event.kind = change.taken_back;
    event.left_out = 0;
    for (const CauseClass cause : classes_of(event)) take_back(key_of(event, cause, 0), change);
}

void Incidents::take_back(const CaseKey& key, const Finding& change) {
    CaseKey last = key;
    if (is_of_a_moment(key.cause)) last.from = std::numeric_limits<Nanoseconds>::max();
    for (auto one = cases_.upper_bound(last); one != cases_.begin();) {
        --one;
        CaseKey same = one->first;
        same.from = key.from;
        if (same != key) return;
        const std::size_t before = one->second.streams().size();
        if (!one->second.take_back(change)) continue;
        streams_ -= before - one->second.streams().size();
        if (!one->second.empty()) return;
        left_out_ += one->second.events();
        streams_ -= one->second.streams().size();
        cases_.erase(one);
        return;
    }
}

void Incidents::forget_lesser() {
    std::vector<Cases::iterator> all;
    all.reserve(cases_.size());
    for (auto one = cases_.begin(); one != cases_.end(); ++one) all.push_back(one);
    const auto middle = all.begin() + std::ssize(all) / 2;
    // Of those as bad the earlier go: what happens now can still be helped.
    std::ranges::nth_element(all, middle, [](const auto& a, const auto& b) {
        const auto key = [](const Cases::iterator& one) {
            return std::make_tuple(one->second.severity(), -static_cast<int>(one->second.cause()),
                                   one->second.told().time, one->first);
        };
        return key(a) < key(b);
    });
    for (auto one = all.begin(); one != middle; ++one) {
        left_out_ += (*one)->second.events();
        streams_ -= (*one)->second.streams().size();
        cases_.erase(*one);
    }
}

std::vector<Incident> Incidents::list() const {
    return join(cases_);
}

std::string Incidents::left_out_text() const {
    if (left_out_ == 0) return {};
    return fmt::format("Left out of incidents.csv for lack of room: {} (events.csv has them)",
                       counted(left_out_, "event", "events"));
}

}  // namespace deadpeer
