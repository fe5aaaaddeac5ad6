// What RSTs, refusals, first segments and frames that are no TCP segments tell beyond their connection.
#include "analyzer/facts.h"
#include "analyzer/impl.h"
#include "decode/link_source.h"
#include "engine/same_numbers.h"
#include "tcp/advance.h"

namespace deadpeer {
namespace {

// The first segment of its side shows that it accepts a connection, or has one. Servers listen on the lower
// port.
bool has_connection(const Segment& segment) {
    if (segment.has(kSyn)) return segment.has(kAck);
    const FlowKey& key = segment.key;
    const bool low = segment.direction == Direction::kFromLow;
    return !segment.has(kRst) && (low ? key.low_port < key.high_port : key.high_port < key.low_port);
}

}  // namespace

// From where a RST came, and what that tells of its sender.
void Analyzer::Impl::take_reset(const Connection& connection, const Segment& segment) {
    const FrameView& frame = frames_[segment.batch_index];
    const std::uint64_t mac = decoding::link_source(frame);
    if (mac != 0 && !life_.expects(mac)) watcher_.note_other_sender(connection, segment);
    if (const ResetRecord* reset = watcher_.reset_of(connection, segment))
        watcher_.note_macs(connection, life_.hear_reset(segment, frame, reset->silent_since()));
    if (mac != 0 && mac == life_.link_of(segment.source().address))
        watcher_.note_own_reset(connection, segment);
    verdicts_.note_forgotten(connection);
    const ResetRecord* reset = watcher_.reset_of(connection, segment);
    if (reset == nullptr) return;
    if (reset->shape == ResetRecord::Shape::kRefused) take_refusal(connection, segment);
    if (reset->shape == ResetRecord::Shape::kNoSocket && is_begun_by_other(connection, segment))
        take_rebinding(connection, segment);
}

// Whether the connection that the RST answers has the numbers of another that its sender has on that port.
void Analyzer::Impl::take_rebinding(const Connection& connection, const Segment& reset) {
    const auto [accepted, accepted_before] = services_.others(reset);
    for (const FlowKey& key : {accepted, accepted_before, services_.opened(reset)}) {
        const Connection* const other = flows_.find(key, flows_.hash(key));
        if (other == nullptr || other == &connection) continue;
        if (goes_on_in(*other, connection, reset)) watcher_.note_rebinding(connection, reset);
        if (belongs_to(*other, connection, reset)) watcher_.note_leak(connection, reset);
    }
}

// Whether what is alike to the packet before it is that packet: two RSTs of a host that does not number them
// may answer two segments, unless the capture holds other frames twice.
bool Analyzer::Impl::count_copy(const Segment& segment) {
    InputTally& input = inputs_.tally(file_);
    const bool may_be_alike = segment.has(kRst) && (segment.ip_id == 0 || segment.key.is_v6());
    if (may_be_alike && !input.holds_copies()) return false;
    input.count_copy();
    return true;
}

// A side's first segment.
void Analyzer::Impl::meet_side(const Connection& connection, const Segment& segment) {
    const bool answers = connection.sent_by(opposite(segment.direction)).segments > 0;
    life_.meet(segment, frames_[segment.batch_index], answers);
    if (has_connection(segment))
        services_.meet(segment, [this](const Services::Refusal& refusal) { return outlives(refusal); });
    else if (!segment.has(kRst))
        services_.meet_opener(segment);
}

// A connection that the service had when it refused another, and has had since; it has just accepted one.
bool Analyzer::Impl::outlives(const Services::Refusal& refusal) {
    const Connection* const other = flows_.find(refusal.witness, flows_.hash(refusal.witness));
    Connection* const refused = flows_.find(refusal.key, flows_.hash(refusal.key));
    if (other == nullptr || refused == nullptr || refused->tcp.number != refusal.stream) return false;
    const Endpoint service = refusal.key.sender(refusal.server);
    const Direction side = other->key.low() == service ? Direction::kFromLow : Direction::kFromHigh;
    if (heard(*other, watcher_.watch_of(*other), side) <= refusal.time) return false;
    watcher_.note_served(*refused, refusal.time);
    return true;
}

// `reset` answers a SYN.
void Analyzer::Impl::take_refusal(const Connection& refused, const Segment& reset) {
    for (const FlowKey& key : services_.others(reset)) {
        const Connection* const other = flows_.find(key, flows_.hash(key));
        const bool fits = other != nullptr && (key.low() == reset.source() || key.high() == reset.source());
        if (!fits || other == &refused || is_one_way(*other) || has_ended(*other)) continue;
        services_.wait({reset.key, key, reset.direction, refused.tcp.number, reset.time});
        watcher_.await_service(refused, reset);
        return;
    }
}

// Counts the connection at its server from when both sides were heard until it ends.
void Analyzer::Impl::take_census(const Connection& connection, const Segment& segment) {
    if (connection.rst_seen || connection.fin_seen == 3) {
        leave_census(connection);
        return;
    }
    if (is_one_way(connection) || connection.sent[index(segment.direction)].segments > 1) return;
    CensusEntry entry;
    entry.key = connection.key;
    entry.initiator = connection.initiator;
    entry.file = connection.first.file;
    entry.first_frame = connection.first.frame;
    entry.frame = segment.frame;
    entry.time = segment.time;
    if (!census_.opened(entry)) return;
    sink_.on_finding(census_.warning(entry, options_.idle_after,
                                     [this](const FlowKey& key) { return last_time_of(key); }));
}

void Analyzer::Impl::leave_census(const Connection& connection) {
    if (!census_.active()) return;
    if (const auto peak = census_.closed(connection.key, connection.initiator)) sink_.on_finding(*peak);
}

Nanoseconds Analyzer::Impl::last_time_of(const FlowKey& key) {
    const Connection* connection = flows_.find(key, flows_.hash(key));
    return connection == nullptr ? kNoTime : connection->last_time();
}

// What a host tells of itself. `known_sender`: a machine that was seen with connections. Another may take
// over an address, or ask whether it is in use, as switches and routers do.
void Analyzer::Impl::take_announcement(const Notice& notice, std::uint64_t mac, bool known_sender) {
    if (notice.host.is_zero() || !known_sender || life_.sends_from_another(notice.host, mac)) return;
    if (mac != 0 && is_virtual(mac)) return life_.note_takeover(notice.host, notice.time);
    if (notice.kind == Notice::Kind::kDhcpRenewal) return life_.note_renewal(notice.host, mac, notice.time);
    if (life_.was_away(notice.host, notice.time))
        verdicts_.announce(notice.host, notice.time, file_, notice.frame);
}

// `mac`: of the frame's sender.
void Analyzer::Impl::take_notice(const Notice& notice, std::uint64_t mac, bool known_sender) {
    if (live_) pass_time(std::min(notice.time, read_at_));
    if (!notice.is_quote()) return take_announcement(notice, mac, known_sender);
    // Wireshark numbers the stream of a quoted header, but does not take it for a segment.
    const bool numbers_stream = notice.header_quoted && !too_short_for_stream(notice.quote);
    const std::uint64_t hash = flows_.hash(notice.quote.key);
    if (!numbers_stream && flows_.find(notice.quote.key, hash) == nullptr) return;
    Connection& connection = connection_by(notice.quote.key, hash);
    if (numbers_stream) {
        start(connection, notice.quote);
        learn_options(connection.tcp, notice.quote, rules_);
    }
    if (notice.is_unreachable()) {
        Connection* const old = predecessors_.going_on(connection);
        Connection& quoted = old != nullptr && !notice.quote.has(kSyn) ? *old : connection;
        const bool of_host = notice.kind == Notice::Kind::kHostUnreachable;
        watcher_.unreachable(quoted, notice.quote, of_host, notice.frame, notice.time);
    }
}

}  // namespace deadpeer
