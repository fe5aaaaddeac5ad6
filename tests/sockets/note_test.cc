// The sentence about a socket fits what it does.
#include "sockets/note.h"

#include "support/catch.h"

using namespace deadpeer;

namespace {

constexpr std::uint32_t kInode = 4711;

OwnedSocket established(std::optional<KeepaliveOptions> options) {
    OwnedSocket row = {};
    row.socket.state = TcpState::kEstablished;
    row.socket.inode = kInode;
    row.socket.info = TcpInfo{};
    row.options = options;
    return row;
}

constexpr KeepaliveOptions kOn = {
    .on = true, .idle = 75 * kSecond, .interval = 10 * kSecond, .count = 3, .user_timeout = 0};

KeepaliveOptions with_user_timeout(Nanoseconds timeout) {
    KeepaliveOptions options = kOn;
    options.user_timeout = timeout;
    return options;
}

OwnedSocket in_state(TcpState state, std::uint32_t inode) {
    OwnedSocket row = established(std::nullopt);
    row.socket.state = state;
    row.socket.inode = inode;
    return row;
}

}  // namespace

TEST_CASE("who would notice the death of a peer") {
    CHECK(note_of(established(KeepaliveOptions{})) ==
          "keepalive off: nothing will notice when the peer dies");
    CHECK(note_of(established(kOn)) == "keepalive gives the peer up after 105 s of silence");
    OwnedSocket busy = established(KeepaliveOptions{});
    busy.socket.send_queue = 1;
    const std::string only_data =
        "keepalive off: nothing but the data that waits for an ACK will notice when the peer dies";
    CHECK(note_of(busy) == only_data);
    busy.socket.send_queue = 0;
    busy.socket.info->unacked = 1;
    CHECK(note_of(busy) == only_data);
}

TEST_CASE("what the timers say where the options may not be read") {
    OwnedSocket row = established(std::nullopt);
    CHECK(note_of(row) == "no timer runs: nothing will notice when the peer dies");
    row.socket.timer = TcpTimer::kKeepalive;
    CHECK(note_of(row).empty());
    row.socket.timer = TcpTimer::kRetransmit;
    CHECK(note_of(row).empty());
}

TEST_CASE("TCP_USER_TIMEOUT replaces the count, and is asked at each probe but the first") {
    CHECK(silence_until_given_up(kOn) == 105 * kSecond);
    CHECK(silence_until_given_up(with_user_timeout(kSecond)) == 85 * kSecond);
    CHECK(silence_until_given_up(with_user_timeout(85 * kSecond)) == 85 * kSecond);
    CHECK(silence_until_given_up(with_user_timeout(85 * kSecond + 1)) == 95 * kSecond);
    CHECK(silence_until_given_up(with_user_timeout(300 * kSecond)) == 305 * kSecond);
    KeepaliveOptions nothing = with_user_timeout(kSecond);
    nothing.idle = nothing.interval = 0;
    CHECK(silence_until_given_up(nothing) == kSecond);
}

TEST_CASE("segments that are repeated, probes that are not answered, a window that is closed") {
    OwnedSocket row = established(KeepaliveOptions{});
    row.socket.timer = TcpTimer::kRetransmit;
    row.socket.info->retransmits = 5;
    row.socket.info->last_ack_received = 63 * kSecond;
    CHECK(note_of(row) == "retransmitting for at most 63 s (5 times): no ACK since");
    row.options = with_user_timeout(90 * kSecond);
    CHECK(note_of(row) ==
          "retransmitting for at most 63 s (5 times): no ACK since; TCP_USER_TIMEOUT ends it after 90 s");
    row.socket.info->last_ack_received = kNoTime;
    row.socket.info->retransmits = 1;
    row.options.reset();
    CHECK(note_of(row) == "retransmitting, 1 time");

    OwnedSocket probing = established(kOn);
    probing.socket.timer = TcpTimer::kKeepalive;
    probing.socket.info->probes = 2;
    CHECK(note_of(probing) == "2 keepalive probes not answered yet of 3");
    probing.options.reset();
    probing.socket.info->probes = 1;
    CHECK(note_of(probing) == "1 keepalive probe not answered yet");

    OwnedSocket closed = established(kOn);
    closed.socket.timer = TcpTimer::kWindowProbe;
    CHECK(note_of(closed) == "the peer's window is closed");
    closed.socket.info->probes = 2;
    CHECK(note_of(closed) == "the peer's window is closed: 2 probes not answered yet");
}

TEST_CASE("handshakes, ends, and sockets without a process") {
    OwnedSocket connecting = in_state(TcpState::kSynSent, kInode);
    connecting.socket.timer = TcpTimer::kRetransmit;
    CHECK(note_of(connecting) == "connecting: 1 SYN without an answer");
    connecting.socket.info->retransmits = 2;
    CHECK(note_of(connecting) == "connecting: 3 SYNs without an answer");
    CHECK(note_of(in_state(TcpState::kSynReceived, 0)) == "the peer has not completed the handshake");
    OwnedSocket waiting = in_state(TcpState::kTimeWait, 0);
    waiting.socket.info.reset();
    CHECK(note_of(waiting) == "closed; kept for late segments");
    CHECK(note_of(in_state(TcpState::kEstablished, 0)) == "waits to be accepted by its process");
    CHECK(note_of(in_state(TcpState::kCloseWait, 0)) == "waits to be accepted by its process");
    CHECK(note_of(in_state(TcpState::kFinWait2, 0)) ==
          "closed by its process; the FIN of the peer is missing");
    CHECK(note_of(in_state(TcpState::kLastAck, 0)) == "closed by its process; an ACK is missing");
}
