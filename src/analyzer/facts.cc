#include "analyzer/facts.h"

#include <algorithm>

namespace deadpeer {
namespace {

bool is_reset_by(const Watch* watch, Direction side) {
    return watch != nullptr && watch->reset->met() && !watch->reset->ignored() &&
           watch->reset->sender == side;
}

// One side waits for the other's window to open, and the other answers that it is still closed.
bool window_closed(const Connection& connection, const Watch* watch) {
    if (watch == nullptr) return false;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const SideWatch& sender = watch->sides[index(side)];
        if (connection.tcp.reverse(side).window_closed && !sender.transmissions->open()) return true;
    }
    return false;
}

}  // namespace

Nanoseconds heard(const Connection& connection, const Watch* watch, Direction side) {
    if (is_reset_by(watch, side)) return watch->reset->sender_heard;
    const HalfStream& half = connection.tcp.forward(side);
    return half.seen ? half.last_time : kNoTime;
}

namespace {

void fill_close(ConnectionFacts& facts, const Connection& connection) {
    if (connection.fin_seen == 0) return;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const SentData& sent = connection.sent[index(side)];
        const HalfStream& own = connection.tcp.forward(side);
        const HalfStream& peer = connection.tcp.reverse(side);
        const bool fin = (connection.fin_seen >> index(side) & 1U) != 0;
        facts.sent_fin[index(side)] = fin;
        facts.spoke_after_fin[index(side)] = fin && own.last_time != own.next_seq_time;
        if (sent.next_known == 0 || !peer.rcv_next_known) continue;
        const std::int64_t left = std::int64_t{peer.rcv_next().distance_to(sent.next)} - (fin ? 1 : 0);
        facts.fin_acknowledged[index(side)] = fin && left < 0;
        if (left > 0) facts.unacknowledged[index(side)] = static_cast<std::uint32_t>(left);
    }
}

}  // namespace

ConnectionFacts facts_of(const Connection& connection, const Watch* watch) {
    ConnectionFacts facts;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        facts.heard[index(side)] = heard(connection, watch, side);
    }
    if (connection.analysed()) facts.last_time = connection.last_time();
    facts.last_frame = connection.last.frame;
    facts.one_way = is_one_way(connection);
    facts.clock_set_back = connection.clock_set_back;
    facts.fin_from_both =
        connection.fin_seen == 3 || (connection.key.is_self_connection() && connection.fin_seen != 0);
    fill_close(facts, connection);
    facts.window_closed = window_closed(connection, watch);
    facts.initiator = connection.initiator;
    const SentData& opened = connection.sent[index(connection.initiator)];
    // What passed in the stream of a SYN that was not heeded belongs to an older connection.
    const bool unheeded = watch != nullptr && watch->syn_unheeded;
    const bool nothing_but_syns =
        opened.payload_bytes == 0 && (connection.tcp.forward(connection.initiator).first_ack || unheeded);
    facts.syn_unanswered = connection.syn_seen && !connection.syn_ack_seen && nothing_but_syns;
    const bool syn_ack_only =
        connection.syn_ack_seen && connection.tcp.reverse(connection.initiator).first_ack;
    const auto resets_of = [&](Direction side) { return watch == nullptr ? 0 : watch->resets[index(side)]; };
    const Direction responder = opposite(connection.initiator);
    const bool given_up = watch != nullptr && watch->reset->in_handshake && watch->reset->sender == responder;
    if (syn_ack_only || (given_up && nothing_but_syns)) {
        facts.syn_acks =
            static_cast<std::uint32_t>(connection.sent_by(responder).segments - resets_of(responder));
    }
    const std::uint64_t resets = resets_of(connection.initiator);
    if (nothing_but_syns) facts.syns = static_cast<std::uint32_t>(opened.segments - resets);
    return facts;
}

bool was_in_use(const Connection& connection, const Watch* watch, Direction side) {
    if (!connection.syn_seen && !connection.syn_ack_seen) return true;
    if (connection.sent_by(side).payload_bytes > 0) return true;
    const HalfStream& own = connection.tcp.forward(side);
    const HalfStream& peer = connection.tcp.reverse(side);
    if (own.rcv_next_known && peer.isn_set && own.rcv_next().after(peer.isn + 1)) return true;
    return watch != nullptr && watch->sides[index(opposite(side))].prober->answered > 0;
}

std::optional<HostConnection> lost_by_host(const Connection& connection, const Watch* watch,
                                           const AnalyzerOptions& options) {
    if (watch == nullptr || !is_no_socket_reset(*watch->reset, options)) return std::nullopt;
    const ResetRecord& reset = *watch->reset;
    HostConnection lived;
    lived.host = lived.address = connection.key.sender(reset.sender).address;
    lived.stream = connection.tcp.number;
    lived.first_time = connection.first_time;
    lived.heard = reset.silent_since();
    lived.reset = reset.time;
    lived.opened_by_host = connection.initiator == reset.sender;
    lived.first_file = connection.first.file;
    lived.first_frame = connection.first.frame;
    lived.quiet = reset.host_silences;
    lived.ip_id_ran_on = reset.ip_id_ran_on;
    lived.address_moved = reset.address_moved;
    lived.was_heard = reset.sender_heard != kNoTime;
    lived.reopened = reset.reopened;
    return lived;
}

HostConnection lived_by(Direction side, const Connection& connection, const Watch* watch,
                        const AnalyzerOptions& options) {
    const auto lost = lost_by_host(connection, watch, options);
    if (lost && watch->reset->sender == side) return *lost;
    HostConnection lived;
    lived.host = lived.address = connection.key.sender(side).address;
    lived.stream = connection.tcp.number;
    lived.first_time = connection.first_time;
    lived.heard = heard(connection, watch, side);
    // A RST that is not of a host without the connection is a word of the host, too.
    const bool resets = watch != nullptr && watch->reset->met() && watch->reset->sender == side;
    if (resets && watch->reset->shape != ResetRecord::Shape::kNoSocket)
        lived.heard = std::max(lived.heard, watch->reset->time);
    lived.opened_by_host = connection.initiator == side && connection.syn_seen;
    lived.first_file = connection.first.file;
    lived.first_frame = connection.first.frame;
    lived.open = !has_ended(connection);
    return lived;
}

}  // namespace deadpeer
