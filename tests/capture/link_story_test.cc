// What the changes of links mean for what is captured.
#include "capture/live/link_tracker.h"

#include "support/catch.h"

namespace deadpeer::capture {
namespace {

const Link kUp = {"eth0", true, 1};
const Link kDown = {"eth0", false, 1};

std::string orders_text(const std::vector<LinkTracker::Order>& orders) {
    std::string text;
    for (const LinkTracker::Order& order : orders) {
        const char* kinds[] = {"fail", "away", "bind", "rename"};
        text += std::string(text.empty() ? "" : "; ") + kinds[static_cast<int>(order.kind)] + " " +
                std::to_string(order.input);
        if (order.kind == LinkTracker::Order::Kind::kBind) text += " to " + std::to_string(order.link_index);
        if (order.kind == LinkTracker::Order::Kind::kRename) text += " " + order.link.name;
    }
    return text;
}

// All events: "0 down eth0 5-5".
std::string events_text(LinkTracker& story) {
    std::string text;
    while (const auto event = story.take_event()) {
        const char* kinds[] = {"down", "up",        "removed",   "returned", "renamed",  "lost",
                               "step", "part gone", "part back", "given up", "not bound"};
        text += (text.empty() ? "" : "; ") + std::to_string(event->input) + " " +
                kinds[static_cast<int>(event->kind)] + " " + event->name + " " + std::to_string(event->from) +
                "-" + std::to_string(event->to);
        if (!event->detail.empty()) text += " " + event->detail;
        if (event->is_gap()) text += " gap";
        if (!event->whole_input) text += " part";
    }
    return text;
}

LinkTracker with_eth0(bool wait) {
    LinkTracker story(wait);
    CHECK(orders_text(story.add_input(7, "eth0", kUp, 1)).empty());
    return story;
}

// REQUIRES: that is the only order.
void bind(LinkTracker& story, const LinkChange& change, Nanoseconds now) {
    const auto orders = story.hear(change, now);
    REQUIRE(orders_text(orders) == "bind 0 to " + std::to_string(change.index));
    story.bound(orders[0], now);
}

TEST_CASE("a link that goes down and up is a gap") {
    LinkTracker story = with_eth0(false);
    CHECK(orders_text(story.hear({7, kUp, kDown}, 5)).empty());
    CHECK(events_text(story) == "0 down eth0 5-5");
    CHECK(story.blind_since(0) == 5);
    CHECK(orders_text(story.hear({7, kDown, kUp}, 9)).empty());
    CHECK(events_text(story) == "0 up eth0 5-9 gap");
    CHECK(story.blind_since(0) == std::nullopt);
    story.hear({8, Link{"eth1", true, 1}, Link{"eth1", false, 1}}, 10);
    CHECK(events_text(story).empty());
}

TEST_CASE("a link without a carrier at the start is down from then on") {
    LinkTracker story(false);
    story.add_input(7, "eth0", kDown, 1);
    CHECK(events_text(story) == "0 down eth0 1-1");
    story.hear({7, kDown, kUp}, 9);
    CHECK(events_text(story) == "0 up eth0 1-9 gap");
}

TEST_CASE("a link that is removed is the end of its input") {
    LinkTracker story = with_eth0(false);
    CHECK(orders_text(story.hear({7, kUp, std::nullopt}, 5)) == "fail 0");
    CHECK(events_text(story) == "0 removed eth0 5-5");
    CHECK(story.blind_since(0) == 5);
    CHECK(orders_text(story.hear({8, std::nullopt, kUp}, 9)).empty());
    CHECK(events_text(story).empty());
}

TEST_CASE("a link that was removed before it could be watched is the end of its input, too") {
    LinkTracker story(false);
    CHECK(orders_text(story.add_input(7, "eth0", std::nullopt, 1)) == "fail 0");
    CHECK(events_text(story) == "0 removed eth0 1-1");
}

TEST_CASE("a link that is waited for is bound again, and the gap ends when it is up") {
    LinkTracker story = with_eth0(true);
    story.hear({7, kUp, kDown}, 4);
    CHECK(orders_text(story.hear({7, kDown, std::nullopt}, 5)) == "away 0");
    CHECK(events_text(story) == "0 down eth0 4-4; 0 removed eth0 5-5");
    CHECK(orders_text(story.hear({8, std::nullopt, Link{"eth1", true, 1}}, 6)).empty());
    bind(story, {9, std::nullopt, kDown}, 7);
    CHECK(events_text(story).empty());
    CHECK(orders_text(story.hear({9, kDown, kUp}, 8)).empty());
    CHECK(events_text(story) == "0 returned eth0 4-8 gap");
    // And again: another one of its name, which is up at once.
    CHECK(orders_text(story.hear({9, kUp, std::nullopt}, 10)) == "away 0");
    bind(story, {12, std::nullopt, kUp}, 11);
    CHECK(events_text(story) == "0 removed eth0 10-10; 0 returned eth0 10-11 gap");
    story.hear({12, kUp, kDown}, 12);
    story.hear({12, kDown, kUp}, 13);
    CHECK(events_text(story) == "0 down eth0 12-12; 0 up eth0 12-13 gap");
}

TEST_CASE("a binding that did not work is tried again at the link's next change") {
    LinkTracker story = with_eth0(true);
    story.hear({7, kUp, std::nullopt}, 5);
    CHECK(orders_text(story.hear({9, std::nullopt, kDown}, 7)) == "bind 0 to 9");
    CHECK(orders_text(story.hear({9, kDown, kUp}, 8)) == "bind 0 to 9");
}

TEST_CASE("a binding that did not work is tried again every second, and what lasts is told once") {
    LinkTracker story = with_eth0(true);
    story.hear({7, kUp, std::nullopt}, 5 * kSecond);
    story.hear({9, std::nullopt, kDown}, 7 * kSecond);
    const std::map<int, Link> links = {{1, {"lo", true, 772}}, {9, kUp}};
    CHECK(orders_text(story.advance_time(100 * kSecond, links)).empty());
    events_text(story);
    story.not_bound(0, 7 * kSecond);
    CHECK(story.next_change() == 8 * kSecond);
    CHECK(orders_text(story.advance_time(8 * kSecond - 1, links)).empty());
    CHECK(orders_text(story.advance_time(8 * kSecond, links)) == "bind 0 to 9");
    CHECK(events_text(story).empty());
    story.not_bound(0, 8 * kSecond);
    CHECK(events_text(story) ==
          "0 not bound eth0 8000000000-8000000000 the capture cannot be bound to it; that is tried every "
          "second");
    const auto orders = story.advance_time(9 * kSecond, links);
    CHECK(orders_text(orders) == "bind 0 to 9");
    story.not_bound(0, 9 * kSecond);
    CHECK(events_text(story).empty());
    CHECK(story.blind_since(0) == 5 * kSecond);
    story.bound(orders[0], 10 * kSecond);
    CHECK(events_text(story) == "0 returned eth0 5000000000-10000000000 gap");
    CHECK(story.next_change() == std::nullopt);
}

TEST_CASE("a link that is gone again is not bound to, and that is no news") {
    LinkTracker story = with_eth0(true);
    story.hear({7, kUp, std::nullopt}, 5 * kSecond);
    events_text(story);
    story.hear({9, std::nullopt, kUp}, 7 * kSecond);
    story.not_bound(0, 7 * kSecond);
    CHECK(orders_text(story.hear({9, kUp, std::nullopt}, 7 * kSecond)).empty());
    CHECK(orders_text(story.advance_time(8 * kSecond)).empty());
    CHECK(story.next_change() == std::nullopt);
    CHECK(orders_text(story.hear({10, std::nullopt, kUp}, 60 * kSecond)) == "bind 0 to 10");
    story.not_bound(0, 60 * kSecond);
    CHECK(events_text(story).empty());
}

TEST_CASE("what can never be bound again is told, and no longer tried") {
    LinkTracker story = with_eth0(true);
    story.hear({7, kUp, std::nullopt}, 5);
    story.hear({9, std::nullopt, kUp}, 7);
    events_text(story);
    story.never_bound(0, 7, "why");
    CHECK(events_text(story) == "0 not bound eth0 7-7 why");
    CHECK(orders_text(story.hear({9, kUp, kDown}, 8)).empty());
    CHECK(story.next_change() == std::nullopt);
    CHECK(story.blind_since(0) == 5);
}

TEST_CASE("a link of another kind with the same name is not the one that is waited for") {
    LinkTracker story = with_eth0(true);
    story.hear({7, kUp, std::nullopt}, 5);
    CHECK(orders_text(story.hear({9, std::nullopt, Link{"eth0", true, 65'534}}, 7)).empty());
}

TEST_CASE("a new name is noted, and is the one that is waited for") {
    LinkTracker story = with_eth0(true);
    CHECK(orders_text(story.hear({7, kUp, Link{"lan0", true, 1}}, 5)) == "rename 0 lan0");
    CHECK(events_text(story) == "0 renamed lan0 5-5 eth0");
    story.hear({7, Link{"lan0", true, 1}, std::nullopt}, 6);
    CHECK(orders_text(story.hear({9, std::nullopt, kUp}, 7)).empty());
    CHECK(orders_text(story.hear({9, kUp, Link{"lan0", true, 1}}, 8)) == "bind 0 to 9");
}

TEST_CASE("a capture of all links tells what happens to each, and goes on") {
    LinkTracker story(false);
    story.add_input(0, "any", std::nullopt, 1);
    CHECK(orders_text(story.hear({7, kUp, kDown}, 5)).empty());
    story.hear({7, kDown, kUp}, 6);
    story.hear({7, kUp, Link{"lan0", true, 1}}, 7);
    CHECK(orders_text(story.hear({7, Link{"lan0", true, 1}, std::nullopt}, 8)).empty());
    story.hear({9, std::nullopt, kUp}, 9);
    CHECK(events_text(story) ==
          "0 down eth0 5-5 part; 0 up eth0 5-6 part; 0 renamed lan0 7-7 eth0 part; 0 removed lan0 8-8 part");
    CHECK(story.blind_since(0) == std::nullopt);
}

LinkTracker of_all_links() {
    LinkTracker story(false);
    story.add_input(0, "any", std::nullopt, 1);
    return story;
}

TEST_CASE("where all links are captured, one that carried TCP and goes down is a gap until it is up again") {
    LinkTracker story = of_all_links();
    story.hear({7, kUp, kDown}, 5, true);
    CHECK(events_text(story) == "0 down eth0 5-5 part; 0 part gone eth0 5-5 part");
    story.hear({8, Link{"eth1", true, 1}, Link{"eth1", false, 1}}, 6, true);
    story.hear({7, kDown, kUp}, 7, true);
    CHECK(
        events_text(story) ==
        "0 down eth1 6-6 part; 0 part gone eth1 6-6 part; 0 up eth0 5-7 part; 0 part back eth0 5-7 gap part");
    story.hear({8, Link{"eth1", false, 1}, Link{"eth1", true, 1}}, 9, true);
    CHECK(events_text(story) == "0 up eth1 6-9 part; 0 part back eth1 6-9 gap part");
}

TEST_CASE("where all links are captured, one that is made again ends the gap of the one that was removed") {
    LinkTracker story = of_all_links();
    story.hear({7, kUp, kDown}, 5, true);
    story.hear({7, kDown, std::nullopt}, 5, true);
    story.hear({9, std::nullopt, kDown}, 6);
    CHECK(events_text(story) == "0 down eth0 5-5 part; 0 part gone eth0 5-5 part; 0 removed eth0 5-5 part");
    story.hear({9, kDown, kUp}, 8);
    CHECK(events_text(story) == "0 up eth0 8-8 part; 0 part back eth0 5-8 gap part");
}

TEST_CASE("a link that stays away is a gap for a minute, and then there is none for another minute") {
    LinkTracker story = of_all_links();
    CHECK(story.next_change() == std::nullopt);
    story.hear({7, kUp, std::nullopt}, 5 * kSecond, true);
    CHECK(story.next_change() == 65 * kSecond);
    events_text(story);
    story.advance_time(65 * kSecond - 1);
    CHECK(events_text(story).empty());
    story.advance_time(70 * kSecond);
    CHECK(events_text(story) == "0 given up eth0 5000000000-65000000000 gap part");
    CHECK(story.next_change() == std::nullopt);
    story.hear({8, kUp, std::nullopt}, 125 * kSecond - 1, true);
    CHECK(events_text(story) == "0 removed eth0 124999999999-124999999999 part");
    story.hear({9, kUp, std::nullopt}, 125 * kSecond, true);
    CHECK(story.next_change() == 185 * kSecond);
}

TEST_CASE("each input has its own link") {
    LinkTracker story(false);
    story.add_input(7, "eth0", kUp, 1);
    story.add_input(8, "eth1", Link{"eth1", true, 1}, 1);
    CHECK(orders_text(story.hear({8, Link{"eth1", true, 1}, std::nullopt}, 5)) == "fail 1");
    CHECK(story.blind_since(0) == std::nullopt);
    CHECK(story.blind_since(1) == 5);
}

}  // namespace
}  // namespace deadpeer::capture
