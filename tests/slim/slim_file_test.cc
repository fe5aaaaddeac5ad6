// A slim file, written and read again, is the capture that it was made of.
#include <fcntl.h>
#include <unistd.h>

#include <regex>

#include "capture/capture_bytes.h"
#include "capture/file/decompressor.h"
#include "capture/reading.h"
#include "cli/testdata_captures.h"
#include "slim/slim_writer.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

constexpr std::uint64_t kTicks = 1'600'000'000'123'456;
constexpr std::uint16_t kResolution = 9;
constexpr std::uint16_t kFcs = 13;
constexpr std::uint16_t kOffset = 14;

std::string content_of(int descriptor) {
    std::string bytes(static_cast<std::size_t>(::lseek(descriptor, 0, SEEK_END)), '\0');
    REQUIRE(::pread(descriptor, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
}

// In batches of so many frames.
std::string slim_of(PacketSource& source, std::size_t frames_at_once = FrameBatch::kCapacity) {
    const TemporaryFile file("");
    const int descriptor = ::open(file.path().c_str(), O_RDWR);
    Output output(descriptor);
    const capture::SlimBeginning* const known = original_of(source);
    SlimWriter writer(output, known != nullptr ? *known : capture::SlimBeginning{"original.pcap", 1234},
                      ZstdOutput::kUsualLevel);
    FrameBatch batch;
    ReadStatus status = source.next(batch);
    for (; status == ReadStatus::kFrames; status = source.next(batch)) {
        for (std::span<const FrameView> left = batch.view(); !left.empty();) {
            const std::size_t now = std::min(frames_at_once, left.size());
            writer.add(left.first(now), source.interfaces());
            left = left.subspan(now);
        }
    }
    writer.finish(source, status, status == ReadStatus::kEnd ? 0 : 2);
    output.flush();
    REQUIRE(output.error() == 0);
    const std::string bytes = content_of(descriptor);
    ::close(descriptor);
    return bytes;
}

std::string slim_of(const std::string& bytes) {
    const TemporaryFile file(bytes);
    return slim_of(*open_capture(file.path(), {}).value());
}

// Without how many bytes there are of each.
std::vector<std::string> without_lengths(std::vector<std::string> frames) {
    for (std::string& frame : frames) frame = std::regex_replace(frame, std::regex(": \\d+ of (\\d+)"), ":");
    return frames;
}

void check_same(const Reading& slim, const Reading& whole) {
    CHECK(slim.error == whole.error);
    CHECK(without_lengths(slim.frames) == without_lengths(whole.frames));
    CHECK(slim.times == whole.times);
    CHECK(slim.status == whole.status);
    CHECK(slim.detail == whole.detail);
    CHECK(slim.format == whole.format);
    CHECK(slim.stats.frames == whole.stats.frames);
    CHECK(slim.stats.dropped_by_capture == whole.stats.dropped_by_capture);
    CHECK(slim.stats.captured_beyond_snap_length == whole.stats.captured_beyond_snap_length);
    CHECK(slim.stats.original_shorter_than_captured == whole.stats.original_shorter_than_captured);
    CHECK(slim.stats.unusable_time == whole.stats.unusable_time);
    CHECK(slim.stats.bad_subsecond == whole.stats.bad_subsecond);
    CHECK(slim.stats.blocks_skipped == whole.stats.blocks_skipped);
    REQUIRE(slim.interfaces.size() == whole.interfaces.size());
    for (std::size_t i = 0; i < slim.interfaces.size(); ++i) {
        CHECK(slim.interfaces[i].name == whole.interfaces[i].name);
        CHECK(slim.interfaces[i].link_type == whole.interfaces[i].link_type);
        CHECK(slim.interfaces[i].snap_length == whole.interfaces[i].snap_length);
    }
}

// A source checks itself against the frames that it hands out, of which a slim file's are shorter.
Reading read_slim(const std::string& bytes) {
    const TemporaryFile file(bytes);
    Reading reading;
    auto opened = open_capture(file.path(), {});
    if (!opened) {
        reading.error = opened.error().message;
        return reading;
    }
    PacketSource& source = *opened.value();
    FrameBatch batch;
    while ((reading.status = source.next(batch)) == ReadStatus::kFrames) {
        for (const FrameView& frame : batch.view()) {
            reading.frames.push_back(frame_line(frame));
            reading.times.push_back(frame.time);
        }
    }
    CHECK(source.next(batch) == reading.status);
    reading.detail = source.status_detail();
    reading.format = source.format();
    reading.stats = source.stats();
    reading.interfaces = source.interfaces();
    return reading;
}

void check_slim(const std::string& bytes) {
    const std::string slim = slim_of(bytes);
    const Reading whole = read_as_file(bytes);
    const Reading again = read_slim(slim);
    check_same(again, whole);
    CHECK(again.stats.captured_bytes == whole.stats.captured_bytes);
    CHECK(slim_of(slim) == slim);
}

std::string unpacked(const std::string& slim) {
    const auto decompressor = capture::make_decompressor(capture::Compression::kZstd);
    decompressor->begin(std::size_t{64} << 20);
    std::vector<std::uint8_t> out(std::size_t{1} << 20);
    const auto* const in = reinterpret_cast<const std::uint8_t*>(slim.data());
    std::size_t taken = 0;
    std::size_t made = 0;
    for (bool at_end = false; !at_end;) {
        const auto step =
            decompressor->step(std::span(in, slim.size()).subspan(taken), std::span(out).subspan(made));
        REQUIRE(step.fault.empty());
        taken += step.taken;
        made += step.made;
        at_end = step.at_end;
    }
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(made)};
}

std::string some_frames() {
    std::string bytes = section() + interface(1, 96, {{2, "eth0"}});
    for (unsigned i = 0; i < 5; ++i) bytes += packet(0, kTicks + i, tcp_frame(60));
    return bytes;
}

TEST_CASE("interfaces, times and counters are those of the original") {
    std::string bytes = section() + interface(1, 96, {{2, "eth0"}});
    bytes += packet(0, kTicks, tcp_frame(120));
    bytes += interface(101, 0, {{2, "tun0"}, {kResolution, "\x09"}, {kFcs, "\x04"}});
    bytes += packet(1, 1'600'000'000'123'456'789, "E---", {{2, little32(2U << 5)}});
    bytes += packet(1, 1'600'000'000'123'456'788, "E---", {{4, little64(7)}});
    bytes += interface(1, 0, {{kFcs, "\x20"}});
    bytes += packet(2, kTicks, tcp_frame(61));
    bytes += interface(113, 0);  // no frame is from there
    check_slim(bytes);
}

TEST_CASE("a frame without a usable time, of no interface, or before 1970 stays so") {
    std::string bytes = section() + interface(1, 0, {{kOffset, little64(~std::uint64_t{0} - 999'999'999)}});
    bytes += packet(0, 5, tcp_frame(60));                      // of 1938
    bytes += packet(0, ~std::uint64_t{0} / 2, tcp_frame(60));  // of no year
    bytes += packet(7, 5, tcp_frame(60));
    bytes += block(3, Bytes().u32(60).add(tcp_frame(60)).text());
    check_slim(bytes);
}

TEST_CASE("a record that is no packet keeps its number") {
    std::string bytes = some_frames();
    bytes += block(0xBAD, Bytes().u32(4711).add("what it is about").text());
    bytes += block(9, "a system log's entry");
    bytes += block(0x1234, "skipped");
    bytes += packet(0, kTicks, tcp_frame(60));
    check_slim(bytes);
}

TEST_CASE("several sections are one, with the interfaces of all") {
    check_slim(some_frames() + section(Order::kBig) + interface(101, 0, {}, Order::kBig) +
               packet(0, kTicks, "E---", {}, Order::kBig));
}

TEST_CASE("a damaged original is damaged, a truncated one truncated, where it was") {
    check_slim(some_frames() + block(6, "short"));
    const std::string bytes = some_frames();
    check_slim(bytes.substr(0, bytes.size() - 9));
    const ClassicFile classic;
    check_slim(classic.header() + classic.record(1, 2'000'000, 60, 30, tcp_frame(60)) +
               classic.record(2, 0, 600'000, 600'000, ""));
}

TEST_CASE("the captures of testdata are what their slim files are") {
    for (const std::string& path : captures_of_testdata()) {
        INFO(path);
        const std::string slim = slim_of(*open_capture(path, {}).value());
        check_same(read_slim(slim), read_path(path));
        CHECK(slim_of(slim) == slim);
        CHECK(slim_of(*open_capture(path, {}).value(), 1) == slim);
    }
}

TEST_CASE("the name of the original is known before a frame is read") {
    const TemporaryFile file(slim_of(some_frames()));
    const auto opened = open_capture(file.path(), {});
    REQUIRE(original_of(*opened.value()) != nullptr);
    CHECK(original_of(*opened.value())->name == "original.pcap");
    CHECK(original_of(*opened.value())->size == 1234U);
    const TemporaryFile other(some_frames());
    CHECK(original_of(*open_capture(other.path(), {}).value()) == nullptr);
}

TEST_CASE("a slim file that was cut anywhere is never taken for a whole one") {
    const std::string slim = slim_of(some_frames());
    const std::string plain = unpacked(slim);
    check_same(read_slim(plain), read_as_file(some_frames()));
    for (const std::string& bytes : {slim, plain}) {
        for (std::size_t length = 1; length < bytes.size(); ++length) {
            INFO(length);
            const Reading reading = read_slim(bytes.substr(0, length));
            const bool told = !reading.error.empty() ||
                              (reading.status != ReadStatus::kEnd && reading.detail.starts_with("byte "));
            REQUIRE(told);
        }
    }
}

TEST_CASE("slim files that were joined, and one that lacks a frame, are damaged") {
    const std::string slim = slim_of(some_frames());
    const Reading joined = read_slim(slim + slim);
    CHECK(joined.status == ReadStatus::kDamaged);
    CHECK(joined.frames.size() == 5);
    CHECK(joined.detail.find("another slim file begins") != std::string::npos);

    std::string plain = unpacked(slim);
    const std::size_t second =
        plain.find(std::string("\x06\0\0\0", 4), plain.find(std::string("\x06\0\0\0", 4)) + 1);
    plain.erase(second, static_cast<unsigned char>(plain[second + 4]));
    const Reading lacking = read_slim(plain);
    CHECK(lacking.status == ReadStatus::kDamaged);
    CHECK(lacking.detail.find("4 of 5 frames") != std::string::npos);
}

TEST_CASE("a slim file of another version is refused") {
    std::string plain = unpacked(slim_of(some_frames()));
    plain[plain.find("slim", 52) + 4] = 2;
    CHECK(read_slim(plain).error.find("made by a later deadpeer") != std::string::npos);
}

TEST_CASE("an end that is damaged for no reason has one") {
    std::string plain = unpacked(slim_of(some_frames()));
    plain.replace(plain.rfind("complete"), 8, "damaged!");
    const Reading reading = read_slim(plain);
    CHECK(reading.status == ReadStatus::kDamaged);
    CHECK(reading.detail == "a byte that the slim file does not tell");
}

TEST_CASE("a slim file of a capture whose name is no file's is refused") {
    const std::string plain = unpacked(slim_of(some_frames()));
    const std::string name = "original.pcap";
    const std::vector<std::string> names = {"../../etc/pass", std::string("nul\0in.a.name", 13),
                                            "x/original.pc"};
    for (const std::string& wrong : names) {
        std::string bytes = plain;
        bytes.replace(bytes.find(name), name.size(), wrong.substr(0, name.size()));
        CHECK(read_slim(bytes).error.find("is a slim file that does not tell of what capture") !=
              std::string::npos);
    }
}

}  // namespace
}  // namespace deadpeer::test
