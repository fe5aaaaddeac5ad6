#include "capture/link_story.h"

#include <utility>

namespace deadpeer::capture {
namespace {

constexpr int kAllLinks = 0;
constexpr int kNoLink = -1;

}  // namespace

std::vector<LinkStory::Order> LinkStory::add_input(int link_index, const std::string& name,
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

std::vector<LinkStory::Order> LinkStory::hear(const LinkChange& change, Nanoseconds now) {
    std::vector<Order> orders;
    for (std::uint32_t number = 0; number < inputs_.size(); ++number) {
        const Input& input = inputs_[number];
        if (input.link_index == kAllLinks) {
            hear_one_of_all(number, change, now);
        } else if (input.link_index == change.index) {
            hear_bound(number, change, now, orders);
        } else if (input.wanted && change.after && change.after->name == input.name &&
                   change.after->hardware_type == input.hardware_type) {
            orders.push_back({Order::Kind::kBind, number, change.index});
        }
    }
    return orders;
}

void LinkStory::bound(std::uint32_t input, int link_index, const Link& link, Nanoseconds now) {
    inputs_[input].link_index = link_index;
    inputs_[input].wanted = false;
    set_usable(input, link.usable, now);
}

void LinkStory::hear_bound(std::uint32_t number, const LinkChange& change, Nanoseconds now,
                           std::vector<Order>& orders) {
    if (!change.after) return lose(number, now, orders);
    Input& input = inputs_[number];
    if (input.name != change.after->name) {
        const std::string old = std::exchange(input.name, change.after->name);
        add(LinkEvent::Kind::kRenamed, number, now, now).detail = old;
        orders.push_back({Order::Kind::kRename, number, change.index, input.name});
    }
    set_usable(number, change.after->usable, now);
}

void LinkStory::hear_one_of_all(std::uint32_t number, const LinkChange& change, Nanoseconds now) {
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

void LinkStory::set_usable(std::uint32_t number, bool usable, Nanoseconds now) {
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

void LinkStory::lose(std::uint32_t number, Nanoseconds now, std::vector<Order>& orders) {
    Input& input = inputs_[number];
    input.link_index = kNoLink;
    input.blind_since = input.blind_since.value_or(now);
    input.wanted = input.away = wait_for_links_;
    add(LinkEvent::Kind::kRemoved, number, now, now);
    orders.push_back({wait_for_links_ ? Order::Kind::kAway : Order::Kind::kFail, number});
}

LinkEvent& LinkStory::add(LinkEvent::Kind kind, std::uint32_t input, Nanoseconds from, Nanoseconds to) {
    LinkEvent& event = events_.emplace_back();
    event.kind = kind;
    event.input = input;
    event.from = from;
    event.to = to;
    event.name = inputs_[input].name;
    return event;
}

std::optional<LinkEvent> LinkStory::take_event() {
    if (events_.empty()) return std::nullopt;
    LinkEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
}

}  // namespace deadpeer::capture
