// Connection: the flow table's record of one TCP connection.
//
// Size: at most 240 bytes, so that a million idle connections, with their index, fit the default memory cap.
#pragma once

#include <array>
#include <cstdint>

#include "deadpeer/address.h"
#include "deadpeer/flow_summary.h"
#include "deadpeer/segment.h"
#include "detect/connection_view.h"
#include "tcp/accepts.h"
#include "tcp/half_stream.h"
#include "tcp/range_pool.h"
#include "tcp/sent_data.h"

namespace deadpeer {

// A frame of an input.
struct FramePosition {
    std::uint64_t file : 16 = 0;
    std::uint64_t frame : 48 = 0;

    static FramePosition of(std::uint64_t file, std::uint64_t frame) {
        constexpr std::uint64_t kFiles = (std::uint64_t{1} << 16) - 1;
        constexpr std::uint64_t kFrames = (std::uint64_t{1} << 48) - 1;
        return {file & kFiles, frame & kFrames};
    }
};

struct Connection {
    FlowKey key;
    TcpStream tcp;
    std::array<SentData, 2> sent;
    FramePosition first;
    FramePosition last;
    Nanoseconds first_time = kNoTime;
    Nanoseconds longest_idle = kNoTime;
    std::uint32_t watch = 0;  // its Watch, if it has one
    Direction last_sender : 1 = Direction::kFromLow;
    bool several_inputs : 1 = false;  // its segments come from more than one
    Direction initiator : 1 = Direction::kFromLow;
    bool roles_known : 1 = false;
    bool syn_seen : 1 = false;
    bool syn_ack_seen : 1 = false;
    bool rst_seen : 1 = false;          // one that its receiver does not drop
    bool clock_set_back : 1 = false;    // from one of its segments to the next, by a second or more
    bool needs_inspection : 1 = false;  // its Watch must see all of its segments
    std::uint8_t fin_seen : 2 = 0;      // one bit a direction
    bool beats : 1 = false;             // its data is looked at for heartbeats
    // The longest silence but one in whole seconds, at most kMostSeconds.
    std::uint32_t second_idle_s : 15 = 0;
    std::uint8_t fin_strayed : 2 = 0;  // like fin_seen: a FIN where its receiver drops it

    static constexpr std::uint32_t kMostSeconds = (1U << 15) - 1;

    // The connection as it stands, for questions about the next segment.
    [[nodiscard]] ConnectionView view() const {
        return {tcp,        sent,     first_time, last_time(), longest_idle, second_idle_s * kSecond,
                last.frame, fin_seen, initiator,  syn_seen,    syn_ack_seen};
    }

    [[nodiscard]] Ends ends() const { return {tcp, sent, initiator, syn_seen, syn_ack_seen, fin_seen}; }

    // By way of a pointer, as TcpStream has it.
    [[nodiscard]] const SentData& sent_by(Direction d) const { return sent.data()[index(d)]; }
    [[nodiscard]] SentData& sent_by(Direction d) { return sent.data()[index(d)]; }

    // Of any of its segments, so that they can tell what became of it.
    [[nodiscard]] bool analysed() const { return tcp.halves[0].seen || tcp.halves[1].seen; }

    // Time of the latest segment that was analysed, or was its side's only one; kNoTime if there is none with
    // a time.
    [[nodiscard]] Nanoseconds last_time() const {
        return first_time == kNoTime ? kNoTime : tcp.forward(last_sender).last_time;
    }
};

// What the connection's own tallies tell; its judgement is left out. `superseded`: a new one took its
// 4-tuple.
FlowSummary summarize(const Connection& connection, bool superseded);

// A finding of this kind about one side of the connection, its numbers still to be filled in.
Finding finding_about(const Connection& connection, Direction subject, EventKind kind, Severity severity);

[[nodiscard]] bool is_one_way(const Connection& connection);

[[nodiscard]] inline bool is_unanswered_syn(const Connection& connection) {
    return connection.syn_seen && is_one_way(connection) && connection.sent[0].payload_bytes == 0 &&
           connection.sent[1].payload_bytes == 0;
}

// Segments say so; a RST may turn out to be ignored.
[[nodiscard]] inline bool has_ended(const Connection& connection) {
    return connection.rst_seen || connection.fin_seen == 3;
}

// Gives back what the connection holds in the pool.
void release(Connection& connection, RangePool& pool);

}  // namespace deadpeer
