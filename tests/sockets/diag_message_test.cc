// Answers of the kernel become sockets, whole ones alone.
#include "sockets/diag_message.h"

#include <linux/tcp.h>

#include <cerrno>
#include <limits>
#include <vector>

#include "diag_bytes.h"
#include "support/catch.h"

using namespace deadpeer;
using Kind = DiagAnswer::Kind;

namespace {

constexpr std::uint32_t kSequence = 7;

struct Read {
    DiagAnswer answer;
    std::vector<TcpSocket> sockets;
};

Read read(const std::string& datagram) {
    const Guarded guarded(datagram);
    Read result;
    result.answer = read_diag_messages(guarded.view(), kSequence,
                                       [&](const TcpSocket& socket) { result.sockets.push_back(socket); });
    return result;
}

std::string number(int value) {
    return bytes_of(value);
}

std::string text_of(const Endpoint& endpoint) {
    return to_string(endpoint.address) + " " + std::to_string(endpoint.port);
}

tcp_info some_info() {
    tcp_info info = {};
    info.tcpi_retransmits = 3;
    info.tcpi_probes = 2;
    info.tcpi_unacked = 5;
    info.tcpi_last_data_sent = 1'001;
    info.tcpi_last_data_recv = 2'002;
    info.tcpi_last_ack_recv = 3'003;
    return info;
}

// Three messages: a socket with attributes on both sides of what counts, one without, the end.
std::string whole_dump() {
    return socket_message(a_socket(),
                          padded(attribute(99, "x")) + attribute(INET_DIAG_INFO, bytes_of(some_info()))) +
           socket_message(a_socket()) + message(NLMSG_DONE, number(0));
}

}  // namespace

TEST_CASE("a request asks for the TCP sockets of one family that have a peer, with tcp_info") {
    const auto bytes = diag_request(AF_INET6, 9);
    nlmsghdr header;
    inet_diag_req_v2 body;
    std::memcpy(&header, bytes.data(), sizeof header);
    std::memcpy(&body, bytes.data() + sizeof header, sizeof body);
    CHECK(header.nlmsg_len == bytes.size());
    CHECK(header.nlmsg_type == SOCK_DIAG_BY_FAMILY);
    CHECK(header.nlmsg_flags == (NLM_F_REQUEST | NLM_F_DUMP));
    CHECK(header.nlmsg_seq == 9);
    CHECK(body.sdiag_family == AF_INET6);
    CHECK(body.sdiag_protocol == IPPROTO_TCP);
    CHECK(body.idiag_ext == 1U << (INET_DIAG_INFO - 1));
    CHECK((body.idiag_states & (1U << 7U | 1U << 10U)) == 0);
    CHECK((body.idiag_states & 0xb7eU) == 0xb7eU);
}

TEST_CASE("every field of a socket comes out as it is") {
    inet_diag_msg raw = a_socket();
    raw.idiag_timer = 2;
    raw.idiag_expires = 74'996;
    raw.idiag_rqueue = 11;
    raw.idiag_wqueue = 12;
    raw.idiag_uid = 1000;
    raw.idiag_inode = 4'000'000'000;
    const Read got = read(socket_message(raw, attribute(INET_DIAG_INFO, bytes_of(some_info()))));
    CHECK(got.answer.kind == Kind::kMore);
    REQUIRE(got.sockets.size() == 1);
    const TcpSocket& socket = got.sockets[0];
    CHECK(text_of(socket.local) == "10.0.0.1 40000");
    CHECK(text_of(socket.remote) == "10.0.0.2 5432");
    CHECK(socket.state == TcpState::kEstablished);
    CHECK(socket.timer == TcpTimer::kKeepalive);
    CHECK(socket.timer_expires == 74'996 * kMillisecond);
    CHECK(socket.receive_queue == 11);
    CHECK(socket.send_queue == 12);
    CHECK(socket.uid == 1000);
    CHECK(socket.inode == 4'000'000'000);
    REQUIRE(socket.info);
    CHECK(socket.info->retransmits == 3);
    CHECK(socket.info->probes == 2);
    CHECK(socket.info->unacked == 5);
    CHECK(socket.info->last_data_sent == 1'001 * kMillisecond);
    CHECK(socket.info->last_data_received == 2'002 * kMillisecond);
    CHECK(socket.info->last_ack_received == 3'003 * kMillisecond);
}

TEST_CASE("addresses of IPv6, and of IPv4 through a socket of IPv6") {
    inet_diag_msg raw = a_socket();
    raw.idiag_family = AF_INET6;
    raw.id.idiag_src[0] = htonl(0x20010db8);
    raw.id.idiag_src[3] = htonl(1);
    raw.id.idiag_dst[0] = 0;
    raw.id.idiag_dst[2] = htonl(0xffff);
    raw.id.idiag_dst[3] = htonl(0xc0000201);
    const Read got = read(socket_message(raw));
    REQUIRE(got.sockets.size() == 1);
    CHECK(text_of(got.sockets[0].local) == "2001:db8::1 40000");
    CHECK(text_of(got.sockets[0].remote) == "192.0.2.1 5432");
    CHECK_FALSE(got.sockets[0].remote.address.is_v6);
}

TEST_CASE("of tcp_info a short one is unknown, and a longer one than this kernel's is read") {
    const auto info_of = [](const std::string& body) {
        return read(socket_message(a_socket(), attribute(INET_DIAG_INFO, body))).sockets.at(0).info;
    };
    constexpr std::size_t kNeeded = offsetof(tcp_info, tcpi_last_ack_recv) + 4;
    const std::string whole = bytes_of(some_info());
    CHECK_FALSE(info_of(""));
    CHECK_FALSE(info_of(whole.substr(0, kNeeded - 1)));
    REQUIRE(info_of(whole.substr(0, kNeeded)));
    CHECK(info_of(whole.substr(0, kNeeded))->last_ack_received == 3'003 * kMillisecond);
    CHECK(info_of(whole + std::string(100, 'x'))->unacked == 5);
}

TEST_CASE("times before the end of the handshake are unknown") {
    inet_diag_msg raw = a_socket();
    for (const TcpState state : {TcpState::kSynSent, TcpState::kSynReceived}) {
        raw.idiag_state = static_cast<std::uint8_t>(state);
        const Read got = read(socket_message(raw, attribute(INET_DIAG_INFO, bytes_of(some_info()))));
        REQUIRE(got.sockets.size() == 1);
        REQUIRE(got.sockets[0].info);
        CHECK(got.sockets[0].info->retransmits == 3);
        CHECK(got.sockets[0].info->last_data_sent == kNoTime);
        CHECK(got.sockets[0].info->last_data_received == kNoTime);
        CHECK(got.sockets[0].info->last_ack_received == kNoTime);
    }
}

TEST_CASE("every state and timer has its name") {
    inet_diag_msg raw = a_socket();
    std::string states;
    for (int state = 0; state <= 255; ++state) {
        raw.idiag_state = static_cast<std::uint8_t>(state);
        for (const TcpSocket& socket : read(socket_message(raw)).sockets)
            states.append(to_string(socket.state)) += ' ';
    }
    CHECK(states ==
          "established syn_sent syn_received fin_wait_1 fin_wait_2 time_wait closed close_wait last_ack "
          "closing ");
    raw.idiag_state = 1;
    std::string timers;
    for (const int timer : {0, 1, 2, 3, 4, 5, 255}) {
        raw.idiag_timer = static_cast<std::uint8_t>(timer);
        const TcpSocket socket = read(socket_message(raw)).sockets.at(0);
        timers.append(to_string(socket.timer)) += ' ';
        CHECK((socket.timer_expires == kNoTime) == (socket.timer == TcpTimer::kNone));
    }
    CHECK(timers == "none retransmit keepalive time_wait window_probe none none ");
}

TEST_CASE("the end of a dump, and what the kernel refuses") {
    const auto kind = [](const std::string& bytes) { return read(bytes).answer.kind; };
    CHECK(kind(message(NLMSG_DONE, "")) == Kind::kDone);
    CHECK(kind(message(NLMSG_DONE, number(0))) == Kind::kDone);
    CHECK(kind(message(NLMSG_DONE, number(-EPERM))) == Kind::kFailed);
    const Read refused = read(message(NLMSG_ERROR, number(-ENOENT) + bytes_of(nlmsghdr{})));
    CHECK(refused.answer.kind == Kind::kFailed);
    CHECK(refused.answer.error == ENOENT);
    for (const int nonsense : {1, std::numeric_limits<int>::min()}) {
        CHECK(kind(message(NLMSG_ERROR, number(nonsense))) == Kind::kBroken);
    }
    CHECK(kind(message(NLMSG_ERROR, "")) == Kind::kBroken);
    // What stands behind the end is not read.
    CHECK(read(message(NLMSG_DONE, number(0)) + socket_message(a_socket())).sockets.empty());
}

TEST_CASE("messages of earlier requests, of other kinds and of other families are passed over") {
    inet_diag_msg other = a_socket();
    other.idiag_family = AF_UNIX;
    const Read got = read(message(NLMSG_DONE, number(0), kSequence + 1) + message(NLMSG_NOOP, "") +
                          message(SOCK_DIAG_BY_FAMILY, "short", kSequence + 1) + std::string(3, '\0') +
                          socket_message(other) + socket_message(a_socket()));
    CHECK(got.answer.kind == Kind::kMore);
    CHECK(got.sockets.size() == 1);
}

TEST_CASE("a dump cut anywhere gives its whole sockets, and nothing is read beyond its end") {
    const std::string whole = whole_dump();
    REQUIRE(read(whole).sockets.size() == 2);
    REQUIRE(read(whole).answer.kind == Kind::kDone);
    const std::size_t first = socket_message(a_socket(), padded(attribute(99, "x")) +
                                                             attribute(INET_DIAG_INFO, bytes_of(some_info())))
                                  .size();
    const std::size_t second = first + socket_message(a_socket()).size();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const Read got = read(whole.substr(0, size));
        const bool between = size == 0 || size == first || size == second;
        CHECK(got.answer.kind == (between ? Kind::kMore : Kind::kBroken));
        CHECK(got.sockets.size() == (size >= second ? 2U : size >= first ? 1U : 0U));
    }
}

TEST_CASE("a message cut in its body, with a length that says so, is broken unless an attribute ends there") {
    const std::string body =
        bytes_of(a_socket()) + padded(attribute(99, "x")) + attribute(INET_DIAG_INFO, bytes_of(some_info()));
    for (std::size_t size = 0; size < body.size(); ++size) {
        CAPTURE(size);
        const std::size_t attributes = sizeof(inet_diag_msg);
        // An attribute's padding may be missing where it is the last.
        const bool whole = size == attributes || (size >= attributes + 5 && size <= attributes + 8);
        const Read got = read(message(SOCK_DIAG_BY_FAMILY, body.substr(0, size)));
        CHECK(got.answer.kind == (whole ? Kind::kMore : Kind::kBroken));
        CHECK(got.sockets.size() == (whole ? 1U : 0U));
    }
}

TEST_CASE("lengths that cannot be are broken") {
    const auto with_length = [](std::uint32_t length) {
        std::string bytes = socket_message(a_socket());
        std::memcpy(bytes.data(), &length, sizeof length);
        return read(bytes).answer.kind;
    };
    const auto exact = static_cast<std::uint32_t>(socket_message(a_socket()).size());
    CHECK(with_length(exact) == Kind::kMore);
    for (const std::uint32_t length :
         {0U, 1U, 15U, 16U, exact - 1, exact + 1, exact + 4, 0x7fffffffU, 0xffffffffU})
        CHECK(with_length(length) == Kind::kBroken);
    const auto with_attribute_length = [](int value) {
        const auto length = static_cast<std::uint16_t>(value);
        std::string bytes = attribute(INET_DIAG_INFO, "12345678");
        std::memcpy(bytes.data(), &length, sizeof length);
        return read(socket_message(a_socket(), bytes)).answer.kind;
    };
    CHECK(with_attribute_length(12) == Kind::kMore);
    for (const int length : {0, 1, 3, 13, 0xffff}) CHECK(with_attribute_length(length) == Kind::kBroken);
}

TEST_CASE("whatever a byte of a dump becomes, it is read without harm") {
    const std::string whole = whole_dump();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char value : {'\0', '\1', '\x7f', '\xff'}) {
            std::string bytes = whole;
            bytes[at] = value;
            CHECK(read(bytes).sockets.size() <= 2);
        }
    }
}
