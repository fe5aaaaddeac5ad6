// Whether a RST is taken, in each state of its receiver, sent by either end, at each edge of what is heeded.
#include "tcp/accepts.h"

#include <memory>

#include "support/catch.h"
#include "tcp/advance.h"

namespace deadpeer {
namespace {

constexpr std::uint32_t kAIsn = 1000;
constexpr std::uint32_t kBIsn = 0xffff'fff0;  // numbers wrap soon

// Where A is the low end and where it is the high one, with numbers in either half of their space.
struct Place {
    Direction a;
    std::uint32_t shift;  // of all numbers
};
constexpr std::array<Place, 4> kPlaces = {Place{Direction::kFromLow, 0}, Place{Direction::kFromLow, 1U << 31},
                                          Place{Direction::kFromHigh, 0},
                                          Place{Direction::kFromHigh, 1U << 31}};

// A connection, segment by segment.
class Bench {
public:
    explicit Bench(const Place& place) : a_(place.a), shift_(place.shift) {}

    struct Sent {
        std::uint16_t flags = 0;
        std::uint32_t seq = 0;
        std::uint32_t ack = 0;
        std::uint32_t length = 0;
        std::uint16_t window = 500;
        std::uint8_t scale = kNoWindowScale;
    };

    Bench& from_a(const Sent& sent) { return take(segment(a_, sent)); }
    Bench& from_b(const Sent& sent) { return take(segment(opposite(a_), sent)); }
    Bench& syn() { return from_a({.flags = kSyn, .seq = kAIsn, .scale = 2}); }
    Bench& syn_ack() { return from_b({.flags = kSyn | kAck, .seq = kBIsn, .ack = kAIsn + 1, .scale = 2}); }
    Bench& third() { return from_a({.flags = kAck, .seq = kAIsn + 1, .ack = kBIsn + 1}); }
    Bench& open() { return syn().syn_ack().third(); }
    Bench& a_closes() { return from_a({.flags = kFin | kAck, .seq = kAIsn + 1, .ack = kBIsn + 1}); }
    Bench& b_closes(std::uint32_t ack) {
        return from_b({.flags = kFin | kAck, .seq = kBIsn + 1, .ack = ack});
    }

    [[nodiscard]] TcpState a() const { return state_of(ends(), a_); }
    [[nodiscard]] TcpState b() const { return state_of(ends(), opposite(a_)); }
    [[nodiscard]] Acceptance reset_by_a(std::uint32_t seq, std::uint16_t flags = kRst,
                                        std::uint32_t ack = 0) const {
        return acceptance_of(ends(), segment(a_, {.flags = flags, .seq = seq, .ack = ack}));
    }
    [[nodiscard]] Acceptance reset_by_b(std::uint32_t seq, std::uint16_t flags = kRst,
                                        std::uint32_t ack = 0) const {
        return acceptance_of(ends(), segment(opposite(a_), {.flags = flags, .seq = seq, .ack = ack}));
    }

private:
    [[nodiscard]] Ends ends() const { return {tcp_, sent_, a_, syn_seen_, syn_ack_seen_, fin_seen_}; }
    [[nodiscard]] Segment segment(Direction direction, const Sent& sent) const {
        Segment segment;
        segment.direction = direction;
        segment.time = kSecond;
        segment.flags = sent.flags;
        segment.seq = sent.seq + shift_;
        segment.ack = sent.ack + ((sent.flags & kAck) != 0 ? shift_ : 0);
        segment.payload_length = sent.length;
        segment.window = sent.window;
        segment.window_scale = sent.scale;
        segment.header_length = 20;
        return segment;
    }
    Bench& take(const Segment& segment) {
        if (segment.has(kSyn)) (segment.has(kAck) ? syn_ack_seen_ : syn_seen_) = true;
        if (segment.has(kFin))
            fin_seen_ = static_cast<std::uint8_t>((fin_seen_ | 1U << index(segment.direction)) & 3U);
        count(sent_[index(segment.direction)], segment, *pool_);
        acknowledge(sent_[index(opposite(segment.direction))], segment, *pool_);
        const Rules rules = rules_of(WiresharkRelease::k4_6);
        begin(tcp_, segment, false);
        advance(tcp_, segment, {}, rules, *pool_);
        learn_options(tcp_, segment, rules);
        return *this;
    }

    Direction a_;
    std::uint32_t shift_;
    TcpStream tcp_;
    std::array<SentData, 2> sent_{};
    std::shared_ptr<RangePool> pool_ = std::make_shared<RangePool>();
    bool syn_seen_ = false;
    bool syn_ack_seen_ = false;
    std::uint8_t fin_seen_ = 0;
};

constexpr auto kTaken = Acceptance::kTaken;
constexpr auto kDoubtful = Acceptance::kDoubtful;
constexpr auto kDropped = Acceptance::kDropped;
constexpr std::uint32_t kA = kAIsn + 1;
constexpr std::uint32_t kB = kBIsn + 1;
constexpr std::uint32_t kWindow = 500 << 2;

TEST_CASE("SYN-SENT takes a RST that acknowledges the SYN, wherever it lies") {
    for (const Place& place : kPlaces) {
        const Bench bench = Bench(place).syn();
        CHECK(bench.a() == TcpState::kSynSent);
        CHECK(bench.b() == TcpState::kUnseen);
        CHECK(bench.reset_by_b(0, kRst | kAck, kA) == kTaken);
        CHECK(bench.reset_by_b(123456, kRst | kAck, kA) == kTaken);
        CHECK(bench.reset_by_b(0, kRst | kAck, kAIsn) == kDropped);
        CHECK(bench.reset_by_b(0, kRst | kAck, kA + 1) == kDropped);
        CHECK(bench.reset_by_b(0, kRst, kA) == kDropped);
        CHECK(bench.reset_by_b(0) == kDropped);
    }
}

TEST_CASE("an ACK of something else leaves the initiator in SYN-SENT") {
    for (const Place& place : kPlaces) {
        const Bench bench = Bench(place).syn().from_b({.flags = kAck, .seq = 70, .ack = 90});
        CHECK(bench.a() == TcpState::kSynSent);
        CHECK(bench.reset_by_b(70, kRst | kAck, kAIsn) == kDropped);
        CHECK(bench.reset_by_a(90) == kTaken);
    }
}

TEST_CASE("SYN-RECEIVED takes a RST at the number after the SYN") {
    for (const Place& place : kPlaces) {
        const Bench bench = Bench(place).syn().syn_ack();
        CHECK(bench.b() == TcpState::kSynReceived);
        CHECK(bench.reset_by_a(kA) == kTaken);
        CHECK(bench.reset_by_a(kA, kRst | kAck, kB) == kTaken);
        CHECK(bench.reset_by_a(kAIsn) == kDropped);
        CHECK(bench.reset_by_a(kA + 1) == kDoubtful);
        CHECK(bench.reset_by_a(kA + 499) == kDoubtful);
        CHECK(bench.reset_by_a(kA + 500) == kDropped);  // the window of a SYN is not scaled
        CHECK(bench.reset_by_b(kB) == kTaken);
        CHECK(bench.reset_by_b(kBIsn) == kDropped);
    }
}

TEST_CASE("ESTABLISHED takes a RST at RCV.NXT, doubts it in the window, and drops it outside") {
    for (const Place& place : kPlaces) {
        Bench bench = Bench(place).open();
        CHECK(bench.a() == TcpState::kEstablished);
        CHECK(bench.b() == TcpState::kEstablished);
        CHECK(bench.reset_by_b(kB) == kTaken);
        CHECK(bench.reset_by_b(kB - 1) == kDropped);
        CHECK(bench.reset_by_b(kB + 1) == kDoubtful);
        CHECK(bench.reset_by_b(kB + kWindow - 1) == kDoubtful);
        CHECK(bench.reset_by_b(kB + kWindow) == kDropped);
        CHECK(bench.reset_by_a(kA) == kTaken);
        CHECK(bench.reset_by_a(kA - 1) == kDropped);
        // What is on its way may have arrived.
        bench.from_b({.flags = kAck, .seq = kB, .ack = kA, .length = 100});
        CHECK(bench.reset_by_b(kB + 100) == kTaken);
        CHECK(bench.reset_by_b(kB) == kTaken);
        CHECK(bench.reset_by_b(kB + 101) == kDoubtful);
        // Acknowledged: it has.
        bench.from_a({.flags = kAck, .seq = kA, .ack = kB + 100});
        CHECK(bench.reset_by_b(kB + 99) == kDropped);
        CHECK(bench.reset_by_b(kB + 100) == kTaken);
    }
}

TEST_CASE("a closed window takes a RST at RCV.NXT only") {
    for (const Place& place : kPlaces) {
        const Bench bench = Bench(place).open().from_a({.flags = kAck, .seq = kA, .ack = kB, .window = 0});
        CHECK(bench.reset_by_b(kB) == kTaken);
        CHECK(bench.reset_by_b(kB + 1) == kDropped);
        CHECK(bench.reset_by_b(kB - 1) == kDropped);
    }
}

TEST_CASE("each state of the close") {
    for (const Place& place : kPlaces) {
        Bench bench = Bench(place).open().a_closes();
        CHECK(bench.a() == TcpState::kFinWait1);
        CHECK(bench.b() == TcpState::kCloseWait);
        CHECK(bench.reset_by_b(kB) == kTaken);
        CHECK(bench.reset_by_b(kB - 1) == kDropped);
        CHECK(bench.reset_by_a(kA + 1) == kTaken);
        CHECK(bench.reset_by_a(kA + 2) == kDoubtful);

        Bench acknowledged = bench;
        acknowledged.from_b({.flags = kAck, .seq = kB, .ack = kA + 1});
        CHECK(acknowledged.a() == TcpState::kFinWait2);
        CHECK(acknowledged.reset_by_b(kB) == kTaken);
        CHECK(acknowledged.reset_by_b(kB - 1) == kDropped);
        CHECK(acknowledged.reset_by_a(kA) == kTaken);  // at its FIN
        CHECK(acknowledged.reset_by_a(kA - 1) == kDropped);

        Bench last = acknowledged;
        last.b_closes(kA + 1);
        CHECK(last.a() == TcpState::kTimeWait);
        CHECK(last.b() == TcpState::kLastAck);
        last.from_a({.flags = kAck, .seq = kA + 1, .ack = kB + 1});
        CHECK(last.a() == TcpState::kTimeWait);
        CHECK(last.b() == TcpState::kTimeWait);
        CHECK(last.reset_by_b(kB + 1) == kTaken);
        CHECK(last.reset_by_b(kB + kWindow + 1) == kDropped);

        Bench closing = bench;
        closing.b_closes(kA);
        CHECK(closing.a() == TcpState::kClosing);
        CHECK(closing.b() == TcpState::kClosing);
        CHECK(closing.reset_by_b(kB + 1) == kTaken);
        CHECK(closing.reset_by_b(kB - 2) == kDropped);
    }
}

TEST_CASE("of a side that was not seen nothing is known") {
    for (const Place& place : kPlaces) {
        const Bench bench = Bench(place).from_a({.flags = kAck, .seq = kA, .ack = kB});
        CHECK(bench.b() == TcpState::kUnseen);
        CHECK(bench.reset_by_a(77) == kTaken);
        // Its scale is not known either: the largest counts.
        CHECK(bench.reset_by_b(kB) == kTaken);
        CHECK(bench.reset_by_b(kB - 1) == kDropped);
        CHECK(bench.reset_by_b(kB + (500U << 14U) - 1) == kDoubtful);
        CHECK(bench.reset_by_b(kB + (500U << 14U)) == kDropped);
    }
}

TEST_CASE("what acknowledges nothing, or is dropped, tells nothing of what its sender expects") {
    using Sent = Bench::Sent;
    const std::uint32_t wild = kB + (1U << 24);
    for (const Place& place : kPlaces) {
        for (const Sent& stray :
             {Sent{.flags = kRst, .seq = wild, .window = 0},
              Sent{.flags = kRst, .seq = wild, .ack = 77, .window = 0},
              Sent{.flags = kRst | kAck, .seq = wild, .ack = kA + (1U << 24), .window = 0},
              Sent{.seq = wild, .ack = 77, .window = 0}}) {
            Bench bench = Bench(place).open();
            for (int times = 0; times < 2; ++times) {
                bench.from_b(stray);
                CHECK(bench.reset_by_a(kA) == kTaken);
                CHECK(bench.reset_by_a(kA - 1) == kDropped);
                CHECK(bench.reset_by_a(kA + 1) == kDoubtful);
                CHECK(bench.reset_by_a(kA + (UINT16_MAX << 2)) == kDropped);
            }
            bench.from_a({.flags = kAck, .seq = kA, .ack = kB, .length = 100});
            bench.from_b({.flags = kAck, .seq = kB, .ack = kA + 100});
            CHECK(bench.reset_by_a(kA + 99) == kDropped);
            CHECK(bench.reset_by_a(kA + 100) == kTaken);
        }
    }
}

TEST_CASE("of a side that has acknowledged nothing nobody knows what it expects") {
    for (const Place& place : kPlaces) {
        const Bench bench = Bench(place)
                                .from_a({.flags = kAck, .seq = kA, .ack = kB})
                                .from_b({.flags = kRst, .seq = kB + (1U << 24)});
        CHECK(bench.reset_by_a(kA) == kTaken);
    }
}

}  // namespace
}  // namespace deadpeer
