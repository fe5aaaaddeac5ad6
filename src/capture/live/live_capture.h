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

#include "capture/live/link_binding.h"
#include "capture/live/live_source.h"
#include "deadpeer/result.h"

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

class LiveCapture final : public LiveSource {
public:
    // REQUIRES: at least one interface.
    static Result<std::unique_ptr<LiveCapture>> open(const LiveOptions& options);
    ~LiveCapture() override;

    // kFailed: no interface is left. kEnd comes up to now_lags_by() after stop().
    ReadStatus next(FrameBatch& batch, std::chrono::milliseconds longest_wait) override;

    // Empties the rings into the arena, as far as it has room, and hears of the links.
    void drain() override;
    void stop() override;
    void wake() const noexcept override;

    // Lags behind the clock by as long as the kernel may keep frames to itself.
    [[nodiscard]] Nanoseconds now() const override;
    [[nodiscard]] static std::chrono::milliseconds now_lags_by();

    [[nodiscard]] std::size_t input_count() const override;
    [[nodiscard]] const PacketSource& input(std::size_t index) const override;
    [[nodiscard]] std::optional<Nanoseconds> blind_since(std::size_t index) const override;
    [[nodiscard]] Nanoseconds read_at() const override;
    std::optional<LinkEvent> take_event() override;

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
