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
    return group.idles.gaps > 0 &&
           std::max(group.idles.longest, idle) - std::min(group.idles.shortest, idle) <= tolerance(idle);
}

// Equal by chance are some of many, and two that are not quite equal.
bool IdleCloses::is_timer(const Service& service, const Group& group) {
    const GapCluster& idles = group.idles;
    const Nanoseconds close = std::max(kSecond / 20, idles.shortest / 500);
    const bool enough = idles.gaps >= 3 || (idles.gaps == 2 && idles.longest - idles.shortest <= close);
    return enough && idles.gaps > service.closes - idles.gaps;
}

// Where most are alike, their time, as the timer was set: what was on its way makes some seem shorter.
Nanoseconds IdleCloses::Group::timer() const {
    const bool most_alike = std::uint64_t{idles.votes} * 2 >= idles.gaps;
    return most_alike ? round_timer(idles.usual, idles.usual) : idles.shortest;
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
        same != service->groups.end()
            ? *same
            : *std::ranges::min_element(service->groups, {}, [](const Group& one) { return one.idles.gaps; });
    if (same == service->groups.end()) group = {};
    if (close.file != group.latest.file) group.frames = {};
    group.idles.add(close.idle);
    group.latest = close;
    const auto room = std::ranges::find(group.frames, std::uint64_t{0});
    if (room != group.frames.end()) *room = close.frame;
    if (group.reported || !is_timer(*service, group)) return;
    due_ = close.time;
    if (service->listed || candidates_.size() >= most_candidates_) return;
    service->listed = true;
    candidates_.push_back(key);
}

Finding IdleCloses::finding_of(const Group& group) {
    const IdleClose& latest = group.latest;
    const std::uint32_t count = group.idles.gaps;
    Finding finding;
    finding.kind = EventKind::kIdleClose;
    finding.severity = latest.by_reset ? Severity::kWarning : Severity::kInfo;
    finding.reason = latest.by_reset ? Reason::kResetWhenIdle : Reason::kClosedWhenIdle;
    finding.confidence = count >= 4 ? Confidence::kHigh : count == 3 ? Confidence::kMedium : Confidence::kLow;
    finding.time = latest.time;
    finding.file = latest.file;
    finding.frame = latest.frame;
    finding.stream = static_cast<std::int64_t>(latest.stream);
    finding.opened = latest.opened;
    finding.subject = latest.closer;
    finding.peer = latest.other;
    finding.idle = group.timer();
    finding.count = count;
    for (const std::uint64_t frame : group.frames) finding.add_evidence(frame);
    if (std::ranges::find(group.frames, latest.frame) == group.frames.end())
        finding.add_evidence(latest.frame);
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
            timers.push_back({finding_of(group), group.latest.by_server});
        }
    }
    candidates_.clear();
    return timers;
}

}  // namespace deadpeer
