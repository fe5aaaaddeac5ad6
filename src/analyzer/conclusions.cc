#include "analyzer/conclusions.h"

#include <algorithm>

namespace deadpeer {
namespace {

Nanoseconds median_of(const RttSample& rtts) {
    auto sample = rtts.microseconds;
    const std::size_t count = std::min<std::size_t>(rtts.seen, sample.size());
    if (count == 0) return kNoTime;
    const auto middle = sample.begin() + static_cast<std::ptrdiff_t>((count - 1) / 2);
    std::nth_element(sample.begin(), middle, sample.begin() + static_cast<std::ptrdiff_t>(count));
    return Nanoseconds{*middle} * kMicrosecond;
}

void fill_judgement(FlowSummary& flow, const Judgement& judgement) {
    flow.verdict = judgement.verdict;
    flow.confidence = judgement.confidence;
    flow.reason = judgement.reason;
    flow.signs = judgement.signs;
    flow.failed_side_known = judgement.side_known;
    flow.failed_side_initiator = judgement.side == flow.initiator;
    flow.unanswered = judgement.unanswered;
    flow.tries = judgement.tries;
    flow.lost_bytes = judgement.lost_bytes;
    flow.unanswered_interval = judgement.interval;
    flow.verdict_time = judgement.time;
    flow.verdict_frame = judgement.frame;
    flow.half_open = judgement.half_open;
    flow.idle_at_failure = judgement.idle_at_failure;
    flow.idle_survived = judgement.idle_survived;
    flow.path_timeout = judgement.path_timeout;
    flow.segment_bytes = judgement.segment_bytes;
    flow.macs = judgement.macs;
}

// After a RST, or after one to its first SYNs.
bool went_on(const Watch& watch) {
    if (watch.reset->met()) return watch.reset->ignored();
    return watch.refusals > 0 || watch.syn_challenged;
}

OpenTime open_time(Nanoseconds end, const Judgement& judgement) {
    OpenTime open;
    open.end = end;
    const bool failed =
        judgement.verdict == Verdict::kPeerDead || judgement.verdict == Verdict::kPeerRebooted ||
        judgement.verdict == Verdict::kMiddleboxRestarted || judgement.verdict == Verdict::kAddressMoved ||
        judgement.verdict == Verdict::kPeerLostState;
    if (!failed || judgement.half_open == kNoTime) return open;
    open.failed = judgement.side;
    open.failed_since = judgement.time - judgement.half_open;
    return open;
}

TimerPool::Owner owner_of(const Connection& connection, Direction prober) {
    const Direction responder = opposite(connection.initiator);
    return {connection.key.sender(prober).address, connection.key.sender(responder).port,
            prober == responder};
}

}  // namespace

void Conclusions::clear() {
    hosts_.forget_connections();
    idle_timers_ = {};
    interval_timers_ = {};
}

void Conclusions::gather_timers(const Connection& connection) {
    const Watch* watch = watcher_.watch_of(connection);
    if (watch == nullptr) return;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const TimerPool::Owner owner = owner_of(connection, side);
        const Prober& prober = *watch->sides[index(side)].prober;
        idle_timers_.add(owner, prober.idle.cluster());
        interval_timers_.add(owner, prober.interval.cluster());
    }
}

void Conclusions::note_forgotten(const Connection& connection) {
    const auto lost = lost_by_host(connection);
    if (!lost || is_second_view(connection)) return;
    hosts_.note_reset(lost->address, lost->reset);
    together_.note(loss_of(connection, *lost));
}

// Who closes may be answered so by a host that has closed, too; who was silent for long enough, by one that
// the path forgot; who has just connected, by a service that does not like the first request, and a scanner
// meets many of these at once.
LostTogether::Loss Conclusions::loss_of(const Connection& connection, const HostConnection& lost) const {
    const ResetRecord& reset = *watcher_.watch_of(connection)->reset;
    LostTogether::Loss loss;
    loss.peer = connection.key.receiver(reset.sender).address;
    loss.host = lost.host;
    loss.first_time = lost.first_time;
    loss.heard = lost.heard;
    loss.reset = lost.reset;
    loss.counts = reset.sender_heard != kNoTime && connection.fin_seen == 0 && !lost.address_moved &&
                  lost.reset - lost.heard < HostBook::kShortestTimeout &&
                  was_in_use(connection, watcher_.watch_of(connection), reset.sender);
    loss.port = connection.key.sender(reset.sender).port;
    loss.ttl = reset.ttl;
    loss.mac = life_.link_of(lost.address);
    return loss;
}

void Conclusions::prepare_paths() {
    together_.prepare([this](const IpAddress& host, Nanoseconds heard, Nanoseconds reset) {
        return hosts_.has_announced(host, heard, reset);
    });
}

void Conclusions::ask_about_path(const Connection& connection) {
    if (const auto lost = lost_by_host(connection)) together_.ask_about(loss_of(connection, *lost));
}

// As its peer sees that host.
LostTogether::Lived Conclusions::lived_by_host(const Connection& connection, Direction host) const {
    LostTogether::Lived lived;
    lived.peer = connection.key.receiver(host).address;
    lived.host = life_.machine_of(connection.key.sender(host).address);
    lived.from = connection.first_time;
    lived.to = heard(connection, watcher_.watch_of(connection), host);
    lived.last = connection.last_time();
    lived.open = !has_ended(connection);
    lived.port = connection.key.sender(host).port;
    const Watch* watch = watcher_.watch_of(connection);
    const bool refused = watch != nullptr && watch->reset->shape == ResetRecord::Shape::kRefused;
    if (!connection.syn_seen || host == connection.initiator) return lived;
    if (refused && watch->reset->sender == host && !watch->reset->out_of_window) {
        lived.answer = LostTogether::Answer::kRefused;
        lived.ttl = watch->reset->ttl;
    } else if (!refused && connection.syn_ack_seen) {
        lived.answer = LostTogether::Answer::kAccepted;
    }
    return lived;
}

void Conclusions::gather_path(const Connection& connection) {
    for (const Direction host : {Direction::kFromLow, Direction::kFromHigh}) {
        if (together_.has_noticed(connection.key.receiver(host).address))
            together_.add_lived(lived_by_host(connection, host));
    }
}

bool Conclusions::gather_path(const Connection& connection, const IpAddress& peer) {
    for (const Direction host : {Direction::kFromLow, Direction::kFromHigh}) {
        if (connection.key.receiver(host).address == peer)
            together_.add_lived(lived_by_host(connection, host));
    }
    if (together_.wants_more(peer)) return true;
    together_.give_up(peer);
    return false;
}

void Conclusions::note_gone(const Connection& connection) {
    if (lost_by_host(connection)) return;
    for (const Direction host : {Direction::kFromLow, Direction::kFromHigh}) {
        if (together_.has_noticed(connection.key.receiver(host).address))
            together_.note_gone(lived_by_host(connection, host));
    }
}

std::optional<HostConnection> Conclusions::lost_by_host(const Connection& connection) const {
    auto lost = deadpeer::lost_by_host(connection, watcher_.watch_of(connection), options_);
    if (!lost) return std::nullopt;
    // Frames after the RST may show that, too.
    if (life_.ip_id_ran_on(lost->address, lost->heard, lost->reset)) lost->ip_id_ran_on = true;
    lost->host = life_.machine_of(lost->host);
    lost->stream = seen_twice_.first_of(lost->stream).value_or(lost->stream);
    lost->taken = signs_of_takeover(*watcher_.watch_of(connection)->reset, lost->address);
    return lost;
}

// Whether the RST's sender took the address over, or has it besides another, as far as shows by now.
Signs Conclusions::signs_of_takeover(const ResetRecord& reset, const IpAddress& host) const {
    if (reset.macs.before == 0) return 0;
    const HostLife::Takeover takeover = life_.takeover(host, reset.macs);
    if (!takeover.are_two) return 0;
    const bool claimed = takeover.claim.mac != 0;
    // A box on the path may send a RST in the name of the address, from an address of its own.
    if (!claimed && !takeover.served) return 0;
    const Signs shown = (claimed ? kSignAddressClaimed : 0) | (takeover.apart ? kSignOwnAddress : 0);
    if (reset.holder_after) return kSignAddressShared | shown;
    return takeover.left && !reset.holder_spoke ? kSignAddressTaken | shown : 0;
}

void Conclusions::gather_host(const Connection& connection, Direction side) {
    const Watch* watch = watcher_.watch_of(connection);
    if (const auto lost = lost_by_host(connection); lost && watch->reset->sender == side) {
        return hosts_.add(*lost);
    }
    HostConnection lived = lived_by(side, connection, watch, options_);
    lived.host = life_.machine_of(lived.address);
    hosts_.add(lived);
}

void Conclusions::gather_gone(const IpAddress& address) {
    const IpAddress host = life_.machine_of(address);
    life_.for_each_gone(address, [&](const GoneConnections::Span& span) {
        hosts_.add_heard(host, span.from, span.to, span.resets);
    });
}

void Conclusions::freeze() {
    hosts_.freeze();
    idle_timers_.freeze();
    interval_timers_.freeze();
}

HostSigns Conclusions::host_signs(const Connection& connection) const {
    const auto lost = lost_by_host(connection);
    if (!lost) return {};
    HostSigns signs{hosts_.signs_of(*lost), hosts_.evidence_of(*lost, connection.last.file),
                    hosts_.silence_of(*lost)};
    if ((signs.signs & kSignAddressClaimed) != 0) {
        const MacChange& macs = watcher_.watch_of(connection)->reset->macs;
        const Claim claim = life_.takeover(lost->address, macs).claim;
        signs.evidence = {};
        if (claim.file == connection.last.file) signs.evidence.add(claim.frame);
    }
    if (const auto moment = together_.moment_of(loss_of(connection, *lost))) {
        signs.signs |= kSignLostTogether;
        if (moment->refused_since) signs.signs |= kSignRefusedSince;
        signs.moment = *moment;
    }
    return signs;
}

bool Conclusions::was_lost_alone(const Connection& connection) const {
    const auto lost = lost_by_host(connection);
    return lost && together_.is_refuted(loss_of(connection, *lost));
}

bool Conclusions::loss_is_awaited(const Connection& connection) const {
    const auto lost = lost_by_host(connection);
    return lost && together_.is_awaited(loss_of(connection, *lost).peer);
}

bool Conclusions::witness_is_awaited(const Connection& connection) const {
    const auto lost = lost_by_host(connection);
    return lost && hosts_.witness_is_awaited(*lost);
}

// Soon enough for that to tell of the time in which the connection was tried.
bool Conclusions::was_heard_meanwhile(const Connection& connection, Direction side) const {
    constexpr Nanoseconds kSoon = 60 * kSecond;
    const Nanoseconds heard = life_.last_heard(connection.key.sender(side).address);
    return heard != kNoTime && heard > connection.first_time && heard <= connection.last_time() + kSoon &&
           heard > deadpeer::heard(connection, watcher_.watch_of(connection), side);
}

// Its host was heard after the connection's last segment.
bool Conclusions::prober_is_up(const Connection& connection) const {
    const Watch* watch = watcher_.watch_of(connection);
    if (watch == nullptr) return false;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const bool probed = watch->sides[index(side)].prober->answered > 0;
        const IpAddress host = connection.key.sender(side).address;
        if (probed && life_.last_heard(host) > connection.last_time()) return true;
    }
    return false;
}

Conclusion Conclusions::conclude(const Connection& connection, bool superseded, const CaptureState& state,
                                 const HostSigns& host) const {
    const Watch* watch = watcher_.watch_of(connection);
    CaptureFacts capture = state.facts(connection);
    capture.both_directions =
        is_one_way(connection) && life_.seen_two_way(connection.key.sender(connection.initiator).address);
    ConnectionFacts facts = facts_of(connection, watch);
    facts.superseded = superseded;
    if (facts.syn_unanswered || facts.syn_acks > 0) {
        for (const Direction side : {Direction::kFromLow, Direction::kFromHigh})
            facts.host_heard[index(side)] = was_heard_meanwhile(connection, side);
    }
    const HeartbeatSummary heartbeat = beats_.summary(connection);
    fill_heartbeat(facts, heartbeat);

    Conclusion conclusion;
    conclusion.judgement = judge(facts, watch, capture, host, options_);
    if (conclusion.judgement.reason == Reason::kProbesStopped && prober_is_up(connection))
        conclusion.judgement.signs |= kSignHostHeard;
    conclusion.judgement.path_timeout = beats_.knowledge().shortest_timeout(
        conclusion.judgement.idle_at_failure, conclusion.judgement.idle_survived);
    FlowSummary& flow = conclusion.flow = summarize(connection, superseded);
    if (watch != nullptr && flow.closed == Closed::kByRst && went_on(*watch)) {
        flow.closed = superseded ? Closed::kSuperseded : Closed::kOpen;
    }
    if (conclusion.judgement.verdict == Verdict::kNoAnswer) flow.closed = Closed::kNeverOpened;
    if (watch != nullptr && watch->reset->in_handshake && flow.opened == Opened::kHandshake)
        flow.opened = Opened::kPartial;
    if (capture.now != kNoTime && facts.last_time != kNoTime && capture.now >= facts.last_time) {
        flow.silent_at_end = capture.now - facts.last_time;
    }
    if (watch != nullptr) {
        flow.probe_rtt_median = median_of(*watch->rtts);
        fill_timers(flow.initiator_side, connection, connection.initiator, conclusion.judgement);
        fill_timers(flow.responder_side, connection, opposite(connection.initiator), conclusion.judgement);
    }
    fill_heartbeat(flow, heartbeat);
    fill_view(flow);
    fill_judgement(flow, conclusion.judgement);

    const Nanoseconds end = flow.closed == Closed::kOpen ? capture.now : facts.last_time;
    conclusion.missed = missed_beat(heartbeat, open_time(end, conclusion.judgement), capture);
    // Nobody stopped it where two machines get what is sent to one, or where it waits behind a segment that
    // vanishes, or where it is refused.
    const Verdict verdict = conclusion.judgement.verdict;
    if (verdict == Verdict::kAddressConflict || verdict == Verdict::kPathMtu ||
        verdict == Verdict::kPeerRestored) {
        conclusion.missed = {};
    }
    flow.heartbeat_missed = conclusion.missed.met;
    return conclusion;
}

void Conclusions::fill_view(FlowSummary& flow) const {
    const auto first = seen_twice_.first_of(flow.stream);
    const auto other = first ? first : seen_twice_.second_of(flow.stream);
    flow.is_second_view = first.has_value();
    if (other) flow.other_view = static_cast<std::int64_t>(*other);
}

void Conclusions::fill_timers(SideSummary& side, const Connection& connection, Direction direction,
                              const Judgement& judgement) const {
    const Watch* watch = watcher_.watch_of(connection);
    const Prober& prober = *watch->sides[index(direction)].prober;
    const bool gave_up =
        judgement.reason == Reason::kProbesExhausted || judgement.reason == Reason::kAnswersLost;
    const bool exhausted = gave_up && judgement.side == opposite(direction);
    side.probes = prober.sent;
    side.probes_answered = prober.answered;
    side.probe_payload = prober.payload;
    side.resets = watch->resets[index(direction)];
    const TimerPool::Owner owner = owner_of(connection, direction);
    // Answers that got lost leave the interval between probes that look answered.
    const bool lost = exhausted && judgement.reason == Reason::kAnswersLost;
    const GapCluster& idle = lost ? prober.idle.cluster_but(prober.run.shortest) : prober.idle.cluster();
    side.keepalive.idle = idle_timers_.value(owner, idle);
    const GapCluster& intervals = lost ? prober.run : prober.interval.cluster();
    if (!prober.bunched || intervals.gaps > 1)
        side.keepalive.interval = interval_timers_.value(owner, intervals);
    // After one miss that is made good: more likely the capture lost the answer than that the two are equal.
    const bool one_miss = prober.longest_train == 2 && !watch->sides[index(direction)].probes->open();
    if (one_miss && side.keepalive.interval == side.keepalive.idle) side.keepalive.interval = kNoTime;
    side.keepalive.exponential = prober.exponential;
    if (exhausted) side.keepalive.count = judgement.unanswered;
}

}  // namespace deadpeer
