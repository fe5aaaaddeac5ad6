#include "engine/tally.h"

namespace deadpeer::tallying {

void learn_roles(Connection& connection, const Segment& segment) {
    if (segment.has(kFin)) {
        connection.fin_seen =
            static_cast<std::uint8_t>((connection.fin_seen | (1U << index(segment.direction))) & 3U);
    }
    if (segment.has(kRst) && acceptance_of(connection.ends(), segment) != Acceptance::kDropped)
        connection.rst_seen = true;
    if (!segment.has(kSyn)) return;
    const bool answer = segment.has(kAck);
    if (answer) {
        connection.syn_ack_seen = true;
    } else {
        connection.syn_seen = true;
    }
    // The first SYN decides: in a simultaneous open both sides send one.
    if (connection.roles_known) return;
    connection.roles_known = true;
    connection.initiator = answer ? opposite(segment.direction) : segment.direction;
}

void begin(Connection& connection, const Segment& first) {
    connection.first = connection.last;
    // Without a SYN: servers listen on the lower port; between equals, whoever was seen first asked.
    const std::uint16_t low = connection.key.low_port;
    const std::uint16_t high = connection.key.high_port;
    connection.initiator = low == high  ? first.direction
                           : low > high ? Direction::kFromLow
                                        : Direction::kFromHigh;
}

void take_unanalysed(Connection& connection, const Segment& segment, RangePool& pool) {
    SentData& sent = connection.sent_by(segment.direction);
    if (segment.cut_before_window) {
        count(sent, segment, pool);
    } else {
        ++sent.segments;
    }
    HalfStream& side = connection.tcp.forward(segment.direction);
    if (segment.time == kNoTime || side.seen) return;
    if (connection.first_time == kNoTime) connection.first_time = segment.time;
    side.last_time = segment.time;
    connection.last_sender = segment.direction;
}

void note_long_silence(Connection& connection, Nanoseconds silence) {
    const Nanoseconds shorter = std::min(silence, connection.longest_idle);
    const Nanoseconds second = std::max(shorter / kSecond, Nanoseconds{connection.second_idle_s});
    connection.second_idle_s =
        static_cast<std::uint32_t>(std::min<Nanoseconds>(second, Connection::kMostSeconds)) &
        Connection::kMostSeconds;
}

}  // namespace deadpeer::tallying
