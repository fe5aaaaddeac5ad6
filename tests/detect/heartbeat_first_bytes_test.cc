// First bytes of messages: whatever order, overlap or distance segments have.
#include "detect/heartbeat_first_bytes.h"

#include <random>
#include <string>

#include "support/catch.h"

namespace {

using deadpeer::FirstBytes;
using deadpeer::Seq;

void add(FirstBytes& first, std::uint32_t seq, const std::string& text) {
    first.add(Seq(seq), {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string text(const FirstBytes& first) {
    return {first.bytes().begin(), first.bytes().end()};
}

}  // namespace

TEST_CASE("segments are put together in the order of the stream") {
    FirstBytes first(Seq(100));
    add(first, 104, "ef");
    CHECK(text(first).empty());
    add(first, 100, "ab");
    CHECK(text(first) == "ab");
    add(first, 102, "cd");
    CHECK(text(first) == "abcdef");
}

TEST_CASE("the first to say a byte is believed, whatever overlaps") {
    FirstBytes first(Seq(100));
    add(first, 100, "abcd");
    add(first, 98, "--XXXXef");
    CHECK(text(first) == "abcdef");
    add(first, 100, "again!");
    CHECK(text(first) == "abcdef");
}

TEST_CASE("what lies before the message or far ahead is left aside") {
    FirstBytes first(Seq(100));
    add(first, 90, "before");
    add(first, 100 + 64, "behind");
    add(first, 100 + 0x7fffffffU, "far ahead");
    add(first, 100 + 0x80000000U, "on the other side");
    add(first, 100 + 0x80000001U, "far back");
    CHECK(text(first).empty());
    add(first, 100, "");
    add(first, 100, "here");
    CHECK(text(first) == "here");
}

TEST_CASE("64 bytes are kept") {
    FirstBytes first(Seq(0xffffffe0));
    add(first, 0xffffffe0, std::string(63, 'a'));
    add(first, 31, std::string(1400, 'b'));
    CHECK(text(first) == std::string(63, 'a') + "b");
    add(first, 32, "c");
    CHECK(first.bytes().size() == 64);
}

TEST_CASE("the sequence number may wrap between segments and inside of them") {
    FirstBytes first(Seq(0xfffffffe));
    add(first, 2, "ef");
    add(first, 0xfffffffe, "abc");
    add(first, 1, "d");
    CHECK(text(first) == "abcdef");
}

TEST_CASE("any segments whatever give the stream's own bytes") {
    std::mt19937 random(1);
    std::string stream(256, ' ');
    for (char& c : stream) c = static_cast<char>(random());
    for (int round = 0; round < 2000; ++round) {
        const std::uint32_t base = round % 2 == 0 ? 0xffffffd0U : static_cast<std::uint32_t>(random());
        FirstBytes first(Seq(base + 64));
        for (int i = 0; i < 12; ++i) {
            const std::uint32_t from = static_cast<std::uint32_t>(random() % 200);
            const std::uint32_t length = static_cast<std::uint32_t>(random() % 56);
            add(first, base + from, stream.substr(from, length));
        }
        const std::string got = text(first);
        REQUIRE(got.size() <= FirstBytes::kMostBytes);
        REQUIRE(got == stream.substr(64, got.size()));
    }
}
