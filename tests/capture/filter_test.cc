// Capture filters on files of one or several link types.
#include "capture/frame_filter.h"

#include "capture/link_type.h"
#include "capture_bytes.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Catch::Matchers::ContainsSubstring;

// Which frames a filter lets pass: "+" or "-" for each.
std::string judged(const std::string& bytes, const std::string& filter) {
    const Reading reading = read_both(bytes, {.filter = capture::FrameFilter(filter), .keep_waiting = {}});
    if (!reading.error.empty()) return reading.error;
    std::string marks;
    for (const std::string& frame : reading.frames) marks += frame.ends_with(", rejected") ? '-' : '+';
    return marks;
}

std::string raw(const std::string& ethernet) {
    return ethernet.substr(14);
}

std::string mixed() {
    return section() + interface(1) + interface(101) + packet(0, 1, tcp_frame(60)) +
           packet(1, 2, raw(tcp_frame(60))) + packet(0, 3, std::string(60, '\0')) +
           packet(9, 4, tcp_frame(60));
}

TEST_CASE("each link type has the filter compiled for itself") {
    CHECK(judged(mixed(), "") == "++++");
    CHECK(judged(mixed(), "tcp port 80") == "++--");
    CHECK(judged(mixed(), "tcp port 81") == "----");
    CHECK(judged(mixed(), "host 10.0.0.1 and greater 60") == "+---");
    CHECK(judged(mixed(), "not tcp") == "--+-");
}

TEST_CASE("a filter that makes no sense for a link type rejects its frames") {
    CHECK(judged(mixed(), "ether host 00:00:00:00:00:00") == "+-+-");
}

TEST_CASE("every frame that is handed out is counted, rejected or not") {
    const ClassicFile file;
    const std::string bytes = file.header() + file.record(tcp_frame(60)) + file.record(tcp_frame(70));
    const Reading reading =
        read_both(bytes, {.filter = capture::FrameFilter("greater 70"), .keep_waiting = {}});
    CHECK(reading.frames ==
          std::vector<std::string>{"1: 60 of 60 at 1600000000.123456000, if 0, lt 1, rejected",
                                   "2: 70 of 70 at 1600000000.123456000, if 0, lt 1"});
    CHECK(reading.stats.frames == 2);
}

TEST_CASE("a bad filter is refused with libpcap's words") {
    const ClassicFile file;
    const std::string ethernet = file.header() + file.record(tcp_frame(60));
    CHECK_THAT(judged(ethernet, "tcp porrt 80"),
               ContainsSubstring("the filter \"tcp porrt 80\" cannot be used: "));
    CHECK_THAT(judged(ethernet, "tcp porrt 80"), ContainsSubstring("syntax error"));
    CHECK_THAT(judged(mixed(), "(tcp"), ContainsSubstring("syntax error"));
    // In a file of one link type the filter must fit that type.
    const ClassicFile raw_file = {.network = 101};
    CHECK_THAT(judged(raw_file.header(), "ether host 00:00:00:00:00:01"),
               ContainsSubstring("cannot be used"));
    CHECK(judged(raw_file.header() + raw_file.record(raw(tcp_frame(60))), "tcp port 80") == "+");
}

TEST_CASE("link types and libpcap's numbers for them go both ways") {
    CHECK(capture::dlt_of(1) == 1);
    CHECK(capture::dlt_of(101) == 12);
    CHECK(capture::link_type_of(12) == 101);
    CHECK(capture::link_type_of(capture::dlt_of(276)) == 276);
    CHECK(link_type_name(1) == "EN10MB");
    CHECK(link_type_name(101) == "RAW");
    CHECK(link_type_name(276) == "LINUX_SLL2");
    CHECK(link_type_name(9999) == "9999");
}

}  // namespace
}  // namespace deadpeer::test
