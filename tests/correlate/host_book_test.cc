#include "correlate/host_book.h"

#include <random>

#include "support/catch.h"

namespace deadpeer {
namespace {

IpAddress host(std::uint8_t last) {
    IpAddress address;
    address.bytes[3] = last;
    return address;
}

// Opened at 0, last heard at 100 s, reset at 200 s; no other frames of the host are seen in between.
HostConnection forgotten(std::uint64_t stream = 1) {
    HostConnection connection;
    connection.host = connection.address = host(1);
    connection.stream = stream;
    connection.first_time = 0;
    connection.heard = 100 * kSecond;
    connection.reset = 200 * kSecond;
    connection.quiet[0] = {100 * kSecond, 200 * kSecond, 0};
    return connection;
}

HostConnection lived(std::uint64_t stream, Nanoseconds first, Nanoseconds heard,
                     bool opened_by_host = false) {
    HostConnection connection;
    connection.host = connection.address = host(1);
    connection.stream = stream;
    connection.first_time = first;
    connection.heard = heard;
    connection.opened_by_host = opened_by_host;
    return connection;
}

// The same whether the book knows beforehand what it will be asked about.
Signs signs(const std::vector<HostConnection>& others, const HostConnection& asked = forgotten()) {
    Signs signs = 0;
    bool awaited = false;
    for (const bool beforehand : {false, true}) {
        HostBook book;
        if (beforehand) book.ask_about(asked);
        book.add(asked);
        for (const HostConnection& other : others) book.add(other);
        book.freeze();
        if (beforehand) {
            CHECK(book.signs_of(asked) == signs);
            CHECK(book.witness_is_awaited(asked) == awaited);
        }
        signs = book.signs_of(asked);
        awaited = book.witness_is_awaited(asked);
    }
    return signs;
}

Signs signs_with_announcement(Nanoseconds time, const HostConnection& asked = forgotten(),
                              std::uint8_t of = 1) {
    HostBook book;
    book.add(asked);
    book.announce(host(of), time, 0, 77);
    book.freeze();
    const FrameTrail evidence = book.evidence_of(asked, 0);
    CHECK(evidence.count == ((book.signs_of(asked) & kSignAnnouncement) != 0 ? 1 : 0));
    CHECK((evidence.count == 0 || evidence.frames[0] == 77));
    CHECK(book.evidence_of(asked, 1).count == 0);
    return book.signs_of(asked);
}

constexpr Nanoseconds kTick = 1;

TEST_CASE("alone a forgotten connection shows no more of its host than silence") {
    CHECK(signs({}) == kSignHostSilent);
}

TEST_CASE("an announcement counts after five seconds of silence, up to a second after the RST") {
    constexpr Signs kBoth = kSignAnnouncement | kSignHostSilent;
    CHECK(signs_with_announcement(105 * kSecond - kTick) == kSignHostSilent);
    CHECK(signs_with_announcement(105 * kSecond) == kBoth);
    CHECK(signs_with_announcement(201 * kSecond) == kBoth);
    CHECK(signs_with_announcement(201 * kSecond + kTick) == kSignHostSilent);
    CHECK(signs_with_announcement(150 * kSecond, forgotten(), 2) == kSignHostSilent);
}

TEST_CASE("an announcement of a host that spoke just before is none of a boot") {
    const auto announced_after = [](Nanoseconds heard) {
        Signs signs = 0;
        for (const bool beforehand : {false, true}) {
            HostBook book;
            if (beforehand) book.ask_about(forgotten());
            book.add(forgotten());
            book.add(lived(2, 0, heard));
            book.announce(host(1), 150 * kSecond, 0, 77);
            book.freeze();
            if (beforehand) CHECK(book.signs_of(forgotten()) == signs);
            signs = book.signs_of(forgotten());
        }
        return (signs & kSignAnnouncement) != 0;
    };
    CHECK(announced_after(145 * kSecond));
    CHECK_FALSE(announced_after(145 * kSecond + kTick));
}

TEST_CASE("nor is any after one across which a connection of the host went on") {
    const auto announced_since = [](Nanoseconds time) {
        Signs signs = 0;
        for (const bool beforehand : {false, true}) {
            HostBook book;
            if (beforehand) book.ask_about(forgotten());
            book.add(forgotten());
            book.add(lived(2, 0, 99 * kSecond));
            book.announce(host(1), time, 0, 76);
            book.announce(host(1), 150 * kSecond, 0, 77);
            book.freeze();
            if (beforehand) CHECK(book.signs_of(forgotten()) == signs);
            signs = book.signs_of(forgotten());
        }
        return (signs & kSignAnnouncement) != 0;
    };
    CHECK_FALSE(announced_since(50 * kSecond));
    CHECK_FALSE(announced_since(100 * kSecond - kTick));
    CHECK(announced_since(100 * kSecond));
    // It may belong to the boot after which the connection was opened.
    CHECK_FALSE(announced_since(10 * kSecond + kTick));
    CHECK(announced_since(10 * kSecond));
}

TEST_CASE("nor is one that the host's other frames do not end a silence with") {
    HostConnection asked = forgotten();
    asked.quiet[0] = {145 * kSecond, 200 * kSecond, 0};
    CHECK((signs_with_announcement(150 * kSecond, asked) & kSignAnnouncement) != 0);
    CHECK((signs_with_announcement(150 * kSecond - kTick, asked) & kSignAnnouncement) == 0);
    asked.quiet[0] = {100 * kSecond, 140 * kSecond, 0};
    CHECK((signs_with_announcement(150 * kSecond, asked) & kSignAnnouncement) != 0);
    CHECK((signs_with_announcement(150 * kSecond + kTick, asked) & kSignAnnouncement) == 0);
}

TEST_CASE("an older connection survives if it is heard after the RST") {
    CHECK(signs({lived(2, 100 * kSecond, 200 * kSecond + kTick)}) == (kSignOlderSurvives | kSignHostHeard));
    CHECK(signs({lived(2, 100 * kSecond, 200 * kSecond)}) == kSignHostHeard);
    CHECK(signs({lived(2, 100 * kSecond + kTick, 300 * kSecond)}) == kSignHostHeard);
}

TEST_CASE("another connection is lost likewise if it is in the same silence") {
    constexpr Signs kLost = kSignOthersLost | kSignHostSilent;
    HostConnection other = forgotten(2);
    CHECK(signs({other}) == kLost);
    other.reset = 150 * kSecond;
    CHECK(signs({other}) == kLost);
    other.heard = 195 * kSecond;
    other.reset = 210 * kSecond;
    CHECK(signs({other}) == kLost);
    other.heard += kTick;
    CHECK(signs({other}) == kSignHostHeard);
    other.heard = 50 * kSecond;
    other.reset = 100 * kSecond;
    CHECK(signs({other}) == kSignHostSilent);
}

TEST_CASE("that connections were lost which a middlebox forgets as well proves nothing") {
    const auto lost_after = [](Nanoseconds idle) {
        HostConnection asked = forgotten();
        asked.reset = 100 * kSecond + idle;
        asked.quiet[0].to = asked.reset;
        HostConnection other = asked;
        other.stream = 2;
        return signs({other}, asked);
    };
    CHECK(lost_after(238 * kSecond - kTick) == (kSignOthersLost | kSignHostSilent));
    CHECK(lost_after(238 * kSecond) == kSignHostSilent);
}

TEST_CASE("another connection that is found lost long before or after says nothing of this one") {
    const auto found_lost = [](Nanoseconds reset) {
        HostConnection asked = forgotten();
        asked.heard = 300 * kSecond;
        asked.reset = 500 * kSecond;
        asked.quiet[0] = {300 * kSecond, 500 * kSecond, 0};
        HostConnection other = asked;
        other.stream = 2;
        other.reset = reset;
        return (signs({other}, asked) & kSignOthersLost) != 0;
    };
    CHECK(found_lost(310 * kSecond));
    CHECK(found_lost(538 * kSecond - kTick));
    CHECK_FALSE(found_lost(538 * kSecond));

    HostConnection idle = forgotten();
    idle.reset = 100 * kSecond + 48 * 3'600 * kSecond;
    idle.quiet[0].to = idle.reset;
    HostConnection other = forgotten(2);
    CHECK(signs({other}, idle) == kSignHostSilent);
    CHECK(signs({idle}, other) == kSignHostSilent);
}

TEST_CASE("one that was idle for long needs two others that were not") {
    HostConnection idle = forgotten();
    idle.heard = 0;
    idle.reset = 260 * kSecond;
    idle.quiet[0] = {100 * kSecond, 200 * kSecond, 0};
    CHECK((signs({forgotten(2)}, idle) & kSignOthersLost) == 0);
    CHECK((signs({forgotten(2), forgotten(3)}, idle) & kSignOthersLost) != 0);
}

TEST_CASE("who is silent for about as long again and again is heard that seldom") {
    std::vector<HostConnection> others;
    for (const Nanoseconds at : {140, 175})
        others.push_back(lived(2 + others.size(), at * kSecond, at * kSecond));
    CHECK(signs(others) == kSignHostHeard);
    others.pop_back();
    CHECK(signs(others) == kSignHostSilent);
}

TEST_CASE("other frames of the host than TCP segments end its silence") {
    HostConnection asked = forgotten();
    asked.quiet[0] = {100 * kSecond, 105 * kSecond, 0};
    CHECK(signs({}, asked) == kSignHostSilent);
    asked.quiet[0].to -= kTick;
    CHECK(signs({}, asked) == kSignHostHeard);
    asked.quiet[0] = {};
    CHECK(signs({}, asked) == kSignHostHeard);
}

TEST_CASE("three connections that the host opens within ten seconds are a burst") {
    const auto burst = [](Nanoseconds first, Nanoseconds last) {
        return signs(
                   {lived(2, last, last, true), lived(3, first, first, true), lived(4, first, first, true)}) &
               kSignNewConnections;
    };
    CHECK(burst(150 * kSecond, 160 * kSecond) == kSignNewConnections);
    CHECK(burst(150 * kSecond, 160 * kSecond + kTick) == 0);
    CHECK(burst(205 * kSecond, 210 * kSecond) == kSignNewConnections);
    CHECK(burst(205 * kSecond, 210 * kSecond + kTick) == 0);
    CHECK(burst(100 * kSecond + kTick, 105 * kSecond) == kSignNewConnections);
    CHECK(burst(100 * kSecond, 105 * kSecond) == 0);
    CHECK(signs({lived(2, 150 * kSecond, 150 * kSecond), lived(3, 150 * kSecond, 150 * kSecond),
                 lived(4, 150 * kSecond, 150 * kSecond)}) == kSignHostSilent);
}

TEST_CASE("a host that opens connections all the time does not burst") {
    const auto burst = [](Nanoseconds before) {
        return signs({lived(2, before, before, true), lived(3, 104 * kSecond, 104 * kSecond, true),
                      lived(4, 108 * kSecond, 108 * kSecond, true),
                      lived(5, 112 * kSecond, 112 * kSecond, true)}) &
               kSignNewConnections;
    };
    CHECK(burst(99 * kSecond - kTick) == kSignNewConnections);
    CHECK(burst(99 * kSecond) == 0);
}

TEST_CASE("the evidence of a host goes among that of the connection") {
    HostBook book;
    book.add(forgotten());
    book.announce(host(1), 150 * kSecond, 0, 5);
    for (const std::uint64_t frame : {9U, 8U, 7U, 6U}) {
        HostConnection opened =
            lived(frame, 150 * kSecond + static_cast<Nanoseconds>(frame), 160 * kSecond, true);
        opened.first_frame = frame;
        book.add(opened);
    }
    book.freeze();
    Finding finding;
    for (const std::uint64_t frame : {3U, 7U, 10U}) finding.add_evidence(frame);
    add_host_evidence(finding, book.evidence_of(forgotten(), 0));
    const std::vector<std::uint64_t> frames(finding.evidence.begin(),
                                            finding.evidence.begin() + finding.evidence_count);
    CHECK(frames == std::vector<std::uint64_t>{3, 5, 6, 7, 8, 10});
}

TEST_CASE("what is asked is known beforehand or not: the answers are the same") {
    std::mt19937 random(1);
    const auto second = [&](int most) {
        return static_cast<int>(random() % static_cast<unsigned>(most)) * kSecond;
    };
    for (int round = 0; round < 3000; ++round) {
        HostConnection asked = forgotten();
        asked.heard = second(200);
        asked.quiet[0] = {asked.heard, asked.reset, 0};
        std::vector<HostConnection> others;
        for (std::uint64_t stream = 2; stream < 2 + random() % 8; ++stream) {
            const Nanoseconds first = second(215);
            others.push_back(lived(stream, first, first + second(60), random() % 3 == 0));
            others.back().open = random() % 4 != 0;
            if (random() % 6 == 0) others.back().reset = others.back().heard + second(50);
        }
        signs(others, asked);
    }
}

TEST_CASE("connections of other addresses of its machine are not lost with it: one may answer for several") {
    HostConnection other = forgotten(2);
    CHECK((signs({other}) & kSignOthersLost) != 0);
    other.address = host(2);
    CHECK((signs({other}) & kSignOthersLost) == 0);
}

TEST_CASE("another host's connections say nothing") {
    HostConnection other = forgotten(2);
    other.host = host(2);
    CHECK(signs({other}) == kSignHostSilent);
}

}  // namespace
}  // namespace deadpeer
