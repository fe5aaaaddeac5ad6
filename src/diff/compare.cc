#include "diff/compare.h"

#include <algorithm>
#include <map>
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

constexpr auto kByIdentity = [](const FlowRecord* x, const FlowRecord* y) {
    return std::tuple_cat(identity(*x), std::tie(x->stream)) <
           std::tuple_cat(identity(*y), std::tie(y->stream));
};
constexpr auto kByService = [](const FlowRecord* x, const FlowRecord* y) {
    const auto key = [](const FlowRecord& flow) {
        return std::tie(flow.initiator.address, flow.responder, flow.first_time, flow.initiator.port,
                        flow.stream);
    };
    return key(*x) < key(*y);
};

Flows sorted(const std::vector<FlowRecord>& records) {
    Flows flows;
    flows.reserve(records.size());
    for (const FlowRecord& record : records) flows.push_back(&record);
    std::sort(flows.begin(), flows.end(), kByIdentity);
    return flows;
}

// Pairs records with the same key in their order; of more old ones the last, of more new ones the first.
// What finds no partner is left over, in its order. REQUIRES: both sorted by key.
struct LeftOver {
    Flows before;
    Flows after;
};
template <typename Key, typename Take>
LeftOver match(const LeftOver& flows, Key key, Take take) {
    LeftOver left;
    auto a = flows.before.begin();
    auto b = flows.after.begin();
    const auto end_of_run = [&](Flows::const_iterator first, Flows::const_iterator end) {
        return std::find_if(first, end, [&](const FlowRecord* flow) { return key(**first) < key(*flow); });
    };
    while (a != flows.before.end() && b != flows.after.end()) {
        if (key(**a) < key(**b)) {
            left.before.push_back(*a++);
        } else if (key(**b) < key(**a)) {
            left.after.push_back(*b++);
        } else {
            const auto end_a = end_of_run(a, flows.before.end());
            const auto end_b = end_of_run(b, flows.after.end());
            while (end_a - a > end_b - b) left.before.push_back(*a++);
            while (a != end_a) take(**a++, **b++);
            left.after.insert(left.after.end(), b, end_b);
            b = end_b;
        }
    }
    left.before.insert(left.before.end(), a, flows.before.end());
    left.after.insert(left.after.end(), b, flows.after.end());
    return left;
}

// How often a service has a problem, and whether any of it is to be told of the service.
struct Occurrences {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    bool again = false;     // in a connection that did not have it before
    bool replaced = false;  // a connection that had it, by another one
};

class Comparison {
public:
    void compare_flows(std::vector<FlowRecord>& before, std::vector<FlowRecord>& after);
    void compare_events(std::vector<EventRecord>& before, std::vector<EventRecord>& after);
    void compare_hosts(std::vector<HostRecord>& before, std::vector<HostRecord>& after);
    Difference take() { return std::move(difference_); }

private:
    Occurrences& occurrences(const FlowRecord& flow) { return problems_[{service_of(flow), flow.verdict}]; }
    void note(const FlowRecord* before, const FlowRecord* after);
    void describe_services();

    std::map<std::pair<Service, Verdict>, Occurrences> problems_;
    Difference difference_;
};

// One of the two may be nullptr.
void Comparison::note(const FlowRecord* before, const FlowRecord* after) {
    if (after != nullptr && is_problem(after->verdict)) {
        Occurrences& known = occurrences(*after);
        if (known.before > 0) {
            known.again = true;
            return;
        }
    }
    const Change change = after == nullptr             ? Change::kConnectionGone
                          : is_problem(after->verdict) ? change_to(after->verdict)
                          : before == nullptr          ? Change::kConnectionNew
                                                       : Change::kVerdict;
    difference_.connections.push_back({change, before, after});
}

void Comparison::compare_flows(std::vector<FlowRecord>& before, std::vector<FlowRecord>& after) {
    Servers servers;
    for (auto* flows : {&before, &after}) note_servers(*flows, servers);
    for (auto* flows : {&before, &after}) turn_to_servers(*flows, servers);
    for (const FlowRecord& flow : before) {
        if (is_problem(flow.verdict)) ++occurrences(flow).before;
    }
    for (const FlowRecord& flow : after) {
        if (is_problem(flow.verdict)) ++occurrences(flow).after;
    }
    difference_.before = before.size();
    difference_.after = after.size();
    const auto by_identity = [](const FlowRecord& flow) { return identity(flow); };
    const auto by_endpoints = [](const FlowRecord& flow) { return endpoints(flow); };
    LeftOver left = match({sorted(before), sorted(after)}, by_identity,
                          [&](const FlowRecord& old, const FlowRecord& now) {
                              ++difference_.in_both;
                              if (old.verdict != now.verdict) note(&old, &now);
                          });
    left = match(left, by_endpoints, [&](const FlowRecord& old, const FlowRecord& now) {
        ++difference_.in_both;
        if (old.verdict != now.verdict || is_problem(now.verdict)) note(&old, &now);
    });
    for (Flows* flows : {&left.before, &left.after}) std::sort(flows->begin(), flows->end(), kByService);
    left = match(left, service_of, [&](const FlowRecord& old, const FlowRecord& now) {
        ++difference_.replaced;
        if (is_problem(old.verdict)) occurrences(old).replaced = true;
        if (is_problem(now.verdict)) note(nullptr, &now);
    });
    for (const FlowRecord* flow : left.before) note(flow, nullptr);
    for (const FlowRecord* flow : left.after) note(nullptr, flow);
    std::sort(difference_.connections.begin(), difference_.connections.end(),
              [](const ConnectionChange& x, const ConnectionChange& y) {
                  const auto key = [](const ConnectionChange& c) {
                      const FlowRecord& flow = c.known();
                      return std::tie(c.change, flow.initiator, flow.responder, flow.first_time, flow.stream);
                  };
                  return key(x) < key(y);
              });
    describe_services();
}

void Comparison::describe_services() {
    const auto tell = [&](Change change, auto holds) {
        for (const auto& [problem, times] : problems_) {
            if (!holds(times)) continue;
            difference_.services.push_back(
                {change, problem.first, problem.second, times.before, times.after});
        }
    };
    tell(Change::kChronic, [](const Occurrences& times) { return times.again; });
    tell(Change::kResolved, [](const Occurrences& times) { return times.replaced && times.after == 0; });
}

template <typename Record>
void sort_by_identity(std::vector<Record>& records) {
    std::stable_sort(records.begin(), records.end(),
                     [](const Record& x, const Record& y) { return identity(x) < identity(y); });
}

void Comparison::compare_events(std::vector<EventRecord>& before, std::vector<EventRecord>& after) {
    const auto by_time = [](const EventRecord& x, const EventRecord& y) { return x.time < y.time; };
    for (auto* events : {&before, &after}) {
        std::sort(events->begin(), events->end(), by_time);
        sort_by_identity(*events);
    }
    auto old = before.begin();
    for (auto event = after.begin(); event != after.end();) {
        const auto is_new = [&](const EventRecord& other) { return identity(*event) < identity(other); };
        const auto end = std::find_if(event, after.end(), is_new);
        old = std::find_if(old, before.end(),
                           [&](const EventRecord& other) { return identity(other) >= identity(*event); });
        const auto old_end = std::find_if(old, before.end(), is_new);
        const auto count = static_cast<std::uint64_t>(end - event);
        const auto old_count = static_cast<std::uint64_t>(old_end - old);
        if (count > old_count) {
            difference_.events.push_back({Change::kNewEvent, &*event, old_count, count});
        } else if (!std::includes(old, old_end, event, end, by_time)) {
            difference_.events.push_back({Change::kChronic, &*event, old_count, count});
        }
        old = old_end;
        event = end;
    }
    std::stable_partition(difference_.events.begin(), difference_.events.end(),
                          [](const EventChange& each) { return each.change == Change::kNewEvent; });
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
    if (change == Change::kKeepalive) return hosts.size();
    const auto of_change = [change](const auto& each) { return each.change == change; };
    return static_cast<std::uint64_t>(std::count_if(connections.begin(), connections.end(), of_change) +
                                      std::count_if(services.begin(), services.end(), of_change) +
                                      std::count_if(events.begin(), events.end(), of_change));
}

Difference compare(Snapshot& before, Snapshot& after) {
    Comparison comparison;
    comparison.compare_flows(before.flows, after.flows);
    comparison.compare_events(before.events, after.events);
    comparison.compare_hosts(before.hosts, after.hosts);
    Difference difference = comparison.take();
    note_names(after.hosts, difference.names);
    note_names(before.hosts, difference.names);
    return difference;
}

}  // namespace deadpeer
