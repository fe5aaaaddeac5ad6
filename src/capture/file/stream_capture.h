// StreamCapture: a pipe that brings a capture while it goes on, as that of tcpdump on another machine.
//
//     auto wait = StreamWait::open();                    // while there is the right to
//     options.wait = [&](int descriptor) { return wait->until_readable(descriptor); };
//     auto source = open_capture("-", options);
//     ... source->next(batch) == kFrames                 // waits until the capture has begun
//     StreamCapture capture(source, wait, batch);        // a LiveSource
//
// What:     one input. Frames have the time stamps of the stream, or what they would be had its clock not
//           been set (stream_clock.h), which is an event.
// Lifetime: the wait must outlive it, and the source that it takes.
// Threads:  one at a time; wake() also from other threads and from signal handlers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capture/file/stream_clock.h"
#include "capture/file/stream_wait.h"
#include "capture/live/live_source.h"

namespace deadpeer {

class StreamCapture final : public LiveSource {
public:
    // `first`: frames that the source handed out last, and nobody has seen yet. `name`: for events.
    StreamCapture(std::unique_ptr<PacketSource> source, capture::StreamWait& wait, const FrameBatch& first,
                  std::string name);

    ReadStatus next(FrameBatch& batch, std::chrono::milliseconds longest_wait) override;
    void drain() override {}  // the pipe waits
    void stop() override;
    void wake() const noexcept override { wait_.wake(); }
    [[nodiscard]] Nanoseconds now() const override { return now_; }
    [[nodiscard]] Nanoseconds read_at() const override { return read_at_; }
    [[nodiscard]] std::size_t input_count() const override { return 1; }
    [[nodiscard]] const PacketSource& input(std::size_t) const override { return *source_; }
    [[nodiscard]] std::optional<Nanoseconds> blind_since(std::size_t) const override { return std::nullopt; }
    std::optional<LinkEvent> take_event() override;

private:
    ReadStatus read(FrameBatch& batch, std::chrono::milliseconds longest_wait);
    [[nodiscard]] bool has_read_all() const;
    void take_times(std::span<FrameView> frames);

    std::unique_ptr<PacketSource> source_;
    capture::StreamWait& wait_;
    FrameBatch first_;
    std::string name_;
    capture::StreamClock clock_;
    std::optional<LinkEvent> event_;
    Nanoseconds now_ = kNoTime;
    Nanoseconds read_at_ = kNoTime;
    std::optional<std::uint64_t> stop_at_;  // in bytes read, once it was stopped
};

}  // namespace deadpeer
