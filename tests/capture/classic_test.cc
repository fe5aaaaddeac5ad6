// Classic pcap: every variant of the format gives the same frames.
#include "capture_bytes.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

struct Variant {
    const char* name;
    ClassicFile file;
    std::uint32_t subsecond;
    const char* format;
};

TEST_CASE("every variant of the classic format is read") {
    const std::vector<Variant> variants = {
        {"microseconds", {}, 123'456, "pcap"},
        {"microseconds, other order", {.order = Order::kBig}, 123'456, "pcap"},
        {"nanoseconds", {.magic = 0xA1B23C4D}, 123'456'000, "pcap, nanoseconds"},
        {"nanoseconds, other order",
         {.magic = 0xA1B23C4D, .order = Order::kBig},
         123'456'000,
         "pcap, nanoseconds"},
        {"Kuznetzov", {.magic = 0xA1B2CD34}, 123'456, "pcap, Kuznetzov"},
        {"Kuznetzov, other order", {.magic = 0xA1B2CD34, .order = Order::kBig}, 123'456, "pcap, Kuznetzov"},
        {"version 2.3", {.minor = 3}, 123'456, "pcap"},
    };
    for (const Variant& variant : variants) {
        INFO(variant.name);
        const std::string data = tcp_frame(61);
        std::string bytes = variant.file.header();
        bytes += variant.file.record(1'600'000'000, variant.subsecond, 61, 1500, data);
        bytes += variant.file.record(4'294'967'295, 0, 0, 60, "");
        const Reading reading = read_both(bytes);
        CHECK(reading.frames == std::vector<std::string>{"1: 61 of 1500 at 1600000000.123456000, if 0, lt 1",
                                                         "2: 0 of 60 at 4294967295.000000000, if 0, lt 1"});
        CHECK(reading.data[0] == data);
        CHECK(reading.status == ReadStatus::kEnd);
        CHECK(reading.format == variant.format);
        CHECK(reading.stats.bytes_read == bytes.size());
    }
}

TEST_CASE("old versions have the lengths in the other order") {
    const std::string data = tcp_frame(60);
    // In version 2.3 some writers had; the smaller one must be what was captured.
    for (std::uint16_t minor = 0; minor <= 3; ++minor) {
        const ClassicFile file = {.minor = minor};
        const Reading reading = read_both(file.header() + file.record(1, 0, 1500, 60, data));
        CHECK(reading.frames == std::vector<std::string>{"1: 60 of 1500 at 1.000000000, if 0, lt 1"});
    }
    const ClassicFile dg_ux = {.major = 543, .minor = 0};
    CHECK(read_both(dg_ux.header() + dg_ux.record(1, 0, 1500, 60, data)).frames.size() == 1);
}

TEST_CASE("the link type field tells of a frame check sequence in 16-bit words") {
    const ClassicFile four_bytes = {.network = 0x24000001};
    const Reading reading = read_both(four_bytes.header() + four_bytes.record(tcp_frame()));
    CHECK(reading.frames ==
          std::vector<std::string>{"1: 60 of 60 at 1600000000.123456000, if 0, lt 1, fcs 4"});
    const ClassicFile not_said = {.network = 0x20000001};
    CHECK(read_both(not_said.header() + not_said.record(tcp_frame())).frames ==
          std::vector<std::string>{"1: 60 of 60 at 1600000000.123456000, if 0, lt 1"});
}

TEST_CASE("contradictions in a record are counted, and the record is handed out") {
    const ClassicFile file = {.snap_length = 32};
    std::string bytes = file.header();
    bytes += file.record(10, 1'000'000, 60, 60, tcp_frame(60));
    bytes += file.record(10, 4'294'967'295, 60, 10, tcp_frame(60));
    bytes += file.record(10, 999'999, 32, 60, tcp_frame(32));
    const Reading reading = read_both(bytes);
    CHECK(reading.frames == std::vector<std::string>{"1: 60 of 60 at 11.000000000, if 0, lt 1",
                                                     "2: 60 of 10 at 4304.967295000, if 0, lt 1",
                                                     "3: 32 of 60 at 10.999999000, if 0, lt 1"});
    CHECK(reading.stats.bad_subsecond == 2);
    CHECK(reading.stats.original_shorter_than_captured == 1);
    CHECK(reading.stats.captured_beyond_snap_length == 2);
    CHECK(reading.status == ReadStatus::kEnd);
}

TEST_CASE("a snap length of 0 or beyond reason is no limit") {
    for (const std::uint32_t snap_length : {0U, 0xFFFFFFFFU, 0x80000000U}) {
        const ClassicFile file = {.snap_length = snap_length};
        const Reading reading = read_both(file.header() + file.record(tcp_frame(70'000)));
        CHECK(reading.frames.size() == 1);
        CHECK(reading.stats.captured_beyond_snap_length == 0);
    }
}

TEST_CASE("a record is damaged from the first byte too many") {
    const ClassicFile file;
    const std::string good = file.header() + file.record(tcp_frame());
    const Reading largest = read_both(good + file.record(std::string(262'144, 'x')));
    CHECK(largest.status == ReadStatus::kEnd);
    CHECK(largest.frames.size() == 2);

    const Reading larger = read_both(good + file.record(std::string(262'145, 'x')));
    CHECK(larger.status == ReadStatus::kDamaged);
    CHECK(larger.frames.size() == 1);
    CHECK(larger.detail == "byte 100: the record claims 262145 captured bytes; the limit is 262144");

    const Reading wild = read_both(good + file.record(1, 0, 0xFFFFFFFF, 60, tcp_frame()));
    CHECK(wild.status == ReadStatus::kDamaged);
    CHECK(wild.frames.size() == 1);
}

TEST_CASE("a file header alone is a capture of nothing") {
    const Reading reading = read_both(ClassicFile{.network = 276}.header());
    CHECK(reading.error.empty());
    CHECK(reading.status == ReadStatus::kEnd);
    CHECK(reading.frames.empty());
    REQUIRE(reading.interfaces.size() == 1);
    CHECK(reading.interfaces[0].link_type == 276);
    CHECK(reading.interfaces[0].snap_length == 65'535);
}

TEST_CASE("frame numbers go on from batch to batch") {
    const ClassicFile file;
    std::string bytes = file.header();
    for (int i = 0; i < 1000; ++i) bytes += file.record(tcp_frame(54));
    const Reading reading = read_both(bytes);
    CHECK(reading.frames.size() == 1000);
    CHECK(reading.frames[999] == "1000: 54 of 54 at 1600000000.123456000, if 0, lt 1");
    CHECK(read_as_file(bytes).stats.bytes_total == bytes.size());
    CHECK(!read_as_stream(bytes).stats.bytes_total);
}

}  // namespace
}  // namespace deadpeer::test
