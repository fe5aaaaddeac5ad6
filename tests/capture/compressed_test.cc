// Compressed captures, and several captures in one file or pipe.

#include <fmt/format.h>

#include <array>

#include "capture_bytes.h"
#include "pack.h"
#include "reading.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::test;
using capture::Compression;

namespace {

constexpr std::array kAll = {Compression::kGzip, Compression::kZstd, Compression::kLz4, Compression::kXz,
                             Compression::kBzip2};

std::string sample(unsigned frames, Order order = Order::kLittle) {
    const ClassicFile file{.order = order};
    std::string bytes = file.header();
    for (unsigned i = 0; i < frames; ++i) {
        bytes += file.record(1'600'000'000 + i, i, 60 + i % 40, 60 + i % 40, tcp_frame(60 + i % 40));
    }
    return bytes;
}

// Its header, and the bytes as they are in one block; the window has 2^log bytes.
std::string zstd_frame(unsigned log, const std::string& bytes) {
    const auto block = static_cast<std::uint32_t>(bytes.size() << 3 | 1);
    std::string frame("\x28\xB5\x2F\xFD\x00", 5);
    frame += static_cast<char>((log - 10) << 3);
    for (const unsigned shift : {0U, 8U, 16U}) frame += static_cast<char>(block >> shift);
    return frame + bytes;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// The frames of the shorter are the first of the longer.
bool begins_with(const std::vector<std::string>& longer, const std::vector<std::string>& shorter) {
    return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

}  // namespace

TEST_CASE("compressed captures are read like others, as a file and as a pipe") {
    const std::string bytes = sample(5000);
    const Reading plain = read_both(bytes);
    REQUIRE(plain.frames.size() == 5000);
    for (const Compression kind : kAll) {
        INFO(name(kind));
        const std::string packed = pack(kind, bytes);
        const Reading reading = read_both(packed);
        CHECK(reading.error.empty());
        CHECK(reading.frames == plain.frames);
        CHECK(reading.data == plain.data);
        CHECK(reading.status == ReadStatus::kEnd);
        CHECK(reading.format == fmt::format("pcap, {}", name(kind)));
        CHECK(reading.stats.bytes_read == packed.size());
    }
    const std::string pcapng = section() + interface() + packet(0, 1, tcp_frame());
    CHECK(read_both(pack(Compression::kGzip, pcapng)).format == "pcapng, gzip");
    CHECK(read_both(pack(Compression::kGzip, pack(Compression::kXz, bytes))).frames == plain.frames);
}

TEST_CASE("members one after the other are one, of any kind, with zeros after them") {
    const std::string bytes = sample(100);
    std::string packed;
    for (std::size_t i = 0; i < kAll.size(); ++i) {
        packed += pack(kAll[i], bytes.substr(i * 1000, i + 1 == kAll.size() ? std::string::npos : 1000));
    }
    CHECK(read_both(packed).frames == read_both(bytes).frames);
    CHECK(read_both(packed + std::string(5000, '\0')).status == ReadStatus::kEnd);
    // A frame that says nothing.
    const std::string skippable = std::string("\x50\x2A\x4D\x18\x04\0\0\0abcd", 12);
    CHECK(read_both(skippable + pack(Compression::kZstd, bytes) + skippable).frames ==
          read_both(bytes).frames);
}

TEST_CASE("something else after compressed data is damage") {
    const std::string packed = pack(Compression::kGzip, sample(10));
    for (const std::string rest : {"x", "not compressed"}) {
        const Reading reading = read_both(packed + rest);
        CHECK(reading.frames.size() == 10);
        CHECK(reading.status == ReadStatus::kDamaged);
        CHECK(contains(reading.detail,
                       fmt::format("after its gzip data, at compressed byte {}, there is", packed.size())));
    }
}

TEST_CASE("compressed data that are cut anywhere: what was there is handed out, and the cut is told") {
    const std::string bytes = sample(300);
    const Reading plain = read_as_file(bytes);
    for (const Compression kind : kAll) {
        const std::string packed = pack(kind, bytes);
        for (std::size_t size = 6; size < packed.size(); size += 1 + size / 20) {
            INFO(name(kind) << " cut at " << size);
            const Reading reading = read_as_file(packed.substr(0, size));
            CHECK(begins_with(plain.frames, reading.frames));
            const std::string told = reading.error.empty() ? reading.detail : reading.error;
            CHECK(contains(told, fmt::format("its {} data end early, after {} ", name(kind), size)));
            if (reading.error.empty()) CHECK(reading.status == ReadStatus::kTruncated);
        }
    }
}

TEST_CASE("compressed data with a wrong byte: what comes before is handed out, and the damage is told") {
    const std::string bytes = sample(300);
    const Reading plain = read_as_file(bytes);
    for (const Compression kind : kAll) {
        const std::string packed = pack(kind, bytes);
        std::size_t told = 0;
        std::size_t tried = 0;
        for (std::size_t at = 4; at < packed.size(); at += 1 + packed.size() / 50) {
            std::string wrong = packed;
            wrong[at] = static_cast<char>(wrong[at] ^ 0x55);
            const Reading reading = read_as_file(wrong);
            ++tried;
            if (!reading.error.empty() || reading.status != ReadStatus::kEnd) ++told;
            if (reading.error.empty() && reading.status == ReadStatus::kEnd) {
                CHECK(reading.frames == plain.frames);
            }
        }
        INFO(name(kind) << ": " << told << " of " << tried);
        CHECK(told + 2 >= tried);  // gzip's header has a time that nobody checks
    }
}

TEST_CASE("data that unpack to thousands of times their size are not read on") {
    constexpr std::size_t kMuch = std::size_t{100} << 20;
    const std::string zeros(kMuch, '\0');
    for (const Compression kind : {Compression::kGzip, Compression::kZstd, Compression::kBzip2}) {
        const Reading reading = read_as_file(pack(kind, sample(10) + zeros));
        INFO(name(kind));
        CHECK(reading.frames.size() >= 10);
        CHECK(reading.frames.size() < kMuch / 16 * 3 / 4);
        CHECK(reading.status == ReadStatus::kDamaged);
        CHECK(contains(reading.detail, "times their size, as no capture does"));
    }
}

TEST_CASE("what needs much memory to unpack is refused with what to do") {
    const std::string huge = zstd_frame(31, "x");
    const Reading reading = read_both(huge);
    CHECK(contains(reading.error,
                   "its zstd data need more than 128 MB of memory to unpack; give --memory a larger size, or "
                   "unpack them first, as with \"zstd -dc --long=31 FILE | deadpeer -\""));
    CHECK(read_both(zstd_frame(27, sample(10))).frames.size() == 10);
    const Reading later = read_both(pack(Compression::kZstd, sample(10)) + huge);
    CHECK(later.frames.size() == 10);
    CHECK(later.status == ReadStatus::kDamaged);
}

TEST_CASE("inputs that are open at once share the memory for unpacking") {
    const TemporaryFile large(zstd_frame(26, sample(10)));
    const TemporaryFile small(pack(Compression::kZstd, sample(10)));
    const TemporaryFile xz(pack(Compression::kXz, sample(10)));
    OpenOptions options;
    auto first = open_capture(large.path(), options);
    REQUIRE(first);
    CHECK(contains(read_path(large.path(), options).error,
                   "its zstd data need more memory to unpack than the inputs that are read at the same time "
                   "leave of 128 MB; give --memory a larger size, or read one input after the other (--order "
                   "given)"));
    CHECK(read_path(small.path(), options).frames.size() == 10);
    CHECK(read_path(xz.path(), options).frames.size() == 10);
    first.value().reset();
    CHECK(read_path(large.path(), options).frames.size() == 10);
}

TEST_CASE("each kind needs the memory that it says, and no more") {
    constexpr std::array kMegabytes = {0U, 1U, 9U, 2U, 4U};  // what is enough for these bytes
    for (const Compression kind : kAll) {
        INFO(name(kind));
        const std::string packed = pack(kind, sample(10));
        const unsigned enough = kMegabytes[static_cast<std::size_t>(kind)];
        OpenOptions options;
        options.unpacking = std::make_shared<capture::UnpackingMemory>(std::size_t{enough} << 20);
        CHECK(read_both(packed, options).frames.size() == 10);
        if (enough < 2) continue;
        options.unpacking = std::make_shared<capture::UnpackingMemory>(std::size_t{enough - 2} << 20);
        CHECK(contains(read_both(packed, options).error, "of memory to unpack"));
    }
}

TEST_CASE("what is compressed and no capture is refused for what it is") {
    CHECK(contains(read_both(pack(Compression::kGzip, "This is text, and more of it.")).error, "is text"));
    CHECK(contains(read_both(pack(Compression::kXz, "")).error, "is empty"));
}

TEST_CASE("a compressed pipe that falls silent can be given up, and goes on") {
    const std::string bytes = sample(5000);
    const std::string packed = pack(Compression::kGzip, bytes);
    PipedStandardInput input;
    bool waiting = true;
    OpenOptions options;
    options.keep_waiting = [&] { return waiting; };
    write_all(input.writer(), packed.substr(0, packed.size() / 2));
    auto source = open_capture("-", options);
    REQUIRE(source);
    waiting = false;
    FrameBatch batch;
    std::size_t frames = 0;
    ReadStatus status = ReadStatus::kFrames;
    while ((status = source.value()->next(batch)) == ReadStatus::kFrames) frames += batch.count;
    CHECK(status == ReadStatus::kIdle);
    CHECK(frames > 0);
    write_all(input.writer(), packed.substr(packed.size() / 2));
    input.close_writer();
    waiting = true;
    while ((status = source.value()->next(batch)) == ReadStatus::kFrames) frames += batch.count;
    CHECK(status == ReadStatus::kEnd);
    CHECK(frames == 5000);
}

TEST_CASE("captures one after the other in one file are one capture") {
    const std::string first = sample(200);
    const ClassicFile other{.magic = 0xA1B23C4D, .network = 101, .order = Order::kBig};
    const std::string second = other.header() + other.record("raw");
    const Reading reading = read_both(first + second + sample(3));
    REQUIRE(reading.frames.size() == 204);
    CHECK(reading.status == ReadStatus::kEnd);
    CHECK(reading.frames[200] == "201: 3 of 3 at 1600000000.000123456, if 1, lt 101");
    CHECK(reading.frames[201] == "202: 60 of 60 at 1600000000.000000000, if 2, lt 1");
    CHECK(reading.interfaces.size() == 3);
    CHECK(read_both(pack(Compression::kGzip, first) + pack(Compression::kGzip, second)).frames.size() == 201);
    CHECK(read_both(first + ClassicFile().header()).frames.size() == 200);

    const Reading cut = read_both(first + second.substr(0, 20));
    CHECK(cut.status == ReadStatus::kTruncated);
    CHECK(contains(cut.detail, "20 of the 24 bytes of a file header"));
    const Reading wrong = read_both(first + ClassicFile{.major = 9}.header());
    CHECK(wrong.frames.size() == 200);
    CHECK(wrong.status == ReadStatus::kDamaged);
    CHECK(contains(wrong.detail, "another capture begins here, which has version 9.4"));
}
