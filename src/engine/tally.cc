#include "engine/tally.h"

namespace deadpeer {
namespace tallying {

namespace {

std::uint8_t with(std::uint8_t sides, Direction side) {
    return static_cast<std::uint8_t>(sides | 1U << index(side));
}

}  // namespace

void learn_roles(Connection& connection, const Segment& segment) {
    if (segment.has(kFin) && !is_behind(connection.ends(), segment))
        connection.fin_seen = with(connection.fin_seen, segment.direction) & 3U;
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

}  // namespace tallying

void tally_stray(Connection& connection, const Segment& segment, std::uint32_t file) {
    if (connection.last.file != file) connection.several_inputs = true;
    connection.last = FramePosition::of(file, segment.frame);
    if (segment.has(kFin))
        connection.fin_strayed = tallying::with(connection.fin_strayed, segment.direction) & 3U;
    count_stray(connection.sent_by(segment.direction), segment);
    tallying::note_time(connection, segment);
}

void agree(Connection& connection, const Segment& segment, RangePool& pool) {
    const Direction side = segment.direction;
    const Agreement agreement = agreement_of(connection.ends(), segment);
    HalfStream& other = connection.tcp.reverse(side);
    if (agreement.expected && other.rcv_next_aside) {
        other.rcv_next_aside = false;
        other.sacked = {};
    }
    // A RST does not tell where its side is; nor is it asked whether something before it is missing.
    if (segment.has(kRst)) reach(connection.sent_by(side), Seq(segment.seq), pool);
    const auto take_fin = [&connection](Direction closer) {
        const std::uint32_t strayed = connection.fin_strayed & 1U << index(closer);
        connection.fin_seen = static_cast<std::uint8_t>(connection.fin_seen | strayed) & 3U;
    };
    if (agreement.sender_was_there) take_fin(side);
    if (agreement.other_was_there) take_fin(opposite(side));
}

}  // namespace deadpeer
