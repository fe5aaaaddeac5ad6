#include "engine/connection.h"

#include <algorithm>

#include "tcp/advance.h"

namespace deadpeer {
namespace {

static_assert(sizeof(Connection) <= 240);

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

SideSummary side(const Connection& connection, Direction direction) {
    const SentData& sent = connection.sent[index(direction)];
    SideSummary summary;
    summary.segments = sent.segments;
    summary.payload_bytes = sent.payload_bytes;
    summary.sent_fin = (connection.fin_seen >> index(direction) & 1U) != 0;
    return summary;
}

}  // namespace

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
