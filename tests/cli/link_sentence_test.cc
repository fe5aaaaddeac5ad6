// What is said when something happens to a link.

#include "cli/live/link_sentence.h"

#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;

TEST_CASE("each kind of event has its sentence") {
    using Kind = LinkEvent::Kind;
    LinkEvent event;
    event.name = "eth0";
    event.from = 10 * kSecond;
    event.to = 12 * kSecond + 300 * kMillisecond;
    const auto sentence = [&](Kind kind) {
        event.kind = kind;
        return sentence_of(event);
    };
    CHECK(sentence(Kind::kDown) == "eth0 is down; nothing is captured from it until it is up again");
    CHECK(sentence(Kind::kUp) == "eth0 is up again after 2.3 s");
    CHECK(sentence(Kind::kRemoved) == "eth0 is gone: removed, or moved to another network namespace");
    CHECK(sentence(Kind::kReturned) == "eth0 is back after 2.3 s");
    event.detail = "it is refused";
    CHECK(sentence(Kind::kNotBound) == "eth0 is back, but nothing is captured from it: it is refused");
    event.detail = "lan";
    CHECK(sentence(Kind::kRenamed) == "lan is now called eth0");
    event.detail = "the driver had no room";
    event.count = 1;
    CHECK(sentence(Kind::kFramesLost) == "1 frame of eth0 lost within 2.3 s: the driver had no room");
    CHECK(sentence(Kind::kPartGone).empty());
    CHECK(sentence(Kind::kPartGivenUp).empty());
    event.step = -1500 * kMillisecond;
    CHECK(sentence(Kind::kClockStep) ==
          "the clock that stamps the frames of eth0 was set back by 1.500 s; times in the reports go on as "
          "before");
    event.name = "";
    CHECK(sentence(Kind::kClockStep) ==
          "the clock of this machine was set back by 1.500 s; times in the reports go on as before");
    event.step = 86400 * kSecond;
    CHECK(sentence(Kind::kClockStep) ==
          "the clock of this machine was set forward by 86400.000 s; times in the reports go on as before");
}

TEST_CASE("a gap is the link's fault, unless frames were lost") {
    LinkEvent event;
    event.kind = LinkEvent::Kind::kUp;
    CHECK(loss_of(event).why == Reason::kLinkDown);
    event.kind = LinkEvent::Kind::kReturned;
    CHECK(loss_of(event).why == Reason::kLinkDown);
    event.kind = LinkEvent::Kind::kFramesLost;
    CHECK(loss_of(event).why == Reason::kFramesLost);
}

TEST_CASE("a gap is told of the link by its name, and has no end where the link did not return") {
    LinkEvent event;
    event.kind = LinkEvent::Kind::kPartBack;
    event.name = "eth0";
    event.part = 7;
    CHECK(loss_of(event).link == "eth0");
    CHECK(loss_of(event).part == 7);
    CHECK(loss_of(event).returned);
    event.kind = LinkEvent::Kind::kPartGivenUp;
    CHECK_FALSE(loss_of(event).returned);
}

TEST_CASE("what takes the whole input away begins a gap; one of several links does not") {
    using Kind = LinkEvent::Kind;
    LinkEvent event;
    for (const Kind kind : {Kind::kDown, Kind::kUp, Kind::kRemoved, Kind::kReturned, Kind::kRenamed,
                            Kind::kFramesLost, Kind::kClockStep, Kind::kNotBound}) {
        event.kind = kind;
        event.whole_input = true;
        CHECK(begins_gap(event) == (kind == Kind::kDown || kind == Kind::kRemoved));
        CHECK_FALSE((begins_gap(event) && event.is_gap()));
        event.whole_input = false;
        CHECK_FALSE(begins_gap(event));
    }
}
