#include "correlate/shared_addresses.h"

#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr Scope kRed = scope_of(ScopeKind::kVni, 1);
constexpr Scope kBlue = scope_of(ScopeKind::kVni, 2);

// From 10.0.0.1 to 10.0.0.2 port 80.
Segment segment(std::uint16_t port, double seconds, std::uint32_t seq) {
    Segment sent;
    sent.key.low_address = {0x0100000a, 0};
    sent.key.high_address = {0x0200000a, 0};
    sent.key.low_port = port;
    sent.key.high_port = 80;
    sent.time = static_cast<Nanoseconds>(seconds * 1e9);
    sent.seq = seq;
    return sent;
}

struct Stretch {
    std::uint16_t port = 1024;
    Scope network = 0;
    double from = 0;
    double until = 0;
    std::uint32_t seq = 1000;
};

// Each sends every 300 ms.
int shared(const std::vector<Stretch>& stretches) {
    SharedAddresses addresses(7);
    int count = 0;
    for (double now = 0; now < 20; now += 0.3) {
        for (const auto& [port, network, from, until, seq] : stretches) {
            if (now < from || now > until) continue;
            count += addresses.note(segment(port, now, seq + static_cast<std::uint32_t>(now * 10)), network);
        }
    }
    return count;
}

}  // namespace

TEST_CASE("two networks have connections of their own between the same addresses") {
    CHECK(shared({{1024, kRed, 0, 10}, {1025, kBlue, 0, 10}}) == 1);
    CHECK(shared({{1024, kRed, 0, 10}, {1025, kRed, 0, 10}, {1026, kBlue, 8, 10}}) == 1);
    CHECK(shared({{1024, kRed, 0, 10, 5}, {1024, kBlue, 0, 10, 2'000'000'000}}) == 1);  // the same ports
}

TEST_CASE("a path leads from one network into another") {
    CHECK(shared({{1024, kRed, 0, 10}, {1024, kBlue, 0, 10}, {1025, kRed, 0, 10}, {1025, kBlue, 0, 10}}) ==
          0);
    std::vector<Stretch> many;
    for (std::uint16_t port = 1024; port < 1040; ++port)
        for (const Scope network : {kRed, kBlue}) many.push_back({port, network, 0, 10});
    CHECK(shared(many) == 0);
}

TEST_CASE("what is not at once may have moved") {
    CHECK(shared({{1024, kRed, 0, 10}, {1025, kBlue, 10.1, 20}}) == 0);
    CHECK(shared({{1024, kRed, 0, 10}, {1025, kRed, 10.1, 20}}) == 0);
    CHECK(shared({{1024, kRed, 0, 10}, {1025, kBlue, 9.2, 10}}) == 0);  // too short to tell
}

TEST_CASE("the way back may lead through other networks") {
    SharedAddresses addresses(7);
    bool is_shared = false;
    for (int i = 0; i < 30; ++i) {
        Segment there = segment(1024, i * 0.3, 1000);
        is_shared |= addresses.note(there, kRed);
        there.direction = Direction::kFromHigh;
        is_shared |= addresses.note(there, kBlue);
    }
    CHECK_FALSE(is_shared);
    CHECK(addresses.memory() > 0);
    CHECK(addresses.memory() < std::size_t{128} << 10);
}

}  // namespace deadpeer
