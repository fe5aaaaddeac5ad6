// Pipes: slow ones, silent ones, and records larger than the buffer.
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>
#include <chrono>
#include <fstream>
#include <thread>

#include "capture_bytes.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

TEST_CASE("frames of a pipe are handed out as they come") {
    const ClassicFile file;
    PipedStandardInput input;
    write_all(input.writer(), file.header());
    auto opened = open_capture("-");
    REQUIRE(opened.ok());
    PacketSource& source = *opened.value();
    FrameBatch batch;
    // A record and a half: the half must not hold back the whole one.
    const std::string second = file.record(tcp_frame(100));
    write_all(input.writer(), file.record(tcp_frame(60)) + second.substr(0, 50));
    REQUIRE(source.next(batch) == ReadStatus::kFrames);
    REQUIRE(batch.count == 1);
    CHECK(batch.frames[0].captured_length == 60);
    write_all(input.writer(), second.substr(50));
    REQUIRE(source.next(batch) == ReadStatus::kFrames);
    REQUIRE(batch.count == 1);
    CHECK(batch.frames[0].captured_length == 100);
    input.close_writer();
    CHECK(source.next(batch) == ReadStatus::kEnd);
}

TEST_CASE("a silent pipe is waited for as long as the caller likes") {
    const ClassicFile file;
    PipedStandardInput input;
    write_all(input.writer(), file.header() + file.record(tcp_frame(60)));
    int asked = 0;
    bool wait = true;
    auto opened = open_capture("-", {.filter = {}, .keep_waiting = [&] { return ++asked < 2 && wait; }});
    REQUIRE(opened.ok());
    FrameBatch batch;
    REQUIRE(opened.value()->next(batch) == ReadStatus::kFrames);
    CHECK(asked == 0);
    CHECK(opened.value()->next(batch) == ReadStatus::kIdle);
    CHECK(asked == 2);
    CHECK(batch.count == 0);
    // Idle is not an end.
    write_all(input.writer(), file.record(tcp_frame(60)));
    REQUIRE(opened.value()->next(batch) == ReadStatus::kFrames);
    CHECK(batch.frames[0].number == 2);
}

TEST_CASE("a FIFO whose writer never comes can be given up") {
    const TemporaryFile folder("");
    const std::string path = folder.folder() + "/fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const Reading reading = read_path(path, {.filter = {}, .keep_waiting = [] { return false; }});
    CHECK(reading.error.empty());
    CHECK(reading.frames.empty());
    CHECK(reading.status == ReadStatus::kEnd);
}

TEST_CASE("a FIFO is read to its end") {
    const TemporaryFile folder("");
    const std::string path = folder.folder() + "/fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const ClassicFile file;
    std::string bytes = file.header();
    for (int i = 0; i < 5000; ++i) bytes += file.record(tcp_frame(200));
    std::thread writer([&] { std::ofstream(path, std::ios::binary) << bytes; });
    const Reading reading = read_path(path);
    writer.join();
    CHECK(reading.frames.size() == 5000);
    CHECK(reading.status == ReadStatus::kEnd);
}

TEST_CASE("records larger than the buffer come whole") {
    const ClassicFile file = {.snap_length = 262'144};
    std::string bytes = file.header();
    for (std::size_t i = 0; i < 20; ++i) {
        bytes +=
            file.record(std::string(262'144 - i, static_cast<char>('a' + i))) + file.record(tcp_frame(60));
    }
    CHECK(read_both(bytes).frames.size() == 40);
}

TEST_CASE("a promised length takes no memory") {
    // 16 MiB promised, 100 bytes sent: the pipe's buffer need not grow.
    const std::string promise = Bytes().u32(6).u32(16U << 20).zeros(100).text();
    const Reading reading = read_as_stream(section() + interface() + promise);
    CHECK(reading.status == ReadStatus::kTruncated);
    CHECK(reading.detail == "byte 48: the input ends after 108 of the 16777216 bytes of a block");
}

TEST_CASE("standard input that is a file is read from where it stands") {
    const ClassicFile file;
    const std::string capture = file.header() + file.record(tcp_frame(60));
    const TemporaryFile from(capture + "junk" + capture);
    const int saved = ::dup(STDIN_FILENO);
    const int descriptor = ::open(from.path().c_str(), O_RDONLY);
    REQUIRE(::dup2(descriptor, STDIN_FILENO) == STDIN_FILENO);
    const Reading start = read_path("-");
    REQUIRE(::lseek(STDIN_FILENO, static_cast<off_t>(capture.size() + 4), SEEK_SET) > 0);
    const Reading later = read_path("-");
    ::close(descriptor);
    ::dup2(saved, STDIN_FILENO);
    ::close(saved);
    CHECK(start.frames.size() == 1);
    CHECK(start.status == ReadStatus::kDamaged);
    CHECK(start.stats.bytes_total == 2 * capture.size() + 4);
    CHECK(later.frames.size() == 1);
    CHECK(later.status == ReadStatus::kEnd);
}

}  // namespace
}  // namespace deadpeer::test
