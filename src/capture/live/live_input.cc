#include "capture/live/live_input.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "capture/link_type.h"

namespace deadpeer::capture {
namespace {

// libpcap puts VLAN tags back that the kernel took off.
constexpr std::uint32_t kTagBytes = 4;

std::uint32_t snap_length(pcap_t* handle) {
    return static_cast<std::uint32_t>(::pcap_snapshot(handle));
}

}  // namespace

LiveInput::LiveInput(const std::string& name, std::uint32_t number, const LiveOptions& options,
                     CaptureTime& time, PcapHandle handle)
    : time_(time),
      handle_(std::move(handle)),
      nanoseconds_(::pcap_get_tstamp_precision(handle_.get()) == PCAP_TSTAMP_PRECISION_NANO),
      promiscuous_(options.promiscuous),
      arena_(options.buffer_bytes, snap_length(handle_.get()) + kTagBytes),
      descriptor_(::pcap_fileno(handle_.get())),
      number_(number),
      complete_until_(time.now() - kLongestInKernel) {
    interfaces_.push_back({name, link_type_of(::pcap_datalink(handle_.get())), snap_length(handle_.get())});
    stats_.dropped_by_capture = 0;
}

Result<std::unique_ptr<LiveInput>> LiveInput::open(const std::string& name, std::uint32_t number,
                                                   const LiveOptions& options, CaptureTime& time,
                                                   PcapHandle handle) {
    std::unique_ptr<LiveInput> input(new LiveInput(name, number, options, time, std::move(handle)));
    if (const Status looked = input->look_at_socket(name); !looked) return looked.error();
    return input;
}

Status LiveInput::look_at_socket(const std::string& name) {
    int family = 0;
    socklen_t length = sizeof(family);
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_DOMAIN, &family, &length) != 0 || family != AF_PACKET) {
        return Error{fmt::format("{} is not a network interface; deadpeer -D lists those", name)};
    }
    // The filter is final, whoever gets hold of the socket.
    constexpr int kOn = 1;
    if (::setsockopt(descriptor_, SOL_SOCKET, SO_LOCK_FILTER, &kOn, sizeof(kOn)) != 0) {
        return Error{fmt::format("cannot lock the filter of {}: {}", name, std::strerror(errno))};
    }
    binding_.emplace(descriptor_, name, promiscuous_);
    if (const int index = binding_->link_index(); index > 0)
        interface_drops_ = std::make_unique<InterfaceDrops>("/sys/class/net/" + name, index);
    return success();
}

ReadStatus LiveInput::next(FrameBatch& batch) {
    batch.clear();
    return failed_at_ ? ReadStatus::kFailed : ReadStatus::kIdle;
}

void LiveInput::drain() {
    // libpcap would take the news that the interface is down or gone for the end of the capture, and no
    // longer look at the ring: it must not hear of it. What it means is rtnetlink's to say.
    int news = 0;
    socklen_t length = sizeof(news);
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &news, &length);

    constexpr std::size_t kStep = 4'096;
    const auto on_frame = [](u_char* self, const pcap_pkthdr* header, const u_char* bytes) {
        reinterpret_cast<LiveInput*>(self)->keep(*header, bytes);
    };
    const Nanoseconds now = time_.now();
    for (;;) {
        const int room = static_cast<int>(std::min(arena_.room(), kStep));
        if (room == 0) {
            complete_until_ = std::max(complete_until_, std::min(latest_, now - kLongestInKernel));
            return;
        }
        const int got = ::pcap_dispatch(handle_.get(), room, on_frame, reinterpret_cast<u_char*>(this));
        if (got < 0) return handle_error();
        if (got < room) break;
    }
    trouble_since_.reset();
    complete_until_ = std::max(complete_until_, now - kLongestInKernel);
}

void LiveInput::keep(const pcap_pkthdr& header, const std::uint8_t* bytes) {
    FrameView frame;
    frame.data = bytes;
    frame.captured_length = header.caplen;
    frame.original_length = header.len;
    const Nanoseconds fraction = header.ts.tv_usec;
    frame.time = time_.of_stamp(header.ts.tv_sec * kSecond + (nanoseconds_ ? 1 : kMicrosecond) * fraction);
    frame.number = ++frames_;
    frame.interface = number_;
    frame.link_type = interfaces_.front().link_type;
    link_use_.note(frame);
    arena_.push(frame);
    latest_ = frame.time;
}

// Whatever it is may pass with the interface's next change; what lasts is the end.
void LiveInput::handle_error() {
    const Nanoseconds now = time_.now();
    if (!trouble_since_ || away_) trouble_since_ = now;
    if (now - *trouble_since_ > kSecond) fail(::pcap_geterr(handle_.get()));
    complete_until_ = std::max(complete_until_, now - kLongestInKernel);
}

void LiveInput::count(std::span<const FrameView> taken) {
    stats_.frames += taken.size();
    for (const FrameView& frame : taken) stats_.captured_bytes += frame.captured_length;
    stats_.bytes_read = stats_.captured_bytes;
}

std::uint64_t LiveInput::take_ring_drops() {
    tpacket_stats_v3 since_last = {};  // looking sets the kernel's counters to 0
    socklen_t length = sizeof(since_last);
    if (::getsockopt(descriptor_, SOL_PACKET, PACKET_STATISTICS, &since_last, &length) != 0) return 0;
    *stats_.dropped_by_capture += since_last.tp_drops;
    return since_last.tp_drops;
}

std::uint64_t LiveInput::take_interface_drops() {
    const std::uint64_t dropped = interface_drops_ ? interface_drops_->take() : 0;
    stats_.dropped_by_interface += dropped;
    *stats_.dropped_by_capture += dropped;
    return dropped;
}

void LiveInput::bound() {
    away_ = false;
    trouble_since_.reset();
}

void LiveInput::fail(const std::string& why) {
    if (failed_at_) return;
    failed_at_ = time_.now();
    detail_ = why;
}

}  // namespace deadpeer::capture
