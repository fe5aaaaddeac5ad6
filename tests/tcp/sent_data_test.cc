#include "tcp/sent_data.h"

#include <random>
#include <set>

#include "support/catch.h"

namespace deadpeer {
namespace {

Segment segment(std::uint32_t seq, std::uint32_t length, std::uint16_t flags = kAck) {
    Segment made;
    made.seq = seq;
    made.payload_length = length;
    made.flags = flags;
    return made;
}

struct Sender {
    RangePool pool;
    SentData sent;

    void send(std::uint32_t seq, std::uint32_t length, std::uint16_t flags = kAck) {
        count(sent, segment(seq, length, flags), pool);
    }
    void acknowledged(std::uint32_t ack, std::uint16_t flags = kAck) {
        Segment made = segment(0, 0, flags);
        made.ack = ack;
        acknowledge(sent, made, pool);
    }
    [[nodiscard]] std::uint64_t bytes() const { return sent.payload_bytes; }
};

TEST_CASE("SYN and FIN take a number and are no payload") {
    Sender a;
    a.send(1000, 0, kSyn);
    CHECK(a.sent.next == Seq(1001));
    a.send(1001, 10);
    a.send(1011, 5, kFin | kAck);
    CHECK(a.sent.next == Seq(1017));
    CHECK(a.bytes() == 15);
    CHECK(a.sent.segments == 3);
}

TEST_CASE("each octet counts once") {
    Sender a;
    a.send(100, 10);
    a.send(100, 10);
    CHECK(a.bytes() == 10);
    a.send(105, 10);
    CHECK(a.bytes() == 15);
    a.send(90, 50);  // what lies before the first segment is not known to be new
    CHECK(a.bytes() == 40);
}

TEST_CASE("holes count when they are filled, in any order") {
    Sender a;
    a.send(100, 10);
    a.send(150, 10);
    CHECK(a.bytes() == 20);
    a.send(120, 10);  // splits the hole
    CHECK(a.bytes() == 30);
    CHECK(a.pool.size(a.sent.holes) == 2);
    a.send(105, 20);
    CHECK(a.bytes() == 40);
    a.send(100, 60);
    CHECK(a.bytes() == 60);
    CHECK(a.sent.holes.empty());
}

TEST_CASE("a reset moves nothing") {
    Sender a;
    a.send(100, 10);
    a.send(500, 5, kRst | kAck);
    CHECK(a.sent.next == Seq(110));
    CHECK(a.bytes() == 10);
    CHECK(a.sent.segments == 2);
}

TEST_CASE("the peer's acknowledgement tells of what was not seen") {
    Sender a;
    a.send(100, 10);
    a.acknowledged(150);
    CHECK(a.sent.next == Seq(150));
    CHECK(a.bytes() == 10);
    a.send(110, 40);
    CHECK(a.bytes() == 50);
    a.acknowledged(120);
    a.acknowledged(999, kRst | kAck);
    a.acknowledged(999, kPsh);
    CHECK(a.sent.next == Seq(150));
}

TEST_CASE("counting survives the wrap-around and matches a set of octets") {
    for (const std::uint32_t base : {5000U, 0xffff'ff00U, 0x7fff'ff00U}) {
        Sender a;
        std::set<std::uint32_t> octets;
        std::mt19937 random(base);
        a.send(base, 1);
        octets.insert(base);
        for (int i = 0; i < 2000; ++i) {
            const auto at = static_cast<std::uint32_t>(random() % 600);
            const auto length = static_cast<std::uint32_t>(random() % 20);
            a.send(base + at, length);
            for (std::uint32_t n = 0; n < length; ++n) octets.insert(base + at + n);
            if (a.bytes() != octets.size()) FAIL("segment " << i << " from " << base);
        }
        CHECK(a.bytes() > 500);
    }
}

TEST_CASE("a SYN with another number starts over") {
    Sender a;
    a.send(100, 10);
    a.send(200, 10);
    renumber(a.sent, segment(9000, 0, kSyn), a.pool);
    CHECK(a.sent.holes.empty());
    a.send(9000, 0, kSyn);
    a.send(9001, 5);
    CHECK(a.bytes() == 25);
    CHECK(a.sent.next == Seq(9006));
}

}  // namespace
}  // namespace deadpeer
