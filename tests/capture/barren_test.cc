// Bytes that yield no frame, however many, do not keep a reader from giving up.
#include <cstdint>
#include <string>

#include "capture/open.h"
#include "capture_bytes.h"
#include "pack.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

std::string repeated(const std::string& part, std::size_t times) {
    std::string text;
    text.reserve(part.size() * times);
    for (std::size_t i = 0; i < times; ++i) text += part;
    return text;
}

struct Given {
    ReadStatus up;       // when the reader gave up
    std::uint64_t read;  // bytes of the input, by then
    ReadStatus on;       // when it went on nevertheless
    std::uint64_t frames;
};

Given give_up(const std::string& bytes) {
    const TemporaryFile file(bytes);
    bool waiting = true;
    OpenOptions options;
    options.keep_waiting = [&] { return waiting; };
    auto source = open_capture(file.path(), options);
    REQUIRE(source);
    FrameBatch batch;
    waiting = false;
    ReadStatus status = ReadStatus::kFrames;
    while (status == ReadStatus::kFrames) status = source.value()->next(batch);
    Given given = {status, source.value()->stats().bytes_read, {}, 0};
    waiting = true;
    do status = source.value()->next(batch);
    while (status == ReadStatus::kFrames);
    given.on = status;
    given.frames = source.value()->stats().frames;
    return given;
}

TEST_CASE("blocks without a frame can be given up, and are passed over if they are not") {
    const std::string empty = repeated(block(0x77, ""), 4'000'000);
    const std::string packet_after = interface() + packet(0, 1'600'000'000'123'456, tcp_frame(60));
    const Given given = give_up(section() + empty + packet_after);
    CHECK(given.up == ReadStatus::kIdle);
    CHECK(given.read < empty.size() / 2);
    CHECK(given.on == ReadStatus::kEnd);
    CHECK(given.frames == 1);
}

TEST_CASE("a block larger than what is looked at at a time is passed over") {
    const std::string large = block(0x77, std::string(std::size_t{40} << 20, 'x'));
    const Reading reading =
        read_as_file(section() + large + interface() + packet(0, 1'600'000'000'123'456, tcp_frame(60)));
    CHECK(reading.status == ReadStatus::kEnd);
    CHECK(reading.frames.size() == 1);
}

TEST_CASE("members without content can be given up, and are passed over if they are not") {
    using capture::Compression;
    const std::string capture = section() + interface() + packet(0, 1'600'000'000'123'456, tcp_frame(60));
    for (const Compression kind :
         {Compression::kGzip, Compression::kZstd, Compression::kLz4, Compression::kXz, Compression::kBzip2}) {
        INFO(name(kind));
        const std::string empty = repeated(pack(kind, ""), 20'000);
        const Given given = give_up(pack(kind, capture) + empty + pack(kind, capture));
        CHECK(given.up == ReadStatus::kIdle);
        CHECK(given.read < empty.size() / 2);
        CHECK(given.on == ReadStatus::kEnd);
        CHECK(given.frames == 2);
    }
}

}  // namespace
}  // namespace deadpeer::test
