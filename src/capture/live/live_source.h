// LiveSource: frames while they come, in capture time: those of interfaces (live_capture.h) or of a pipe
// (stream_capture.h).
//
// Lifetime: frames of a batch are valid until the next call of next(); inputs as long as this.
// Threads:  one at a time; wake() also from other threads and from signal handlers.
// Errors:   a lost interface is an event; how everything ended is the answer of next().
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "capture/live/link_event.h"
#include "deadpeer/source.h"

namespace deadpeer {

class LiveSource {
public:
    virtual ~LiveSource() = default;
    LiveSource(const LiveSource&) = delete;
    LiveSource& operator=(const LiveSource&) = delete;

    // Clears the batch and waits for frames, at most so long. Returns
    //   kFrames: the batch holds frames of one input; batches come in time order over all inputs;
    //   kIdle:   nothing arrived: the time is up, somebody called wake(), or there is an event to take;
    //   kEnd:    the input ended, or after stop(): everything captured before it was handed out;
    //   kTruncated, kDamaged, kFailed: nothing more can come, and all that came was handed out; see
    //            PacketSource::status_detail().
    virtual ReadStatus next(FrameBatch& batch, std::chrono::milliseconds longest_wait) = 0;

    // For those who are busy with something else than next() for long: takes what waits, so that nothing is
    // lost. Costs a microsecond when there is nothing.
    virtual void drain() = 0;

    // Ends the capture: next() still hands out what was captured until now.
    virtual void stop() = 0;

    // Ends a wait in next(), or the next one. Async-signal-safe.
    virtual void wake() const noexcept = 0;

    // Capture time. Monotone; everything captured before it was handed out. It lags behind the clock, but
    // goes on at the clock's pace: who calls next() with the time until a deadline as the longest wait will
    // find now() at that deadline.
    [[nodiscard]] virtual Nanoseconds now() const = 0;

    // Capture time when the clock was last looked at: every frame handed out was captured before.
    [[nodiscard]] virtual Nanoseconds read_at() const = 0;

    [[nodiscard]] virtual std::size_t input_count() const = 0;

    // stats() (with all drops so far), interfaces(), format(), status_detail(). Frames come from next() of
    // this, never from that of an input.
    [[nodiscard]] virtual const PacketSource& input(std::size_t index) const = 0;

    // Since when nothing can be captured from the input, because its link is down or away; no value if it
    // can.
    [[nodiscard]] virtual std::optional<Nanoseconds> blind_since(std::size_t index) const = 0;

    // What happened to links and clocks since, oldest first. Gaps are told before now() gets past their
    // start.
    virtual std::optional<LinkEvent> take_event() = 0;

protected:
    LiveSource() = default;
};

}  // namespace deadpeer
