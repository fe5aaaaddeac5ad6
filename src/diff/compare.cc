#include "diff/compare.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace deadpeer {
namespace {

using Flows = std::vector<const FlowRecord*>;

auto endpoints(const FlowRecord& flow) {
    return std::tie(flow.low(), flow.high());
}
auto identity(const FlowRecord& flow) {
    return std::tie(flow.low(), flow.high(), flow.first_time);
}
auto identity(const EventRecord& event) {
    return std::tie(event.kind, event.subject, event.peer);
}
auto identity(const HostRecord& host) {
    return std::tie(host.address);
}

Flows sorted(std::vector<FlowRecord>& records) {
    std::sort(records.begin(), records.end(), [](const FlowRecord& x, const FlowRecord& y) {
        return std::tuple_cat(identity(x), std::tie(x.stream)) <
               std::tuple_cat(identity(y), std::tie(y.stream));
    });
    Flows flows;
    flows.reserve(records.size());
    for (const FlowRecord& record : records) flows.push_back(&record);
    return flows;
}

// One past the last record with the endpoints of `first`.
Flows::const_iterator end_of_run(Flows::const_iterator first, Flows::const_iterator end) {
    return std::find_if(first, end,
                        [&](const FlowRecord* flow) { return endpoints(**first) < endpoints(*flow); });
}

class Comparison {
public:
    void compare_flows(std::vector<FlowRecord>& before, std::vector<FlowRecord>& after);
    void compare_events(std::vector<EventRecord>& before, std::vector<EventRecord>& after);
    void compare_hosts(std::vector<HostRecord>& before, std::vector<HostRecord>& after);
    Difference take() { return std::move(difference_); }

private:
    void match_exactly(const Flows& before, const Flows& after, Flows& gone, Flows& come);
    void match_endpoints(const Flows& before, const Flows& after);
    void note(const FlowRecord* before, const FlowRecord* after);

    Difference difference_;
};

Change change_to(Verdict verdict, Change otherwise) {
    switch (verdict) {
        case Verdict::kPeerDead:
            return Change::kNewDeadPeer;
        case Verdict::kPeerRebooted:
            return Change::kNewRebootedPeer;
        case Verdict::kSuspect:
            return Change::kNewSuspect;
        default:
            return otherwise;
    }
}

void Comparison::note(const FlowRecord* before, const FlowRecord* after) {
    if (before != nullptr && after != nullptr) {
        ++difference_.in_both;
        if (before->verdict == after->verdict) return;
    }
    Change change = Change::kConnectionGone;
    if (after != nullptr) {
        change = change_to(after->verdict, before == nullptr ? Change::kConnectionNew : Change::kVerdict);
    }
    difference_.connections.push_back({change, before, after});
}

// What finds no partner is put to `gone` or `come`, in its order.
void Comparison::match_exactly(const Flows& before, const Flows& after, Flows& gone, Flows& come) {
    auto a = before.begin();
    auto b = after.begin();
    while (a != before.end() || b != after.end()) {
        if (b == after.end() || (a != before.end() && identity(**a) < identity(**b))) {
            gone.push_back(*a++);
        } else if (a == before.end() || identity(**b) < identity(**a)) {
            come.push_back(*b++);
        } else {
            note(*a++, *b++);
        }
    }
}

void Comparison::match_endpoints(const Flows& before, const Flows& after) {
    auto a = before.begin();
    auto b = after.begin();
    while (a != before.end() || b != after.end()) {
        if (b == after.end() || (a != before.end() && endpoints(**a) < endpoints(**b))) {
            note(*a++, nullptr);
            continue;
        }
        if (a == before.end() || endpoints(**b) < endpoints(**a)) {
            note(nullptr, *b++);
            continue;
        }
        const auto end_a = end_of_run(a, before.end());
        const auto end_b = end_of_run(b, after.end());
        while (end_a - a > end_b - b) note(*a++, nullptr);
        while (a != end_a) note(*a++, *b++);
        while (b != end_b) note(nullptr, *b++);
    }
}

void Comparison::compare_flows(std::vector<FlowRecord>& before, std::vector<FlowRecord>& after) {
    difference_.before = before.size();
    difference_.after = after.size();
    Flows gone;
    Flows come;
    match_exactly(sorted(before), sorted(after), gone, come);
    match_endpoints(gone, come);
    std::sort(difference_.connections.begin(), difference_.connections.end(),
              [](const ConnectionChange& x, const ConnectionChange& y) {
                  const auto key = [](const ConnectionChange& c) {
                      const FlowRecord& flow = c.known();
                      return std::tie(c.change, flow.initiator, flow.responder, flow.first_time, flow.stream);
                  };
                  return key(x) < key(y);
              });
}

template <typename Record>
void sort_by_identity(std::vector<Record>& records) {
    std::stable_sort(records.begin(), records.end(),
                     [](const Record& x, const Record& y) { return identity(x) < identity(y); });
}

void Comparison::compare_events(std::vector<EventRecord>& before, std::vector<EventRecord>& after) {
    sort_by_identity(before);
    sort_by_identity(after);
    auto old = before.begin();
    for (auto event = after.begin(); event != after.end();) {
        const auto is_new = [&](const EventRecord& other) { return identity(*event) < identity(other); };
        const auto end = std::find_if(event, after.end(), is_new);
        old = std::find_if(old, before.end(),
                           [&](const EventRecord& other) { return identity(other) >= identity(*event); });
        const auto old_end = std::find_if(old, before.end(), is_new);
        const auto count = static_cast<std::uint64_t>(end - event);
        const auto old_count = static_cast<std::uint64_t>(old_end - old);
        if (count > old_count) difference_.events.push_back({&*event, old_count, count});
        old = old_end;
        event = end;
    }
}

void Comparison::compare_hosts(std::vector<HostRecord>& before, std::vector<HostRecord>& after) {
    sort_by_identity(before);
    sort_by_identity(after);
    auto old = before.begin();
    for (const HostRecord& host : after) {
        while (old != before.end() && old->address < host.address) ++old;
        if (old == before.end()) return;
        if (old->address != host.address) continue;
        if (keepalive_differs(old->idle, host.idle) || keepalive_differs(old->interval, host.interval) ||
            keepalive_differs(old->count, host.count)) {
            difference_.hosts.push_back({&*old, &host});
        }
    }
}

}  // namespace

bool keepalive_differs(Nanoseconds before, Nanoseconds after) {
    if (before == kNoTime || after == kNoTime) return false;
    const auto [less, more] = std::minmax(before, after);
    return more - less > std::max(less / 100 * 3, 50 * kMillisecond);
}

bool keepalive_differs(std::uint64_t before, std::uint64_t after) {
    return before != 0 && after != 0 && before != after;
}

std::uint64_t Difference::count(Change change) const {
    if (change == Change::kNewEvent) return events.size();
    if (change == Change::kKeepalive) return hosts.size();
    return static_cast<std::uint64_t>(
        std::count_if(connections.begin(), connections.end(),
                      [change](const ConnectionChange& each) { return each.change == change; }));
}

Difference compare(Snapshot& before, Snapshot& after) {
    Comparison comparison;
    comparison.compare_flows(before.flows, after.flows);
    comparison.compare_events(before.events, after.events);
    comparison.compare_hosts(before.hosts, after.hosts);
    return comparison.take();
}

}  // namespace deadpeer
