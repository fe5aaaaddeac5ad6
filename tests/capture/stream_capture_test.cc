// A pipe that is read as it comes, however its bytes are cut.
#include "capture/file/stream_capture.h"

#include <unistd.h>

#include <thread>

#include "capture/open.h"
#include "capture_bytes.h"
#include "pack.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using capture::StreamWait;
using std::chrono::milliseconds;

constexpr std::uint64_t kSecondStamp = 1'600'000'000;

// Standard input as a live capture that begins with these bytes.
struct Live {
    explicit Live(const std::string& beginning) {
        write_all(input.writer(), beginning);
        OpenOptions options;
        options.wait = [this](int descriptor) { return wait->until_readable(descriptor); };
        options.keep_waiting = [this] { return !wait->is_over(); };
        auto source = open_capture("-", options);
        REQUIRE(source.ok());
        REQUIRE(source.value()->next(batch) == ReadStatus::kFrames);
        capture.emplace(std::move(source).value(), *wait, batch, "standard input");
    }

    ReadStatus next(milliseconds wait_for = milliseconds(0)) { return capture->next(batch, wait_for); }

    PipedStandardInput input;
    std::unique_ptr<StreamWait> wait = StreamWait::open().value();
    FrameBatch batch;
    std::optional<StreamCapture> capture;
};

std::string classic_record(std::size_t length = 60) {
    return ClassicFile().record(tcp_frame(length));
}

const std::string kClassic = ClassicFile().header() + classic_record();
const std::string kPcapng = section() + interface() + packet(0, kSecondStamp * 1'000'000, tcp_frame());

TEST_CASE("frames that were read before come first") {
    Live live(kClassic);
    REQUIRE(live.next() == ReadStatus::kFrames);
    REQUIRE(live.batch.count == 1);
    CHECK(live.batch.frames[0].number == 1);
    CHECK(live.next() == ReadStatus::kIdle);
    CHECK(live.batch.count == 0);
    CHECK(live.capture->input(0).stats().frames == 1);
}

TEST_CASE("a frame is handed out with its last byte, and not before") {
    struct Case {
        std::string beginning;
        std::string frame;
    };
    const std::string packed = pack(capture::Compression::kGzip, kClassic);
    const Case cases[] = {
        {kClassic, classic_record(100)},
        {kPcapng, packet(0, kSecondStamp * 1'000'000, tcp_frame(100))},
        {packed, pack(capture::Compression::kGzip, classic_record(100))},
    };
    for (const Case& c : cases) {
        Live live(c.beginning);
        REQUIRE(live.next() == ReadStatus::kFrames);
        const bool is_packed = c.beginning == packed;
        for (std::size_t i = 0; i < c.frame.size(); ++i) {
            CAPTURE(i);
            CHECK(live.next() == ReadStatus::kIdle);
            write_all(live.input.writer(), c.frame.substr(i, 1));
            // What the end of a packed member holds is a checksum.
            if (is_packed && live.next() == ReadStatus::kFrames) break;
        }
        if (!is_packed) REQUIRE(live.next() == ReadStatus::kFrames);
        REQUIRE(live.batch.count == 1);
        CHECK(live.batch.frames[0].captured_length == 100);
        CHECK(live.batch.frames[0].number == 2);
    }
}

TEST_CASE("a stream that ends between frames has ended, one that ends in a frame is truncated as a file is") {
    for (const auto& [beginning, frame] :
         {std::pair(kClassic, classic_record()),
          std::pair(kPcapng, packet(0, kSecondStamp * 1'000'000, tcp_frame()))}) {
        for (std::size_t cut = 0; cut < frame.size(); ++cut) {
            CAPTURE(cut);
            Live live(beginning + frame.substr(0, cut));
            live.input.close_writer();
            REQUIRE(live.next() == ReadStatus::kFrames);
            const Reading as_file = read_as_file(beginning + frame.substr(0, cut));
            CHECK(live.next() == as_file.status);
            CHECK(live.next() == as_file.status);
            CHECK(live.capture->input(0).status_detail() == as_file.detail);
        }
    }
}

TEST_CASE("a wait lasts as long as it may, and capture time passes meanwhile") {
    Live live(kClassic);
    REQUIRE(live.next() == ReadStatus::kFrames);
    const Nanoseconds first = live.batch.frames[0].time;
    CHECK(live.next() == ReadStatus::kIdle);
    const Nanoseconds before = live.capture->now();
    CHECK(before <= first);
    CHECK(live.capture->read_at() >= first);
    const auto start = std::chrono::steady_clock::now();
    CHECK(live.next(milliseconds(700)) == ReadStatus::kIdle);
    const auto waited = std::chrono::steady_clock::now() - start;
    CHECK(waited >= milliseconds(700));
    // Half a second of it is what a frame may be late.
    CHECK(live.capture->now() >= first + 200 * kMillisecond - 50 * kMillisecond);
    CHECK(live.capture->now() <= first + std::chrono::nanoseconds(waited).count());
}

TEST_CASE("wake() ends a wait, or the next one") {
    Live live(kClassic);
    REQUIRE(live.next() == ReadStatus::kFrames);
    live.capture->wake();
    CHECK(live.next(std::chrono::hours(1)) == ReadStatus::kIdle);
    std::thread waker([&] {
        std::this_thread::sleep_for(milliseconds(50));
        live.capture->wake();
    });
    CHECK(live.next(std::chrono::hours(1)) == ReadStatus::kIdle);
    waker.join();
}

TEST_CASE("after stop() what had come is handed out, and then it ends") {
    Live live(kClassic);
    write_all(live.input.writer(), classic_record() + classic_record().substr(0, 30));
    live.capture->stop();
    REQUIRE(live.next(std::chrono::hours(1)) == ReadStatus::kFrames);
    REQUIRE(live.next(std::chrono::hours(1)) == ReadStatus::kFrames);
    CHECK(live.batch.frames[0].number == 2);
    CHECK(live.next(std::chrono::hours(1)) == ReadStatus::kEnd);
    CHECK(live.next(std::chrono::hours(1)) == ReadStatus::kEnd);
    CHECK(live.capture->input(0).status_detail().empty());
}

TEST_CASE("a stream that never ends does not outlast stop()") {
    Live live(kClassic);
    live.capture->stop();
    std::string many;
    while (many.size() < 9'000) many += classic_record();
    int turns = 0;
    for (ReadStatus status = live.next(); status != ReadStatus::kEnd; status = live.next()) {
        write_all(live.input.writer(), many);
        REQUIRE(++turns < 10'000);
    }
    CHECK(turns > 1);
}

TEST_CASE("a clock that was set is an event, and its frames go on in time") {
    Live live(kClassic);
    REQUIRE(live.next() == ReadStatus::kFrames);
    const Nanoseconds first = live.batch.frames[0].time;
    CHECK_FALSE(live.capture->take_event().has_value());
    const std::string frame = tcp_frame();
    write_all(live.input.writer(), ClassicFile().record(kSecondStamp - 3600, 0, 60, 60, frame));
    REQUIRE(live.next() == ReadStatus::kFrames);
    CHECK(live.batch.frames[0].time >= first);
    CHECK(live.batch.frames[0].time < first + 60 * kSecond);
    const auto event = live.capture->take_event();
    REQUIRE(event.has_value());
    CHECK(event->kind == LinkEvent::Kind::kClockStep);
    CHECK(event->name == "standard input");
    CHECK(event->step < -3500 * kSecond);
    CHECK_FALSE(event->is_gap());
    CHECK_FALSE(live.capture->take_event().has_value());
}

TEST_CASE("frames without a time go through, and the clock of this machine stands in for theirs") {
    const std::string simple = block(3, Bytes().u32(60).add(tcp_frame()).text());
    Live live(section() + interface() + simple);
    REQUIRE(live.next() == ReadStatus::kFrames);
    CHECK(live.batch.frames[0].time == kNoTime);
    CHECK(live.next() == ReadStatus::kIdle);
    CHECK(live.capture->now() > 1'700'000'000 * kSecond);
}

}  // namespace
}  // namespace deadpeer::test
