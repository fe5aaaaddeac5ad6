#include "live_lab.h"

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <tins/tins.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace deadpeer::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

const char* name_of(LinkEvent::Kind kind) {
    constexpr std::array kNames = {"down",        "up",         "removed",   "returned",  "renamed",
                                   "frames_lost", "clock_step", "part_gone", "part_back", "part_given_up",
                                   "not_bound"};
    return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

NetworkLab::NetworkLab() {
    const int spaces = CLONE_NEWNET | (::geteuid() == 0 ? 0 : CLONE_NEWUSER);
    if (::unshare(spaces) != 0) fail("no network namespace can be made here");
    ip("link set dev lo up");
    add_pair();
}

void NetworkLab::ip(const std::string& arguments) {
    if (std::system(("ip " + arguments).c_str()) != 0) fail("ip " + arguments);
}

bool NetworkLab::is_promiscuous(const std::string& interface) {
    return std::system(("ip -d link show dev " + interface + " | grep -q 'promiscuity 1'").c_str()) == 0;
}

void NetworkLab::add_pair(const std::string& one, const std::string& other) {
    ip("link add dev " + one + " type veth peer name " + other);
    for (const std::string& end : {one, other}) {
        ip("link set dev " + end + " addrgenmode none");
        ip("link set dev " + end + " up");
    }
    for (const std::string& end : {one, other}) wait_for_cable(end);
}

void NetworkLab::wait_for_cable(const std::string& interface) {
    constexpr int kAttempts = 500;
    const std::string is_up = "ip -brief link show dev " + interface + " | grep -q ' UP '";
    for (int i = 0; i < kAttempts && std::system(is_up.c_str()) != 0; ++i) ::usleep(10'000);
}

FrameSender::FrameSender(const std::string& interface) : socket_(::socket(AF_PACKET, SOCK_RAW, 0)) {
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    if (socket_ < 0 || ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        fail("cannot send from " + interface);
    }
}

FrameSender::~FrameSender() {
    ::close(socket_);
}

void FrameSender::send(const std::vector<std::uint8_t>& frame, std::size_t count) const {
    std::array<mmsghdr, 64> messages = {};
    iovec bytes = {const_cast<std::uint8_t*>(frame.data()), frame.size()};
    for (mmsghdr& message : messages) {
        message.msg_hdr.msg_iov = &bytes;
        message.msg_hdr.msg_iovlen = 1;
    }
    while (count > 0) {
        const auto some = static_cast<unsigned>(std::min(count, messages.size()));
        const int sent = ::sendmmsg(socket_, messages.data(), some, 0);
        if (sent < 0 && errno != ENOBUFS) fail("cannot send");
        count -= static_cast<std::size_t>(std::max(sent, 0));
    }
}

std::vector<std::uint8_t> tcp_frame_with(std::uint32_t seq, const std::vector<std::uint8_t>& tags) {
    Tins::TCP tcp(80, 40'000);
    tcp.seq(seq);
    tcp.flags(Tins::TCP::ACK);
    Tins::EthernetII ethernet =
        Tins::EthernetII("02:00:00:00:00:02", "02:00:00:00:00:01") / Tins::IP("10.0.0.2", "10.0.0.1") / tcp;
    std::vector<std::uint8_t> frame = ethernet.serialize();
    frame.insert(frame.begin() + 12, tags.begin(), tags.end());
    return frame;
}

std::uint32_t seq_of(const FrameView& frame) {
    constexpr std::size_t kLinkHeader = 14;
    constexpr std::size_t kSeqAt = 24;  // from the start of the IP header
    const std::size_t at = kLinkHeader + kSeqAt + (frame.data[12] == 0x81 ? 4 : 0);
    std::uint32_t seq = 0;
    for (std::size_t i = 0; i < 4; ++i) seq = seq << 8 | frame.data[at + i];
    return seq;
}

std::unique_ptr<LiveCapture> open_live(const LiveOptions& options) {
    auto opened = LiveCapture::open(options);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(opened).value();
}

Heard listen(LiveCapture& capture, const Until& until) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + until.time;
    Heard heard;
    FrameBatch batch;
    while (Clock::now() < deadline) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        heard.status = capture.next(batch, left);
        for (const FrameView& frame : batch.view()) {
            heard.seqs.push_back(seq_of(frame));
            heard.frames.push_back(frame);
            heard.frames.back().data = nullptr;
        }
        while (const auto event = capture.take_event()) {
            heard.all_events.push_back(*event);
            heard.events.push_back(event->name + " " + name_of(event->kind));
        }
        if (heard.status == ReadStatus::kEnd || heard.status == ReadStatus::kFailed) break;
        const bool enough = heard.frames.size() >= until.frames && heard.events.size() >= until.events;
        if (enough && until.frames + until.events > 0) break;
    }
    return heard;
}

}  // namespace deadpeer::test
