// A small capture of each kind, cut at every byte, through both providers.
#include "capture_bytes.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

// A capture as its parts: cut between two of them it is whole, cut inside one it is truncated.
struct Parts {
    const char* name;
    std::vector<std::string> parts;  // the first is the header that opening needs
    std::vector<bool> is_frame;
};

std::vector<Parts> captures() {
    const ClassicFile native;
    const ClassicFile kuznetzov = {.magic = 0xA1B2CD34, .order = Order::kBig};
    const std::string custom = block(0xBAD, little32(1) + "abcdefg");
    return {
        {"classic",
         {native.header(), native.record(tcp_frame(60)), native.record(""), native.record(tcp_frame(55))},
         {false, true, true, true}},
        {"Kuznetzov",
         {kuznetzov.header(), kuznetzov.record(tcp_frame(60)), kuznetzov.record(tcp_frame(55))},
         {false, true, true}},
        {"pcapng",
         {section(), interface(1, 0, {{2, "eth0"}, {9, "\x09"}}), packet(0, 1, tcp_frame(60)),
          packet(0, 2, tcp_frame(55), {{2, little32(1)}}), block(3, little32(20) + tcp_frame(20)), custom,
          block(4, "abcd"), statistics(0, {{5, little64(2)}}), section(Order::kBig),
          interface(101, 0, {}, Order::kBig), packet(0, 3, tcp_frame(40), {}, Order::kBig)},
         {false, false, true, true, true, true, false, false, false, false, true}},
    };
}

void check_cut(const Parts& capture, const std::string& whole, std::size_t length) {
    CAPTURE(capture.name, length);
    std::size_t end = 0;
    std::size_t frames = 0;
    bool between_parts = false;
    for (std::size_t i = 0; i < capture.parts.size() && end + capture.parts[i].size() <= length; ++i) {
        end += capture.parts[i].size();
        frames += capture.is_frame[i] ? 1 : 0;
        between_parts = end == length;
    }
    const Reading reading = read_both(whole.substr(0, length));
    if (length < capture.parts[0].size()) {
        CHECK(!reading.error.empty());
        return;
    }
    CHECK(reading.error.empty());
    CHECK(reading.frames.size() == frames);
    CHECK(reading.status == (between_parts ? ReadStatus::kEnd : ReadStatus::kTruncated));
    CHECK(reading.stats.bytes_read == end);
    if (!between_parts) CHECK(reading.detail.starts_with("byte " + std::to_string(end) + ": the input ends"));
}

TEST_CASE("a capture cut anywhere gives the frames before the cut") {
    for (const Parts& capture : captures()) {
        std::string whole;
        for (const std::string& part : capture.parts) whole += part;
        for (std::size_t length = 0; length <= whole.size(); ++length) check_cut(capture, whole, length);
    }
}

TEST_CASE("a capture with any one byte changed is read to some end") {
    for (const Parts& capture : captures()) {
        std::string whole;
        for (const std::string& part : capture.parts) whole += part;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (const char value : {'\0', '\x01', '\x7F', '\xFF'}) {
                CAPTURE(capture.name, i, value);
                std::string changed = whole;
                changed[i] = value;
                const Reading reading = read_as_file(changed);
                CHECK((!reading.error.empty() || reading.status != ReadStatus::kFrames));
            }
        }
    }
}

}  // namespace
}  // namespace deadpeer::test
