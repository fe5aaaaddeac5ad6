#include "sockets/diag_message.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace deadpeer {
namespace {

using Bytes = std::span<const std::byte>;

struct Request {
    nlmsghdr header;
    inet_diag_req_v2 body;
};
static_assert(sizeof(Request) == kDiagRequestBytes);

constexpr unsigned bit(TcpState state) {
    return 1U << static_cast<unsigned>(state);
}

// REQUIRES: enough bytes.
template <typename T>
T read(Bytes bytes) {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// What a header of a message or an attribute says of its own length; nothing if that cannot be.
std::optional<std::size_t> checked(std::size_t length, std::size_t least, Bytes rest) {
    if (length < least || length > rest.size()) return std::nullopt;
    return length;
}

// The next one begins at a multiple of 4; padding behind the last may be missing.
Bytes behind(Bytes rest, std::size_t length) {
    return rest.subspan(std::min(rest.size(), (length + 3) / 4 * 4));
}

IpAddress address_of(std::uint8_t family, const __be32 (&words)[4]) {
    IpAddress address;
    std::memcpy(address.bytes.data(), words, family == AF_INET ? 4 : 16);
    address.is_v6 = family == AF_INET6;
    // IPv4 through a socket of IPv6: what is on the wire is IPv4.
    constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (!address.is_v6 || !std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) return address;
    IpAddress v4;
    std::copy_n(address.bytes.begin() + kMapped.size(), 4, v4.bytes.begin());
    return v4;
}

TcpTimer timer_of(std::uint8_t number) {
    const bool known = number <= static_cast<std::uint8_t>(TcpTimer::kWindowProbe);
    return known ? static_cast<TcpTimer>(number) : TcpTimer::kNone;
}

// The structure grows at its end from kernel to kernel.
std::optional<TcpInfo> info_of(Bytes attribute) {
    constexpr std::size_t kNeeded = offsetof(tcp_info, tcpi_last_ack_recv) + sizeof(std::uint32_t);
    if (attribute.size() < kNeeded) return std::nullopt;
    tcp_info raw = {};
    std::memcpy(&raw, attribute.data(), std::min(attribute.size(), sizeof raw));
    TcpInfo info;
    info.retransmits = raw.tcpi_retransmits;
    info.probes = raw.tcpi_probes;
    info.unacked = raw.tcpi_unacked;
    info.last_data_sent = raw.tcpi_last_data_sent * kMillisecond;
    info.last_data_received = raw.tcpi_last_data_recv * kMillisecond;
    info.last_ack_received = raw.tcpi_last_ack_recv * kMillisecond;
    return info;
}

// Until the handshake has ended nothing was sent or heard, and the kernel counts from its own start.
void forget_times_before_handshake(TcpSocket& socket) {
    const bool opening = socket.state == TcpState::kSynSent || socket.state == TcpState::kSynReceived;
    if (!opening || !socket.info) return;
    socket.info->last_data_sent = socket.info->last_data_received = socket.info->last_ack_received = kNoTime;
}

// False: an attribute's length does not fit.
bool read_attributes(Bytes rest, TcpSocket& socket) {
    while (rest.size() >= sizeof(rtattr)) {
        const auto header = read<rtattr>(rest);
        const auto length = checked(header.rta_len, sizeof header, rest);
        if (!length) return false;
        if (header.rta_type == INET_DIAG_INFO)
            socket.info = info_of(rest.subspan(sizeof header, *length - sizeof header));
        rest = behind(rest, *length);
    }
    return rest.empty();
}

// Whether it is one that has a peer.
bool is_wanted(const inet_diag_msg& raw) {
    constexpr std::uint8_t kNewSynReceived = 12;  // never shown so far
    const bool family = raw.idiag_family == AF_INET || raw.idiag_family == AF_INET6;
    return family && raw.idiag_state >= static_cast<std::uint8_t>(TcpState::kEstablished) &&
           raw.idiag_state < kNewSynReceived &&
           raw.idiag_state != static_cast<std::uint8_t>(TcpState::kListen);
}

// False: it is broken.
bool read_socket(Bytes body, const std::function<void(const TcpSocket&)>& on_socket) {
    if (body.size() < sizeof(inet_diag_msg)) return false;
    const auto raw = read<inet_diag_msg>(body);
    TcpSocket socket;
    if (!read_attributes(behind(body, sizeof raw), socket)) return false;
    if (!is_wanted(raw)) return true;
    socket.local = {address_of(raw.idiag_family, raw.id.idiag_src), ntohs(raw.id.idiag_sport)};
    socket.remote = {address_of(raw.idiag_family, raw.id.idiag_dst), ntohs(raw.id.idiag_dport)};
    socket.state = static_cast<TcpState>(raw.idiag_state);
    socket.timer = timer_of(raw.idiag_timer);
    if (socket.timer != TcpTimer::kNone) socket.timer_expires = raw.idiag_expires * kMillisecond;
    socket.send_queue = raw.idiag_wqueue;
    socket.receive_queue = raw.idiag_rqueue;
    socket.uid = raw.idiag_uid;
    socket.inode = raw.idiag_inode;
    forget_times_before_handshake(socket);
    on_socket(socket);
    return true;
}

// What an error or the end of a dump carries: 0, or a negative errno.
DiagAnswer ended(Bytes body, bool needs_number) {
    if (body.size() < sizeof(int)) {
        return {needs_number ? DiagAnswer::Kind::kBroken : DiagAnswer::Kind::kDone};
    }
    const int number = read<int>(body);
    if (number == 0) return {DiagAnswer::Kind::kDone};
    if (number > 0 || number == std::numeric_limits<int>::min()) return {DiagAnswer::Kind::kBroken};
    return {DiagAnswer::Kind::kFailed, -number};
}

}  // namespace

std::array<std::byte, kDiagRequestBytes> diag_request(std::uint8_t family, std::uint32_t sequence) {
    Request request = {};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.header.nlmsg_seq = sequence;
    request.body.sdiag_family = family;
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.idiag_ext = 1U << (INET_DIAG_INFO - 1);
    request.body.idiag_states = ~(bit(TcpState::kListen) | bit(TcpState::kClosed));
    std::array<std::byte, kDiagRequestBytes> bytes;
    std::memcpy(bytes.data(), &request, sizeof request);
    return bytes;
}

DiagAnswer read_diag_messages(Bytes datagram, std::uint32_t sequence,
                              const std::function<void(const TcpSocket&)>& on_socket) {
    while (!datagram.empty()) {
        if (datagram.size() < sizeof(nlmsghdr)) return {DiagAnswer::Kind::kBroken};
        const auto header = read<nlmsghdr>(datagram);
        const auto length = checked(header.nlmsg_len, sizeof header, datagram);
        if (!length) return {DiagAnswer::Kind::kBroken};
        const Bytes body = datagram.subspan(sizeof header, *length - sizeof header);
        datagram = behind(datagram, *length);
        if (header.nlmsg_seq != sequence) continue;
        if (header.nlmsg_type == NLMSG_DONE) return ended(body, false);
        if (header.nlmsg_type == NLMSG_ERROR) return ended(body, true);
        if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) continue;
        if (!read_socket(body, on_socket)) return {DiagAnswer::Kind::kBroken};
    }
    return {DiagAnswer::Kind::kMore};
}

}  // namespace deadpeer
