// LiveCapture: frames of one or more network interfaces while they come, in capture time.
//
//     auto capture = LiveCapture::open(options);               // everything that takes rights happens here
//     while (running) {
//         const ReadStatus status = capture->next(batch, until_next_deadline);
//         while (auto event = capture->take_event()) ...        // before the frames: they may lie in its gap
//         switch (status) {
//             case ReadStatus::kFrames: analyzer.consume(batch.view(), batch.frames[0].interface); break;
//             case ReadStatus::kIdle: break;                    // time passed, wake() or a link event
//             default: running = false;                         // kFailed, or kEnd after stop()
//         }
//         analyzer.advance_time(capture->now());
//     }
//
// What:     libpcap's memory-mapped rings, emptied in large steps into an arena, and rtnetlink, which tells
//           what becomes of the links. Each interface is one input: FrameView::interface is its index here
//           and FrameView::number counts from 1 in each.
// Time:     frames and events are in capture time: the wall clock at open(), going on without its steps.
//           Suspended time does not count, either.
// Lifetime: frames of a batch are valid until the next call of next(); inputs as long as the capture.
// Threads:  one at a time; wake() also from other threads and from signal handlers.
// Errors:   open() says what to try. After that a lost interface is an event, and kFailed once none is left.
// Sandbox:  after open() these system calls are enough (x86-64 names): poll, restart_syscall, read, write,
//           pread64, recvfrom, getsockopt, getsockname, ioctl, clock_gettime; munmap and close when it is
//           closed; and what memory takes. No right is needed, no file or socket is opened, and nothing is
//           written to the sockets of bindings(). Who waits for interfaces needs bind and setsockopt, too, or
//           follow_by().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/link_binding.h"
#include "capture/link_event.h"
#include "deadpeer/result.h"
#include "deadpeer/source.h"

namespace deadpeer {

// Four blocks of libpcap's.
inline constexpr std::size_t kSmallestRing = 1024 * 1024;

struct LiveOptions {
    std::vector<std::string> interfaces = {};  // "any" is all of them

    // In pcap-filter(7) syntax, as tcpdump takes it; empty: default_capture_filter().
    std::string filter = {};

    std::uint32_t snap_length = 256;  // bytes of each frame that are kept; 0 = all
    // Of all the kernel's rings together, and of the arenas; each interface has an equal part, but at least
    // kSmallestRing.
    std::size_t buffer_bytes = 16 * 1024 * 1024;
    bool promiscuous = true;
    // -y, by libpcap's name; empty: the interface's own, and for "any" LINUX_SLL2, which tells links apart.
    std::string link_type = {};
    std::string time_stamp_type = {};  // by libpcap's name; empty: the system's clock

    // An interface that is not there, or down, is waited for: in open() as long as keep_waiting says true,
    // and later whenever it is gone.
    bool wait_for_interface = false;
    std::function<bool()> keep_waiting = {};  // asked several times a second; empty: true
    std::function<void(const std::string& why)> waiting_for = {};  // told once for each interface
};

class LiveCapture {
public:
    // REQUIRES: at least one interface.
    static Result<std::unique_ptr<LiveCapture>> open(const LiveOptions& options);
    ~LiveCapture();
    LiveCapture(const LiveCapture&) = delete;
    LiveCapture& operator=(const LiveCapture&) = delete;

    // Clears the batch and waits for frames, at most so long. Returns
    //   kFrames: the batch holds frames of one input; batches come in time order over all inputs;
    //   kIdle:   nothing arrived: the time is up, somebody called wake(), or there is an event to take;
    //   kFailed: no interface is left, and all that was captured was handed out; see status_detail();
    //   kEnd:    after stop(): everything captured before it was handed out.
    ReadStatus next(FrameBatch& batch, std::chrono::milliseconds longest_wait);

    // Empties the rings into the arena, as far as it has room, and hears of the links. For those who are busy
    // with something else than next() for long; costs a microsecond when there is nothing.
    void drain();

    // Ends the capture: next() still hands out what was captured until now (that takes up to now_lags_by()).
    void stop();

    // Ends a wait in next(), or the next one. Async-signal-safe.
    void wake() const noexcept;

    // Capture time. Monotone; everything captured before it was handed out. It lags behind the clock by as
    // long as the kernel may keep frames to itself, but then it goes on at the clock's pace: who calls next()
    // with the time until a deadline as the longest wait will find now() at that deadline.
    [[nodiscard]] Nanoseconds now() const;
    [[nodiscard]] static std::chrono::milliseconds now_lags_by();

    [[nodiscard]] std::size_t input_count() const;

    // stats() (with all drops so far), interfaces() (one), format(), status_detail(). Frames come from the
    // capture's own next(), never from that of an input.
    [[nodiscard]] const PacketSource& input(std::size_t index) const;

    // Since when nothing can be captured from the input, because its link is down or away; no value if it
    // can.
    [[nodiscard]] std::optional<Nanoseconds> blind_since(std::size_t index) const;

    // Capture time when the clock was last looked at: every frame handed out was captured before.
    [[nodiscard]] Nanoseconds read_at() const;

    // What happened to links since, oldest first. Gaps are told before now() gets past their start.
    std::optional<LinkEvent> take_event();

    // The sockets that frames come from, by input. Copies, for another process to use.
    [[nodiscard]] std::vector<capture::LinkBinding> bindings() const;

    // Who calls LinkBinding::follow() from now on, and answers what that does. After kNever the input has
    // failed.
    using Follow = std::function<capture::Followed(std::uint32_t input, int link_index)>;
    void follow_by(Follow follow);

    // What libpcap could not do quite as wished, as finished sentences. Does not change after open().
    [[nodiscard]] const std::vector<std::string>& warnings() const;

private:
    class Impl;
    explicit LiveCapture(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace deadpeer
