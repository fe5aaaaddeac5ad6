// pcapng: blocks, sections, interfaces.
#include "capture/file/pcapng_parser.h"

#include "capture_bytes.h"
#include "decode/decode.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Lines = std::vector<std::string>;

constexpr std::uint64_t kTicks = 1'600'000'000'123'456;

std::string one_interface() {
    return section() + interface();
}

TEST_CASE("packets of all three kinds are read in either byte order") {
    for (const Order order : {Order::kLittle, Order::kBig}) {
        const std::string data = tcp_frame(61);
        std::string bytes = section(order) + interface(1, 40, {}, order);
        bytes += packet(0, kTicks, data, {}, order);
        bytes += block(2,
                       Bytes(order)
                           .u16(0)
                           .u16(3)
                           .u32(kTicks >> 32)
                           .u32(kTicks & 0xFFFFFFFF)
                           .u32(61)
                           .u32(1500)
                           .add(data)
                           .text(),
                       order);
        bytes += block(3, Bytes(order).u32(1500).add(tcp_frame(40)).text(), order);
        const Reading reading = read_both(bytes);
        CHECK(reading.frames == Lines{"1: 61 of 61 at 1600000000.123456000, if 0, lt 1",
                                      "2: 61 of 1500 at 1600000000.123456000, if 0, lt 1",
                                      "3: 40 of 1500 at no time, if 0, lt 1"});
        CHECK(reading.data == Lines{data, data, tcp_frame(40)});
        CHECK(reading.status == ReadStatus::kEnd);
        CHECK(reading.format == "pcapng");
        CHECK(reading.stats.captured_beyond_snap_length == 2);
        CHECK(reading.stats.dropped_by_capture == 3U);
        CHECK(reading.stats.bytes_read == bytes.size());
    }
}

TEST_CASE("interfaces may be declared late and differ in everything") {
    std::string bytes = section() + interface(1, 96, {{2, "eth0"}});
    bytes += packet(0, kTicks, tcp_frame(60));
    bytes += interface(101, 0, {{2, "tun0"}, {9, "\x09"}, {13, "\x04"}});
    bytes += packet(1, 1'600'000'000'123'456'789, "E---", {{2, little32(2U << 5)}});
    bytes += packet(1, 1'600'000'000'123'456'789, "E---");
    const Reading reading = read_both(bytes);
    CHECK(reading.frames == Lines{"1: 60 of 60 at 1600000000.123456000, if 0, lt 1",
                                  "2: 4 of 4 at 1600000000.123456789, if 1, lt 101, fcs 2",
                                  "3: 4 of 4 at 1600000000.123456789, if 1, lt 101, fcs 4"});
    REQUIRE(reading.interfaces.size() == 2);
    CHECK(reading.interfaces[0].name == "eth0");
    CHECK(reading.interfaces[0].snap_length == 96);
    CHECK(reading.interfaces[1].name == "tun0");
    CHECK(reading.interfaces[1].link_type == 101);
}

TEST_CASE("each section numbers its interfaces anew and has its own byte order") {
    std::string bytes = one_interface() + packet(0, kTicks, tcp_frame(60));
    bytes += section(Order::kBig) + interface(113, 0, {}, Order::kBig) + interface(276, 0, {}, Order::kBig);
    bytes += packet(1, kTicks, tcp_frame(60), {}, Order::kBig);
    bytes += section() + interface(101) + packet(0, kTicks, tcp_frame(60)) + packet(1, kTicks, tcp_frame(60));
    const Reading reading = read_both(bytes);
    CHECK(reading.frames == Lines{"1: 60 of 60 at 1600000000.123456000, if 0, lt 1",
                                  "2: 60 of 60 at 1600000000.123456000, if 2, lt 276",
                                  "3: 60 of 60 at 1600000000.123456000, if 3, lt 101",
                                  "4: 60 of 60 at no time, undeclared"});
    CHECK(reading.interfaces.size() == 4);
}

TEST_CASE("packets of interfaces that were never declared are numbered") {
    std::string bytes = section() + packet(0, kTicks, tcp_frame(60));
    bytes += block(3, Bytes().u32(1500).add(tcp_frame(60)).text());
    bytes += interface() + packet(7, kTicks, tcp_frame(60)) + packet(0, kTicks, tcp_frame(60));
    CHECK(read_both(bytes).frames ==
          Lines{"1: 60 of 60 at no time, undeclared", "2: 60 of 1500 at no time, undeclared",
                "3: 60 of 60 at no time, undeclared", "4: 60 of 60 at 1600000000.123456000, if 0, lt 1"});
}

TEST_CASE("frames without an interface are counted for what they are") {
    const TemporaryFile file(one_interface() + packet(0, kTicks, tcp_frame(60)) +
                             packet(7, kTicks, tcp_frame(60)) + block(0xBAD, little32(1) + tcp_frame(60)));
    auto opened = open_capture(file.path());
    REQUIRE(opened.ok());
    FrameBatch batch;
    REQUIRE(opened.value()->next(batch) == ReadStatus::kFrames);
    REQUIRE(batch.count == 3);
    SegmentBatch segments;
    CHECK(decode(batch.frames[0], 0, segments) == SkipReason::kNone);
    CHECK(decode(batch.frames[1], 1, segments) == SkipReason::kBadInterface);
    CHECK(decode(batch.frames[2], 2, segments) == SkipReason::kUnsupportedLinkType);
}

// As tshark 4.0.17 numbers them.
TEST_CASE("blocks that Wireshark numbers as frames are frames, and others are not") {
    struct Case {
        const char* name;
        std::uint32_t type;
        std::string body;
        bool is_frame;
    };
    const std::vector<Case> cases = {
        {"custom", 0xBAD, little32(32'473) + "abcd", true},
        {"custom, not to be copied", 0x40000BAD, little32(32'473) + "abcd", true},
        {"Netflix event", 0xBAD, little32(10'949) + little32(1) + std::string(276, 'x'), true},
        {"Netflix skip", 0xBAD, little32(10'949) + little32(2) + "abcd", false},
        {"journal entry", 9, "__REALTIME_TIMESTAMP=1600000000000000\nMESSAGE=hi\n", true},
        {"system call", 0x204, std::string(32, 'x'), true},
        {"system call, version 2", 0x216, std::string(32, 'x'), true},
        {"system call, large", 0x221, std::string(32, 'x'), true},
        {"system call with flags", 0x208, std::string(32, 'x'), false},
        {"machine information", 0x201, std::string(40, 'x'), false},
        {"name resolution", 4, std::string(4, '\0'), false},
        {"statistics", 5, std::string(12, '\0'), false},
        {"decryption secrets", 10, little32(0x544C534B) + little32(4) + "abcd", false},
        {"IRIG", 7, "abcd", false},
        {"unknown", 0x77, "abcd", false},
        {"local use", 0x80000001, "abcd", false},
        {"empty", 0x77, "", false},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        const std::string around = packet(0, kTicks, tcp_frame(60));
        const Reading reading = read_both(one_interface() + around + block(one.type, one.body) + around);
        CHECK(reading.frames.size() == (one.is_frame ? 3U : 2U));
        CHECK(reading.status == ReadStatus::kEnd);
        if (one.is_frame) CHECK(reading.frames[1].find("no packet") != std::string::npos);
    }
}

TEST_CASE("unknown blocks of any size are skipped and counted") {
    const std::string around = packet(0, kTicks, tcp_frame(60));
    for (const std::size_t size : {std::size_t{8}, std::size_t{1} << 20, std::size_t{20} << 20}) {
        const std::string bytes = one_interface() + around + block(0x77, std::string(size, 'x')) + around;
        const Reading reading = read_both(bytes);
        CHECK(reading.frames.size() == 2);
        CHECK(reading.status == ReadStatus::kEnd);
        CHECK(reading.stats.blocks_skipped == 1);
        CHECK(read_both(bytes.substr(0, bytes.size() - around.size() - 1)).status == ReadStatus::kTruncated);
    }
}

TEST_CASE("the last drop counters of each interface hold") {
    const Options first = {{5, little64(100)}, {7, little64(7)}};
    const Options last = {{4, little64(1000)}, {5, little64(250)}, {7, little64(9)}};
    const std::string two = section() + interface() + interface();
    CHECK(read_both(two + statistics(0, first) + statistics(0, last)).stats.dropped_by_capture == 259U);
    CHECK(read_both(two + statistics(0, last) + statistics(1, first)).stats.dropped_by_capture == 366U);
    CHECK(!read_both(two + statistics(0, {{4, little64(5)}})).stats.dropped_by_capture);
    CHECK(!read_both(two + statistics(2, last)).stats.dropped_by_capture);
    // Sections count by themselves.
    CHECK(read_both(two + statistics(0, last) + two + statistics(0, last)).stats.dropped_by_capture == 518U);
    // Packets tell too, but a total is better.
    const std::string dropping = packet(0, kTicks, tcp_frame(), {{4, little64(3)}});
    CHECK(read_both(two + dropping + dropping).stats.dropped_by_capture == 6U);
    CHECK(read_both(two + dropping + statistics(0, last) + dropping).stats.dropped_by_capture == 259U);
}

TEST_CASE("options that overrun their block or have a wrong length are ignored") {
    const std::string overrun = Bytes().u16(1).u16(0).u32(0).u16(2).u16(60'000).add("eth0").text();
    const Reading cut = read_both(section() + block(1, overrun) + packet(0, kTicks, tcp_frame(60)));
    CHECK(cut.frames == Lines{"1: 60 of 60 at 1600000000.123456000, if 0, lt 1"});
    CHECK(cut.interfaces[0].name.empty());

    const Options odd = {{9, "\x09\x09"}, {14, "abcd"}, {13, "four"}, {2, std::string("x\0", 2)}};
    const Reading wrong = read_both(section() + interface(1, 0, odd) + packet(0, kTicks, tcp_frame(60)));
    CHECK(wrong.frames == Lines{"1: 60 of 60 at 1600000000.123456000, if 0, lt 1"});
    CHECK(wrong.interfaces[0].name == "x");

    const Options long_name = {{2, std::string(5000, 'n')}};
    CHECK(read_both(section() + interface(1, 0, long_name)).interfaces[0].name == std::string(255, 'n'));
}

TEST_CASE("blocks that cannot be right end the reading, and all before them is handed out") {
    struct Case {
        const char* name;
        std::string bytes;
        const char* detail;
    };
    const auto packet_of = [](std::uint32_t captured) {
        return block(6, Bytes().u32(0).u64(0).u32(captured).u32(60).add(tcp_frame(60)).text());
    };
    std::string odd_trailer = packet(0, 0, tcp_frame(60));
    odd_trailer[odd_trailer.size() - 4] = 96;
    const std::vector<Case> cases = {
        {"length 0", Bytes().u32(6).u32(0).zeros(88).text(), "a block of type 0x6 claims a length of 0"},
        {"odd length", Bytes().u32(6).u32(93).zeros(88).text(), "a block of type 0x6 claims a length of 93"},
        {"short for its type", block(6, std::string(16, '\0')), "a block of type 0x6 claims a length of 28"},
        {"length 4 G", Bytes().u32(6).u32(0xFFFFFFFC).zeros(88).text(),
         "a block of type 0x6 claims 4294967292 bytes; the limit is 16777216"},
        {"other trailer", odd_trailer, "the two lengths of a block differ: 92 and 96"},
        {"more captured than is there", packet_of(61),
         "the packet block has 60 bytes for the 61 captured that it claims"},
        {"captured 4 G", packet_of(0xFFFFFFFF),
         "the packet block claims 4294967295 captured bytes; the limit is 262144"},
        {"simple packet cut", block(3, little32(100) + "abcd"),
         "the simple packet block has 4 bytes for 100 captured"},
        {"section without order", block(0x0A0D0D0A, std::string(16, '\0')),
         "the section header has no byte-order magic"},
        {"section of a later version", section(Order::kLittle, 2, 0),
         "the section has version 2.0 of the pcapng format; versions 1.0 and 1.2 can be read"},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        const std::string good = one_interface() + packet(0, kTicks, tcp_frame(60));
        const Reading reading = read_both(good + one.bytes + packet(0, kTicks, tcp_frame(60)));
        CHECK(reading.status == ReadStatus::kDamaged);
        CHECK(reading.frames.size() == 1);
        CHECK(reading.detail == "byte " + std::to_string(good.size()) + ": " + one.detail);
    }
}

TEST_CASE("only so many interfaces can be declared") {
    std::string bytes = section();
    for (std::size_t i = 0; i < capture::kMaxInterfaces; ++i) bytes += interface();
    const std::string last = packet(65'535, kTicks, tcp_frame(60));
    CHECK(read_as_file(bytes + last).frames == Lines{"1: 60 of 60 at 1600000000.123456000, if 65535, lt 1"});
    const Reading one_more = read_as_file(bytes + last + interface() + last);
    CHECK(one_more.status == ReadStatus::kDamaged);
    CHECK(one_more.frames.size() == 1);
}

TEST_CASE("sections without packets are captures of nothing") {
    for (const std::string& bytes : {section(), one_interface(), section() + section(Order::kBig)}) {
        const Reading reading = read_both(bytes);
        CHECK(reading.error.empty());
        CHECK(reading.frames.empty());
        CHECK(reading.status == ReadStatus::kEnd);
    }
}

}  // namespace
}  // namespace deadpeer::test
