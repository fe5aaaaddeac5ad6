#include "capture/live/link_tracker.h"

#include <algorithm>
#include <utility>

namespace deadpeer::capture {
namespace {

constexpr int kAllLinks = 0;
constexpr int kNoLink = -1;

// A container's link never comes back, and where they come and go all the time some must be left to see by:
// half of the time.
constexpr Nanoseconds kLongestPartGap = 60 * kSecond;

constexpr Nanoseconds kBetweenBinds = kSecond;

bool is_usable(const std::optional<Link>& link) {
    return link && link->usable;
}

}  // namespace

std::vector<LinkTracker::Order> LinkTracker::add_input(int link_index, const std::string& name,
                                                       const std::optional<Link>& link, Nanoseconds now) {
    const auto number = static_cast<std::uint32_t>(inputs_.size());
    Input& input = inputs_.emplace_back();
    input.link_index = link_index;
    input.name = name;
    std::vector<Order> orders;
    if (link_index == kAllLinks) return orders;
    if (!link) {
        lose(number, now, orders);
        return orders;
    }
    input.name = link->name;  // it may have been asked for by another name
    input.hardware_type = link->hardware_type;
    set_usable(number, link->usable, now);
    return orders;
}

std::vector<LinkTracker::Order> LinkTracker::hear(const LinkChange& change, Nanoseconds now,
                                                  bool carried_tcp) {
    std::vector<Order> orders;
    for (std::uint32_t number = 0; number < inputs_.size(); ++number) {
        const Input& input = inputs_[number];
        if (input.link_index == kAllLinks) {
            hear_one_of_all(number, change, now);
            look_for_missing(number, change, now, carried_tcp);
        } else if (input.link_index == change.index) {
            hear_bound(number, change, now, orders);
        } else if (change.after && wants(input, *change.after)) {
            orders.push_back({Order::Kind::kBind, number, change.index, *change.after});
        }
    }
    return orders;
}

void LinkTracker::bound(const Order& order, Nanoseconds now) {
    Input& input = inputs_[order.input];
    input.link_index = order.link_index;
    input.wanted = false;
    input.unbound.reset();
    set_usable(order.input, order.link.usable, now);
}

// The link may be gone again, which is heard next: only what lasts is told.
void LinkTracker::not_bound(std::uint32_t number, Nanoseconds now) {
    Input& input = inputs_[number];
    if (!input.unbound) input.unbound = {now, now};
    input.unbound->next_try = now + kBetweenBinds;
    if (input.unbound->told || now - input.unbound->since < kBetweenBinds) return;
    input.unbound->told = true;
    add(LinkEvent::Kind::kNotBound, number, now, now).detail =
        "the capture cannot be bound to it; that is tried every second";
}

void LinkTracker::never_bound(std::uint32_t number, Nanoseconds now, const std::string& why) {
    Input& input = inputs_[number];
    input.wanted = false;
    input.unbound.reset();
    add(LinkEvent::Kind::kNotBound, number, now, now).detail = why;
}

void LinkTracker::order_again(std::uint32_t number, const std::map<int, Link>& links,
                              std::vector<Order>& orders) {
    Input& input = inputs_[number];
    const auto back =
        std::ranges::find_if(links, [&](const auto& link) { return wants(input, link.second); });
    if (back == links.end()) return input.unbound.reset();
    orders.push_back({Order::Kind::kBind, number, back->first, back->second});
}

void LinkTracker::hear_bound(std::uint32_t number, const LinkChange& change, Nanoseconds now,
                             std::vector<Order>& orders) {
    if (!change.after) return lose(number, now, orders);
    Input& input = inputs_[number];
    if (input.name != change.after->name) {
        const std::string old = std::exchange(input.name, change.after->name);
        add(LinkEvent::Kind::kRenamed, number, now, now).detail = old;
        orders.push_back({Order::Kind::kRename, number, change.index, *change.after});
    }
    set_usable(number, change.after->usable, now);
}

void LinkTracker::hear_one_of_all(std::uint32_t number, const LinkChange& change, Nanoseconds now) {
    using Kind = LinkEvent::Kind;
    if (!change.before) return;
    const Link& before = *change.before;
    const auto tell = [&](Kind kind, Nanoseconds from, const std::string& name) -> LinkEvent& {
        LinkEvent& event = add(kind, number, from, now);
        event.whole_input = false;
        event.name = name;
        return event;
    };
    if (!change.after) {
        down_since_.erase(change.index);
        tell(Kind::kRemoved, now, before.name);
        return;
    }
    const Link& after = *change.after;
    if (after.name != before.name) tell(Kind::kRenamed, now, after.name).detail = before.name;
    if (before.usable && !after.usable) {
        down_since_[change.index] = now;
        tell(Kind::kDown, now, after.name);
    } else if (!before.usable && after.usable) {
        const auto down = down_since_.find(change.index);
        tell(Kind::kUp, down == down_since_.end() ? now : down->second, after.name);
        down_since_.erase(change.index);
    }
}

void LinkTracker::look_for_missing(std::uint32_t number, const LinkChange& change, Nanoseconds now,
                                   bool carried_tcp) {
    Input& input = inputs_[number];
    if (is_usable(change.after)) {
        std::erase_if(input.missing, [&](const auto& link) {
            const bool back = link.first == change.index || link.second.name == change.after->name;
            if (back) add_part(LinkEvent::Kind::kPartBack, number, link, now);
            return back;
        });
        if (input.missing.empty()) input.missing_since.reset();
        return;
    }
    if (!is_usable(change.before) || !carried_tcp) return;
    if (!input.missing_since && now < input.next_gap_from) return;
    const auto [missing, is_new] = input.missing.try_emplace(change.index, Missing{change.before->name, now});
    if (!is_new) return;
    input.missing_since = input.missing_since.value_or(now);
    add_part(LinkEvent::Kind::kPartGone, number, *missing, now);
}

void LinkTracker::add_part(LinkEvent::Kind kind, std::uint32_t number,
                           const std::pair<const int, Missing>& missing, Nanoseconds now) {
    LinkEvent& event = add(kind, number, missing.second.since, now);
    event.whole_input = false;
    event.part = static_cast<std::uint32_t>(missing.first);
    event.name = missing.second.name;
}

std::vector<LinkTracker::Order> LinkTracker::advance_time(Nanoseconds now, const std::map<int, Link>& links) {
    std::vector<Order> orders;
    for (std::uint32_t number = 0; number < inputs_.size(); ++number) {
        Input& input = inputs_[number];
        if (input.unbound && now >= input.unbound->next_try) order_again(number, links, orders);
        if (!input.missing_since || now < *input.missing_since + kLongestPartGap) continue;
        const Nanoseconds end = *input.missing_since + kLongestPartGap;
        for (const auto& missing : input.missing) {
            add_part(LinkEvent::Kind::kPartGivenUp, number, missing, end);
        }
        input.next_gap_from = end + kLongestPartGap;
        input.missing.clear();
        input.missing_since.reset();
    }
    return orders;
}

std::optional<Nanoseconds> LinkTracker::next_change() const {
    std::optional<Nanoseconds> next;
    const auto note = [&](Nanoseconds time) { next = std::min(next.value_or(time), time); };
    for (const Input& input : inputs_) {
        if (input.missing_since) note(*input.missing_since + kLongestPartGap);
        if (input.unbound) note(input.unbound->next_try);
    }
    return next;
}

void LinkTracker::set_usable(std::uint32_t number, bool usable, Nanoseconds now) {
    Input& input = inputs_[number];
    if (usable == !input.blind_since) return;
    if (!usable) {
        input.blind_since = now;
        add(LinkEvent::Kind::kDown, number, now, now);
        return;
    }
    add(input.away ? LinkEvent::Kind::kReturned : LinkEvent::Kind::kUp, number, *input.blind_since, now);
    input.away = false;
    input.blind_since.reset();
}

void LinkTracker::lose(std::uint32_t number, Nanoseconds now, std::vector<Order>& orders) {
    Input& input = inputs_[number];
    input.link_index = kNoLink;
    input.blind_since = input.blind_since.value_or(now);
    input.wanted = input.away = wait_for_links_;
    add(LinkEvent::Kind::kRemoved, number, now, now);
    orders.push_back({wait_for_links_ ? Order::Kind::kAway : Order::Kind::kFail, number});
}

LinkEvent& LinkTracker::add(LinkEvent::Kind kind, std::uint32_t input, Nanoseconds from, Nanoseconds to) {
    LinkEvent& event = events_.emplace_back();
    event.kind = kind;
    event.input = input;
    event.from = from;
    event.to = to;
    event.name = inputs_[input].name;
    return event;
}

std::optional<LinkEvent> LinkTracker::take_event() {
    if (events_.empty()) return std::nullopt;
    LinkEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
}

}  // namespace deadpeer::capture
