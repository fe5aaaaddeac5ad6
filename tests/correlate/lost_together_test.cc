#include "correlate/lost_together.h"

#include "support/catch.h"

namespace deadpeer {
namespace {

IpAddress address(std::uint8_t last) {
    IpAddress address;
    address.bytes[3] = last;
    return address;
}

constexpr std::uint8_t kPeer = 100;

LostTogether::Loss loss(std::uint8_t host, Nanoseconds heard, Nanoseconds reset) {
    return {address(kPeer), address(host), 0, heard, reset, true};
}

// Three hosts, heard until 40 s and reset from 60 s on.
LostTogether three(const LostTogether::Announced& announced = [](auto&&...) { return false; }) {
    LostTogether together;
    together.note(loss(3, 40 * kSecond, 62 * kSecond));
    together.note(loss(1, 20 * kSecond, 60 * kSecond));
    together.note(loss(2, 30 * kSecond, 61 * kSecond));
    together.prepare(announced);
    together.ask_about(loss(1, 20 * kSecond, 60 * kSecond));
    return together;
}

bool stands(LostTogether together, Nanoseconds heard = 20 * kSecond, Nanoseconds reset = 60 * kSecond) {
    together.ask_about(loss(1, heard, reset));
    return together.moment_of(loss(1, heard, reset)).has_value();
}

TEST_CASE("a moment lies between the last word and the first RST of several hosts") {
    const auto moment = three().moment_of(loss(1, 20 * kSecond, 60 * kSecond));
    REQUIRE(moment);
    CHECK(moment->from == 40 * kSecond);
    CHECK(moment->to == 60 * kSecond);
    CHECK(moment->hosts == 3);
    CHECK_FALSE(stands(three(), 60 * kSecond, 70 * kSecond));  // heard after it
    CHECK(stands(three(), 59 * kSecond, 200 * kSecond));       // noticed late
    CHECK_FALSE(stands(three(), 10 * kSecond, 59 * kSecond));  // lost before it
    LostTogether::Loss forgotten_by_path = loss(1, 59 * kSecond, 700 * kSecond);
    forgotten_by_path.counts = false;
    LostTogether together = three();
    together.ask_about(forgotten_by_path);
    CHECK_FALSE(together.moment_of(forgotten_by_path));
}

TEST_CASE("hosts that say that they boot do not count") {
    CHECK_FALSE(stands(three([](const IpAddress& host, auto&&...) { return host == address(2); })));
}

TEST_CASE("a RST that is repeated is one loss, and one host is not several") {
    LostTogether together;
    for (int i = 0; i < 5; ++i) together.note(loss(1, 20 * kSecond, 60 * kSecond));
    together.note(loss(2, 20 * kSecond, 60 * kSecond));
    together.note(loss(1, 21 * kSecond, 60 * kSecond));
    together.prepare([](auto&&...) { return false; });
    CHECK_FALSE(stands(together));
}

TEST_CASE("what outlives it speaks against it") {
    const auto with = [](std::uint8_t peer, std::uint8_t host, Nanoseconds from, Nanoseconds to, int times) {
        LostTogether together = three();
        for (int i = 0; i < times; ++i) together.add_lived({address(peer), address(host), from, to});
        return stands(together);
    };
    CHECK_FALSE(with(kPeer, 2, 0, 61 * kSecond, 1));       // of one of these hosts
    CHECK(with(kPeer, 2, 0, 60 * kSecond, 1));             // not heard since
    CHECK(with(kPeer, 2, 40 * kSecond, 61 * kSecond, 1));  // opened after it, perhaps
    CHECK(with(kPeer + 1, 2, 0, 61 * kSecond, 1));         // of another peer
    CHECK(with(kPeer, 9, 0, 61 * kSecond, 3));             // of other hosts: as many
    CHECK_FALSE(with(kPeer, 9, 0, 61 * kSecond, 4));       // more
}

TEST_CASE("what is refused since by two hosts, and accepted by none, is told, also of what is forgotten") {
    using Answer = LostTogether::Answer;
    const auto refused_since = [](bool gone, std::uint8_t hosts, std::uint8_t ttl, Answer last) {
        LostTogether together;
        for (std::uint8_t host = 1; host <= 3; ++host) {
            LostTogether::Loss one = loss(host, 20 * kSecond, (60 + host) * kSecond);
            one.port = 80;
            one.ttl = 63;
            together.note(one);
        }
        std::vector<LostTogether::Lived> since;
        for (std::uint8_t host = 1; host <= hosts; ++host)
            since.push_back({address(kPeer), address(host), 70 * kSecond, kNoTime, 70 * kSecond, false,
                             host == hosts ? last : Answer::kRefused, 80, ttl});
        for (const auto& one : since) {
            if (gone) together.note_gone(one);
        }
        together.prepare([](auto&&...) { return false; });
        LostTogether::Loss asked = loss(1, 20 * kSecond, 61 * kSecond);
        together.ask_about(asked);
        for (const auto& one : since) {
            if (!gone) together.add_lived(one);
        }
        const auto moment = together.moment_of(asked);
        return moment && moment->refused_since;
    };
    for (const bool gone : {false, true}) {
        CHECK(refused_since(gone, 2, 63, Answer::kRefused));
        CHECK_FALSE(refused_since(gone, 1, 63, Answer::kRefused));
        CHECK_FALSE(refused_since(gone, 2, 64, Answer::kRefused));  // by the hosts themselves
        CHECK_FALSE(refused_since(gone, 3, 63, Answer::kAccepted));
    }
}

TEST_CASE("so does what outlived it and is forgotten") {
    LostTogether together = three();
    together.note_gone({address(kPeer), address(2), 0, 70 * kSecond});
    together.prepare([](auto&&...) { return false; });
    CHECK_FALSE(stands(together));
}

TEST_CASE("of no more connections than some for each that was lost it is known") {
    const auto with = [](std::size_t idle) {
        LostTogether together = three();
        for (std::size_t i = 0; i < idle; ++i) {
            together.add_lived({address(kPeer), address(9), 0, 50 * kSecond, 50 * kSecond, true});
        }
        return stands(together);
    };
    CHECK(with(LostTogether::most_looked(3)));
    CHECK_FALSE(with(LostTogether::most_looked(3) + 1));
}

TEST_CASE("no more connections of a peer are looked at than may decide") {
    const auto looked = [](const LostTogether::Lived& lived) {
        LostTogether together = three();
        std::size_t times = 0;
        for (; together.wants_more(address(kPeer)); ++times) together.add_lived(lived);
        together.give_up(address(kPeer));
        CHECK_FALSE(stands(together));
        return times;
    };
    CHECK(looked({address(kPeer), address(9), 0, 61 * kSecond}) == 4);
    CHECK(looked({address(kPeer), address(2), 0, 61 * kSecond}) == 1);
    CHECK(looked({address(kPeer), address(9), 0, 50 * kSecond, 50 * kSecond, true}) ==
          LostTogether::most_looked(3));
    CHECK(looked({address(kPeer), address(9), 61 * kSecond, 62 * kSecond}) == LostTogether::most_looked(3));
}

TEST_CASE("what happens after silence again and again is an idle timeout") {
    const auto twice = [](Nanoseconds silence) {
        LostTogether together;
        for (const Nanoseconds at : {100 * kSecond, 300 * kSecond}) {
            for (const auto host : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}})
                together.note(loss(host, at - silence, at));
        }
        together.prepare([](auto&&...) { return false; });
        return stands(together, 300 * kSecond - silence, 300 * kSecond);
    };
    CHECK(twice(29 * kSecond));
    CHECK_FALSE(twice(30 * kSecond));
}

TEST_CASE("reboots wait while connections of two other hosts may yet be lost") {
    LostTogether together;
    together.prepare([](auto&&...) { return false; });
    const auto add = [&](std::uint8_t host, Nanoseconds heard, bool open) {
        together.add_lived({address(kPeer), address(host), 0, heard, heard, open});
        return together.is_awaited(address(kPeer));
    };
    CHECK_FALSE(add(2, 50 * kSecond, true));
    together.ask_about(loss(1, 20 * kSecond, 60 * kSecond));
    CHECK_FALSE(add(1, 50 * kSecond, true));
    CHECK_FALSE(add(2, 50 * kSecond, true));
    CHECK_FALSE(add(2, 50 * kSecond, true));
    CHECK_FALSE(add(3, 61 * kSecond, true));
    CHECK_FALSE(add(3, 50 * kSecond, false));
    CHECK(add(3, 50 * kSecond, true));
}

TEST_CASE("of any number of losses the latest are kept") {
    LostTogether together;
    for (std::uint32_t i = 0; i < 5 * LostTogether::kMaxKept; ++i) {
        together.note(loss(static_cast<std::uint8_t>(i % 50), i * kSecond, (i + 20) * kSecond));
    }
    CHECK(together.memory() <= 3 * LostTogether::kMaxKept * sizeof(LostTogether::Loss));
}

}  // namespace
}  // namespace deadpeer
