#include "analyzer/connection.h"

#include <algorithm>

#include "tcp/advance.h"

namespace deadpeer {
namespace {

static_assert(sizeof(Connection) <= 240);

constexpr std::uint64_t kFrameMask = (std::uint64_t{1} << 48) - 1;

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

// Without a SYN: servers listen on the lower port; between equals, whoever was seen first asked.
void guess_roles(Connection& connection, const Segment& first) {
    const std::uint16_t low = connection.key.low_port;
    const std::uint16_t high = connection.key.high_port;
    connection.initiator = low == high  ? first.direction
                           : low > high ? Direction::kFromLow
                                        : Direction::kFromHigh;
}

// The SYN, its answer, and the ACK that the initiator sends then.
Opened opened(const Connection& connection) {
    const bool acknowledged = !connection.tcp.forward(connection.initiator).first_ack;
    if (connection.syn_seen && connection.syn_ack_seen && acknowledged) return Opened::kHandshake;
    return connection.syn_seen || connection.syn_ack_seen ? Opened::kPartial : Opened::kMidstream;
}

Closed closed(const Connection& connection, bool superseded) {
    if (connection.fin_seen == 3 || (connection.key.is_self_connection() && connection.fin_seen != 0)) {
        return Closed::kByFin;
    }
    if (connection.rst_seen) return Closed::kByRst;
    return superseded ? Closed::kSuperseded : Closed::kOpen;
}

void note_silence(Connection& connection, Nanoseconds silence) {
    if (silence >= kSecond) {
        const Nanoseconds shorter = std::min(silence, connection.longest_idle);
        const Nanoseconds second = std::max(shorter / kSecond, Nanoseconds{connection.second_idle_s});
        connection.second_idle_s =
            static_cast<std::uint32_t>(std::min<Nanoseconds>(second, Connection::kMostSeconds)) &
            Connection::kMostSeconds;
    }
    connection.longest_idle = std::max(connection.longest_idle, silence);
}

SideSummary side(const Connection& connection, Direction direction) {
    const SentData& sent = connection.sent[index(direction)];
    SideSummary summary;
    summary.segments = sent.segments;
    summary.payload_bytes = sent.payload_bytes;
    summary.sent_fin = (connection.fin_seen >> index(direction) & 1U) != 0;
    return summary;
}

// What contradicts itself or was cut is counted and has its time, as long as nothing better tells of its
// side.
void tally_unanalysed(Connection& connection, const Segment& segment, RangePool& pool) {
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

}  // namespace

void tally(Connection& connection, const Segment& segment, std::uint32_t file, RangePool& pool,
           bool is_copy) {
    if (connection.last.file != file) connection.several_inputs = connection.first.frame != 0;
    connection.last.file = static_cast<std::uint16_t>(file);
    connection.last.frame = segment.frame & kFrameMask;
    if (connection.first.frame == 0) {
        connection.first = connection.last;
        guess_roles(connection, segment);
    }
    if (segment.has(kSyn | kFin | kRst)) learn_roles(connection, segment);
    if (!segment.analysed) return tally_unanalysed(connection, segment, pool);

    count(connection.sent_by(segment.direction), segment, pool, is_copy);
    acknowledge(connection.sent_by(opposite(segment.direction)), segment, pool);
    if (segment.time == kNoTime) return;
    if (connection.first_time == kNoTime) {
        connection.first_time = segment.time;
    } else if (connection.last_time() != kNoTime) {
        const Nanoseconds silence = segment.time - connection.last_time();
        if (silence <= -kSecond) connection.clock_set_back = true;
        note_silence(connection, std::max(silence, Nanoseconds{0}));
    }
    connection.last_sender = segment.direction;
}

Finding finding_about(const Connection& connection, Direction subject, EventKind kind, Severity severity) {
    Finding finding;
    finding.kind = kind;
    finding.severity = severity;
    finding.file = connection.last.file;
    finding.stream = connection.tcp.number;
    finding.opened = connection.first_time;
    finding.subject = connection.key.sender(subject);
    finding.peer = connection.key.receiver(subject);
    return finding;
}

bool is_one_way(const Connection& connection) {
    return !connection.key.is_self_connection() &&
           (connection.sent[0].segments == 0 || connection.sent[1].segments == 0);
}

FlowSummary summarize(const Connection& connection, bool superseded) {
    FlowSummary summary;
    summary.stream = connection.tcp.number;
    summary.key = connection.key;
    summary.initiator = connection.initiator;
    summary.roles_guessed = !connection.roles_known;
    summary.one_way = is_one_way(connection);
    summary.opened = opened(connection);
    summary.closed = closed(connection, superseded);
    summary.first_file = connection.first.file;
    summary.last_file = connection.last.file;
    summary.first_frame = connection.first.frame;
    summary.last_frame = connection.last.frame;
    summary.first_time = connection.first_time;
    summary.last_time = connection.last_time();
    summary.longest_idle = connection.longest_idle;
    summary.initiator_side = side(connection, connection.initiator);
    summary.responder_side = side(connection, opposite(connection.initiator));
    return summary;
}

void release(Connection& connection, RangePool& pool) {
    release(connection.tcp, pool);
    for (SentData& sent : connection.sent) pool.clear(sent.holes);
}

}  // namespace deadpeer
