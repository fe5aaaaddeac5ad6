#include "correlate/idle_closes.h"

#include <algorithm>

namespace deadpeer {
namespace {

// Closes less apart may have one cause.
constexpr Nanoseconds kApart = kSecond;

Nanoseconds tolerance(Nanoseconds idle) {
    return std::max(kSecond / 2, idle / 100);
}

}  // namespace

// What makes two closes alike: who closes, of which service, and how.
FlowKey IdleCloses::key_of(const IdleClose& close) {
    const Endpoint& server = close.by_server ? close.closer : close.other;
    FlowKey key;
    key.low_address = close.closer.address.words();
    key.high_address = server.address.words();
    key.low_port = close.by_reset ? 1 : 0;
    key.high_port = server.port;
    key.family_and_scope = family_and_scope(server.address.is_v6, server.address.scope);
    return key;
}

bool IdleCloses::belongs(const Group& group, Nanoseconds idle) {
    return group.count > 0 && std::max(group.most, idle) - std::min(group.least, idle) <= tolerance(idle);
}

// Equal by chance are some of many, and two that are not quite equal.
bool IdleCloses::is_timer(const Service& service, const Group& group) {
    const Nanoseconds close = std::max(kSecond / 20, group.least / 500);
    const bool enough = group.count >= 3 || (group.count == 2 && group.most - group.least <= close);
    return enough && group.count > service.closes - group.count;
}

void IdleCloses::note(const IdleClose& close) {
    if (close.idle < kShortestIdleTimer || close.time == kNoTime) return;
    const FlowKey key = key_of(close);
    const std::uint64_t hash = hash_(key);
    Service* service = services_.find(key, hash);
    if (service == nullptr) service = &services_.insert(key, hash);
    if (service->last != kNoTime && close.time - service->last < kApart) return;
    service->last = close.time;
    ++service->closes;
    if (close.outlived) return;
    const auto same =
        std::ranges::find_if(service->groups, [&](const Group& group) { return belongs(group, close.idle); });
    Group& group =
        same != service->groups.end() ? *same : *std::ranges::min_element(service->groups, {}, &Group::count);
    if (same == service->groups.end()) {
        group = {};
        group.first = close;
        group.least = group.most = close.idle;
    }
    group.least = std::min(group.least, close.idle);
    group.most = std::max(group.most, close.idle);
    if (group.count < group.frames.size() && close.file == group.first.file)
        group.frames[group.count] = close.frame;
    ++group.count;
    group.last_time = close.time;
    if (group.reported || !is_timer(*service, group)) return;
    due_ = close.time;
    if (service->listed || candidates_.size() >= most_candidates_) return;
    service->listed = true;
    candidates_.push_back(key);
}

Finding IdleCloses::finding_of(const Group& group) {
    const IdleClose& first = group.first;
    Finding finding;
    finding.kind = EventKind::kIdleClose;
    finding.severity = first.by_reset ? Severity::kWarning : Severity::kInfo;
    finding.reason = first.by_reset ? Reason::kResetWhenIdle : Reason::kClosedWhenIdle;
    finding.confidence = group.count >= 4   ? Confidence::kHigh
                         : group.count == 3 ? Confidence::kMedium
                                            : Confidence::kLow;
    finding.time = group.last_time;
    finding.file = first.file;
    finding.frame = first.frame;
    finding.stream = static_cast<std::int64_t>(first.stream);
    finding.opened = first.opened;
    finding.subject = first.closer;
    finding.peer = first.other;
    finding.idle = group.least;
    finding.count = group.count;
    for (const std::uint64_t frame : group.frames) finding.add_evidence(frame);
    return finding;
}

std::vector<IdleCloses::Timer> IdleCloses::take() {
    due_.reset();
    std::vector<Timer> timers;
    for (const FlowKey& key : candidates_) {
        Service* service = services_.find(key, hash_(key));
        if (service == nullptr) continue;
        service->listed = false;
        for (Group& group : service->groups) {
            if (group.reported || !is_timer(*service, group)) continue;
            group.reported = true;
            timers.push_back({finding_of(group), group.first.by_server});
        }
    }
    candidates_.clear();
    return timers;
}

}  // namespace deadpeer
