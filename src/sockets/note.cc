#include "sockets/note.h"

#include <algorithm>

#include "report/text/words.h"

namespace deadpeer {
namespace {

constexpr Count probes(std::uint64_t number) {
    return {number, "keepalive probe", "keepalive probes"};
}

void say_user_timeout(std::string& out, const OwnedSocket& row) {
    if (row.options && row.options->user_timeout > 0)
        say(out, "; TCP_USER_TIMEOUT ends it after ", Span{row.options->user_timeout});
}

void say_retransmitting(std::string& out, const OwnedSocket& row) {
    const TcpInfo& info = *row.socket.info;
    const Count times = {info.retransmits, "time", "times"};
    if (info.last_ack_received == kNoTime) {
        say(out, "retransmitting, ", times);
    } else {
        say(out, "retransmitting for at most ", Span{info.last_ack_received}, " (", times, "): no ACK since");
    }
    say_user_timeout(out, row);
}

void say_unanswered_probes(std::string& out, const OwnedSocket& row) {
    say(out, probes(row.socket.info->probes), " not answered yet");
    if (row.options && row.options->on) say(out, " of ", row.options->count);
}

// The handshake and what follows the end. False: it is in neither.
bool say_state(std::string& out, const TcpSocket& socket) {
    const std::uint64_t repeated = socket.info ? socket.info->retransmits : 0;
    switch (socket.state) {
        case TcpState::kSynSent:
            say(out, "connecting: ", Count{repeated + 1, "SYN", "SYNs"}, " without an answer");
            return true;
        case TcpState::kSynReceived:
            say(out, "the peer has not completed the handshake");
            return true;
        case TcpState::kTimeWait:
            say(out, "closed; kept for late segments");
            return true;
        default:
            return false;
    }
}

// False: segments and probes come and go as they should.
bool say_trouble(std::string& out, const OwnedSocket& row) {
    const TcpSocket& socket = row.socket;
    if (!socket.info) return false;
    if (socket.timer == TcpTimer::kRetransmit && socket.info->retransmits > 0) {
        say_retransmitting(out, row);
    } else if (socket.timer == TcpTimer::kWindowProbe) {
        say(out, "the peer's window is closed");
        if (socket.info->probes > 0)
            say(out, ": ", Count{socket.info->probes, "probe", "probes"}, " not answered yet");
    } else if (socket.info->probes > 0) {
        say_unanswered_probes(out, row);
    } else {
        return false;
    }
    return true;
}

void say_without_process(std::string& out, const TcpSocket& socket) {
    const bool open = socket.state == TcpState::kEstablished || socket.state == TcpState::kCloseWait;
    if (open) return say(out, "waits to be accepted by its process");
    say(out, "closed by its process; ",
        socket.state == TcpState::kFinWait2 ? "the FIN of the peer is missing" : "an ACK is missing");
}

void say_keepalive(std::string& out, const OwnedSocket& row) {
    const TcpSocket& socket = row.socket;
    const bool waits_for_ack = socket.send_queue > 0 || (socket.info && socket.info->unacked > 0);
    if (!row.options) {
        // Where keepalive is on its timer always runs, unless another one hides it.
        if (socket.timer == TcpTimer::kNone)
            say(out, "no timer runs: nothing will notice when the peer dies");
    } else if (row.options->on) {
        say(out, "keepalive gives the peer up after ", Span{silence_until_given_up(*row.options)},
            " of silence");
    } else if (waits_for_ack) {
        say(out, "keepalive off: nothing but the data that waits for an ACK will notice when the peer dies");
    } else {
        say(out, "keepalive off: nothing will notice when the peer dies");
    }
}

}  // namespace

std::string note_of(const OwnedSocket& row) {
    std::string out;
    if (say_state(out, row.socket) || say_trouble(out, row)) return out;
    if (row.socket.inode == 0) {
        say_without_process(out, row.socket);
    } else {
        say_keepalive(out, row);
    }
    return out;
}

Nanoseconds silence_until_given_up(const KeepaliveOptions& options) {
    const Nanoseconds interval = std::max(options.interval, Nanoseconds{1});
    if (options.user_timeout == 0) return options.idle + interval * options.count;
    // Asked at each probe but the first whether it is over; the count does not matter then.
    const Nanoseconds beyond = std::max<Nanoseconds>(options.user_timeout - options.idle, 0);
    return options.idle + interval * std::max<Nanoseconds>((beyond + interval - 1) / interval, 1);
}

}  // namespace deadpeer
