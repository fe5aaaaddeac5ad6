// LiveInput: one captured interface: libpcap's ring and the frames that were taken out of it.
//
// What:     the AF_PACKET socket stays the same for the whole capture. When its interface is gone and comes
//           back, it is bound again, which takes no right. Its filter is locked.
// Threads:  one at a time.
// Errors:   open() says what to try. After that, failed() and status_detail().
// Source:   packet(7); linux/if_packet.h.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "capture/file/capture_time.h"
#include "capture/frame_arena.h"
#include "capture/live/interface_drops.h"
#include "capture/live/link_binding.h"
#include "capture/live/link_use.h"
#include "capture/live/live_handle.h"
#include "deadpeer/source.h"

namespace deadpeer::capture {

class LiveInput final : public PacketSource {
public:
    // `number`: FrameView::interface of its frames.
    static Result<std::unique_ptr<LiveInput>> open(const std::string& name, std::uint32_t number,
                                                   const LiveOptions& options, CaptureTime& time,
                                                   PcapHandle handle);

    // Frames come from the capture, which merges its inputs; here there are none.
    ReadStatus next(FrameBatch& batch) override;
    [[nodiscard]] const SourceStats& stats() const override { return stats_; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    [[nodiscard]] std::string format() const override { return "live"; }
    [[nodiscard]] std::string status_detail() const override { return detail_; }

    [[nodiscard]] int descriptor() const { return descriptor_; }
    // The interface's, by which rtnetlink names it; 0: all interfaces.
    [[nodiscard]] int link_index() const { return binding_->link_index(); }

    // Copies what the ring holds into the arena, as far as that has room.
    void drain();
    [[nodiscard]] FrameArena& frames() { return arena_; }
    [[nodiscard]] LinkUse& link_use() { return link_use_; }
    void count(std::span<const FrameView> taken);

    // Every frame captured before is in the arena or was taken.
    [[nodiscard]] Nanoseconds complete_until() const { return complete_until_; }

    // How many packets were lost since the last call: by the ring and by the interface.
    std::uint64_t take_ring_drops();
    std::uint64_t take_interface_drops();

    // The interface is gone, and waited for: libpcap's complaints mean nothing.
    void set_away() { away_ = true; }
    // It is back, and the socket was bound to it.
    void bound();
    [[nodiscard]] LinkBinding& binding() { return *binding_; }
    void rename(const std::string& name) { interfaces_.front().name = name; }

    // Nothing more will come. The first reason stays.
    void fail(const std::string& why);
    [[nodiscard]] std::optional<Nanoseconds> failed_at() const { return failed_at_; }
    // Frames could not be read lately; the next drain() tells more.
    [[nodiscard]] bool in_trouble() const { return trouble_since_.has_value(); }
    // True once everything captured before it failed was taken.
    [[nodiscard]] bool ended() const {
        return failed_at_ && arena_.empty() && complete_until_ >= *failed_at_;
    }

private:
    LiveInput(const std::string& name, std::uint32_t number, const LiveOptions& options, CaptureTime& time,
              PcapHandle handle);
    [[nodiscard]] Status look_at_socket(const std::string& name);
    void keep(const pcap_pkthdr& header, const std::uint8_t* bytes);
    void handle_error();

    CaptureTime& time_;
    PcapHandle handle_;
    bool nanoseconds_;
    bool promiscuous_;
    FrameArena arena_;
    LinkUse link_use_;
    std::unique_ptr<InterfaceDrops> interface_drops_;
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_;
    int descriptor_;
    std::optional<LinkBinding> binding_;
    bool away_ = false;
    std::uint32_t number_;
    std::uint64_t frames_ = 0;
    Nanoseconds latest_ = kNoTime;  // frame in the arena
    Nanoseconds complete_until_;
    std::optional<Nanoseconds> trouble_since_;
    std::optional<Nanoseconds> failed_at_;
    std::string detail_;
};

// How long after its capture a frame may stay in the kernel. An open block is closed by the second tick of a
// timer; the rest is for a machine that is busy.
inline constexpr Nanoseconds kLongestInKernel = (2 * kLongestBlockTimeoutMs + 50) * kMillisecond;

}  // namespace deadpeer::capture
