// Header prediction against what it stands for: classify(), advance() and learn_options().
#include "tcp/prediction.h"

#include <algorithm>
#include <random>
#include <tuple>

#include "support/catch.h"
#include "tcp/advance.h"
#include "tcp/classify.h"

namespace deadpeer {
namespace {

// Two ends that mostly send in order; the rest lies on and around what prediction looks at.
class Traffic {
public:
    explicit Traffic(std::uint64_t seed) : random_(seed), next_{Seq(start()), Seq(start())} {}

    Segment next() {
        Segment segment;
        const auto from = static_cast<std::size_t>(one_in(2));
        segment.direction = static_cast<Direction>(from);
        time_ += pick({0, 1000, kMillisecond, 30 * kMillisecond, 2 * kSecond, -kMillisecond});
        segment.time = one_in(200) ? kNoTime : time_;
        segment.header_length = 20;
        segment.seq = (next_[from] + near()).value();
        segment.ack = (next_[1 - from] + near()).value();
        segment.payload_length = static_cast<std::uint32_t>(pick({0, 0, 1, 2, 256, 1460}));
        if (one_in(300)) segment.payload_length = 0x8000'0000U;
        segment.window = static_cast<std::uint16_t>(one_in(30) ? pick({0, 1, 256, 1460}) : 512 + one_in(8));
        segment.flags = kAck;
        if (one_in(40))
            segment.flags = static_cast<std::uint16_t>(pick({0, kSyn, kSyn | kAck, kRst, kFin | kAck}));
        if (segment.has(kSyn)) segment.window_scale = static_cast<std::uint8_t>(pick({0, 7, kNoWindowScale}));
        if (one_in(50)) segment.mptcp_subtypes = static_cast<std::uint8_t>(pick({1, 2, 6}));
        if (one_in(30)) {
            segment.sack_blocks = 1;
            segment.sack[0] = {segment.ack + 100, segment.ack + 200};
        }
        segment.options_complete = true;
        segment.analysed = !one_in(100);
        const Seq end =
            Seq(segment.seq) + (segment.payload_length & 0xffffU) + (segment.has(kSyn | kFin) ? 1 : 0);
        if (end.after(next_[from])) next_[from] = end;
        return segment;
    }

private:
    std::uint32_t start() { return one_in(2) ? static_cast<std::uint32_t>(random_()) : 0U - 5000U; }
    bool one_in(unsigned n) { return random_() % n == 0; }
    std::int64_t pick(std::initializer_list<std::int64_t> of) {
        return of.begin()[static_cast<std::size_t>(random_() % of.size())];
    }
    std::uint32_t near() {
        return one_in(12) ? static_cast<std::uint32_t>(pick({-1460, -1, 1, 1460, 100'000})) : 0U;
    }

    std::mt19937_64 random_;
    std::array<Seq, 2> next_;
    Nanoseconds time_ = 1000 * kSecond;
};

struct Analysis {
    TcpStream stream;
    RangePool pool;

    Labels take(const Segment& segment, const Rules& rules) {
        Labels labels;
        if (segment.analysed) {
            labels = classify(stream, segment, rules, pool);
            advance(stream, segment, labels, rules, pool);
        }
        learn_options(stream, segment, rules);
        return labels;
    }
};

bool same_ranges(RangeList a, const RangePool& of_a, RangeList b, const RangePool& of_b) {
    return std::ranges::equal(of_a.ranges(a), of_b.ranges(b), [](const SeqRange& x, const SeqRange& y) {
        return x.start == y.start && x.end == y.end;
    });
}

auto values(const HalfStream& side) {
    return std::tuple(side.last_time, side.next_seq_time, side.isn.value(), side.next_seq.value(),
                      side.mark.value(), side.last_ack.value(), side.window, side.last_labels,
                      side.raising_length, side.window_scale, side.duplicate_acks, bool{side.isn_set},
                      bool{side.seen}, bool{side.first_ack}, bool{side.window_closed},
                      bool{side.rcv_next_known}, bool{side.rcv_next_aside});
}

bool same(const Analysis& a, const Analysis& b) {
    const auto of_both = [](const TcpStream& stream) {
        return std::tuple(stream.handshake, bool{stream.rtt_known}, bool{stream.close_seen},
                          unsigned{stream.mptcp_news});
    };
    if (of_both(a.stream) != of_both(b.stream)) return false;
    for (std::size_t i = 0; i < 2; ++i) {
        const HalfStream& x = a.stream.halves[i];
        const HalfStream& y = b.stream.halves[i];
        if (values(x) != values(y) || !same_ranges(x.unacked, a.pool, y.unacked, b.pool) ||
            !same_ranges(x.sack_blocks(), a.pool, y.sack_blocks(), b.pool)) {
            return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("what is predicted has no label and leaves the state that it always leaves") {
    const auto release = GENERATE(WiresharkRelease::k4_0, WiresharkRelease::k4_4, WiresharkRelease::k4_6);
    const Rules rules = rules_of(release);
    int predicted = 0;
    int labelled = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Traffic traffic(seed);
        Analysis all;
        Analysis quick;
        for (int i = 0; i < 200; ++i) {
            const Segment segment = traffic.next();
            const bool as_expected = is_predicted(quick.stream, segment);
            const Labels labels = all.take(segment, rules);
            if (as_expected) {
                REQUIRE(labels.empty());
                take_predicted(quick.stream, segment, quick.pool);
                ++predicted;
            } else {
                quick.take(segment, rules);
                if (!labels.empty()) ++labelled;
            }
            REQUIRE(same(quick, all));
        }
    }
    // Both ways are walked.
    CHECK(predicted > 3000);
    CHECK(labelled > 5000);
}

}  // namespace deadpeer
