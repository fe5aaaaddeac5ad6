// LinkTracker: what the changes of links mean for what is captured.
//
// What:    knows for each input which link it is bound to, since when it is blind, and tells LinkEvents. It
//          decides; LiveCapture acts.
// Threads: one at a time. Reads no clock and does no I/O.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capture/live/link_event.h"
#include "capture/live/link_watch.h"

namespace deadpeer::capture {

class LinkTracker {
public:
    // What is to be done with an input.
    struct Order {
        enum class Kind : std::uint8_t {
            kFail,   // its link is gone for good
            kAway,   // its link is gone, and waited for
            kBind,   // its link is back under this index: bind, and tell what came of it
            kRename  // its link is now called as `link` says
        };
        Kind kind;
        std::uint32_t input;
        int link_index = -1;
        Link link = {};  // of this index; of kBind and kRename
    };

    explicit LinkTracker(bool wait_for_links) : wait_for_links_(wait_for_links) {}

    // In the order of the inputs' numbers. Index 0: all links. `link` is what is known of it; no value: gone.
    std::vector<Order> add_input(int link_index, const std::string& name, const std::optional<Link>& link,
                                 Nanoseconds now);

    // `carried_tcp`: TCP was captured on that link as one of all.
    std::vector<Order> hear(const LinkChange& change, Nanoseconds now, bool carried_tcp = false);
    // Time passed. `links`: those that there are, by index.
    std::vector<Order> advance_time(Nanoseconds now, const std::map<int, Link>& links = {});
    // When that will change something; no value if it will not.
    [[nodiscard]] std::optional<Nanoseconds> next_change() const;

    // What became of an order to bind. It is ordered again, every second, after not_bound(); never after
    // never_bound().
    void bound(const Order& order, Nanoseconds now);
    void not_bound(std::uint32_t input, Nanoseconds now);
    void never_bound(std::uint32_t input, Nanoseconds now, const std::string& why);

    void report(LinkEvent event) { events_.push_back(std::move(event)); }
    std::optional<LinkEvent> take_event();
    [[nodiscard]] bool has_event() const { return !events_.empty(); }

    [[nodiscard]] std::optional<Nanoseconds> blind_since(std::uint32_t input) const {
        return inputs_[input].blind_since;
    }

private:
    // The link is back, and could not be bound to.
    struct Unbound {
        Nanoseconds since;
        Nanoseconds next_try;
        bool told = false;
    };
    struct Missing {
        std::string name;
        Nanoseconds since;
    };
    struct Input {
        int link_index = 0;
        std::string name;
        std::uint16_t hardware_type = 0;
        bool wanted = false;  // the link is gone and waited for
        bool away = false;    // that, or it came back and is not up yet
        std::optional<Unbound> unbound;
        std::optional<Nanoseconds> blind_since;
        // Of one that captures from all links: those that carried TCP and are down or gone, by index, while
        // that is a gap.
        std::map<int, Missing> missing;
        std::optional<Nanoseconds> missing_since;
        Nanoseconds next_gap_from = kNoTime;
    };

    [[nodiscard]] static bool wants(const Input& input, const Link& link) {
        return input.wanted && link.name == input.name && link.hardware_type == input.hardware_type;
    }
    void order_again(std::uint32_t input, const std::map<int, Link>& links, std::vector<Order>& orders);
    void hear_bound(std::uint32_t input, const LinkChange& change, Nanoseconds now,
                    std::vector<Order>& orders);
    void hear_one_of_all(std::uint32_t input, const LinkChange& change, Nanoseconds now);
    void look_for_missing(std::uint32_t input, const LinkChange& change, Nanoseconds now, bool carried_tcp);
    void add_part(LinkEvent::Kind kind, std::uint32_t input, const std::pair<const int, Missing>& missing,
                  Nanoseconds now);
    void set_usable(std::uint32_t input, bool usable, Nanoseconds now);
    void lose(std::uint32_t input, Nanoseconds now, std::vector<Order>& orders);
    LinkEvent& add(LinkEvent::Kind kind, std::uint32_t input, Nanoseconds from, Nanoseconds to);

    bool wait_for_links_;
    std::vector<Input> inputs_;
    std::map<int, Nanoseconds> down_since_;  // links of those inputs that capture from all
    std::deque<LinkEvent> events_;
};

}  // namespace deadpeer::capture
