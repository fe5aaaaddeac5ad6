#include "analyzer/verdicts.h"

#include <algorithm>
#include <optional>

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
    flow.unanswered_interval = judgement.interval;
    flow.verdict_time = judgement.time;
    flow.verdict_frame = judgement.frame;
    flow.half_open = judgement.half_open;
    flow.idle_at_failure = judgement.idle_at_failure;
    flow.idle_survived = judgement.idle_survived;
}

struct EventClass {
    EventKind kind;
    Severity severity;
};

// Verdicts that are events as well.
std::optional<EventClass> event_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kPeerDead:
            return EventClass{EventKind::kPeerDead, Severity::kCritical};
        case Verdict::kPeerRebooted:
            return EventClass{EventKind::kPeerRebooted, Severity::kCritical};
        case Verdict::kPeerLostState:
            return EventClass{EventKind::kPeerLostState, Severity::kWarning};
        case Verdict::kMiddleboxReset:
            return EventClass{EventKind::kMiddleboxReset, Severity::kWarning};
        case Verdict::kPeerReset:
            return EventClass{EventKind::kPeerReset, Severity::kInfo};
        case Verdict::kNone:
        case Verdict::kUnknown:
        case Verdict::kClosed:
        case Verdict::kSuspect:
        case Verdict::kAlive:
        case Verdict::kIdle:
            break;
    }
    return std::nullopt;
}

TimerPool::Owner owner_of(const Connection& connection, Direction prober) {
    const Direction responder = opposite(connection.initiator);
    return {connection.key.sender(prober).address, connection.key.sender(responder).port,
            prober == responder};
}

// A box on the path may have forgotten the connection: nothing but other connections that ended likewise
// speaks for a reboot, and the silence was not that of a keepalive timer, which is the same for all.
bool may_be_forgotten_by_path(const Judgement& judgement) {
    const bool else_tells =
        (judgement.signs & (kSignAnnouncement | kSignNewConnections | kSignHostSilent)) != 0;
    return judgement.verdict == Verdict::kPeerRebooted && !else_tells && judgement.tries != Tries::kProbes;
}

}  // namespace

void Verdicts::tell_early(const Connection& connection, bool superseded, const CaptureFacts& capture) {
    tell(connection, superseded, capture, HostSigns{});
}

void Verdicts::tell_all(std::span<const Ended> connections, const CaptureFacts& capture) {
    // Hosts are compared only where one has forgotten a connection.
    const bool compare_hosts = std::ranges::any_of(connections, [&](const Ended& ended) {
        return forgotten(*ended.connection, watcher_.watch_of(*ended.connection), options_).has_value();
    });
    for (const Ended& ended : connections) {
        gather_timers(*ended.connection);
        if (compare_hosts) gather_hosts(*ended.connection);
    }
    hosts_.freeze();
    idle_timers_.freeze();
    interval_timers_.freeze();
    for (const Ended& ended : connections) {
        tell(*ended.connection, ended.superseded, capture, host_signs(*ended.connection));
    }
    reboots_.tell(sink_);
    for (const Finding& finding : paths_.findings()) sink_.on_finding(finding);
}

void Verdicts::gather_timers(const Connection& connection) {
    const Watch* watch = watcher_.watch_of(connection);
    if (watch == nullptr) return;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const TimerPool::Owner owner = owner_of(connection, side);
        const Prober& prober = *watch->sides[index(side)].prober;
        idle_timers_.add(owner, prober.idle.cluster());
        interval_timers_.add(owner, prober.interval.cluster());
    }
}

void Verdicts::gather_hosts(const Connection& connection) {
    const Watch* watch = watcher_.watch_of(connection);
    const auto lost = forgotten(connection, watch, options_);
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (lost && watch->reset->sender == side) {
            hosts_.add(*lost);
            continue;
        }
        HostConnection lived;
        lived.host = connection.key.sender(side).address;
        lived.stream = connection.tcp.number;
        lived.first_time = connection.first_time;
        lived.heard = heard(connection, watch, side);
        lived.opened_by_host = connection.initiator == side && connection.syn_seen;
        lived.first_file = connection.first.file;
        lived.first_frame = connection.first.frame;
        hosts_.add(lived);
    }
}

HostSigns Verdicts::host_signs(const Connection& connection) const {
    const auto lost = forgotten(connection, watcher_.watch_of(connection), options_);
    if (!lost) return {};
    return {hosts_.signs_of(*lost), hosts_.evidence_of(*lost, connection.last.file)};
}

void Verdicts::tell(const Connection& connection, bool superseded, const CaptureFacts& capture,
                    const HostSigns& host) {
    const Watch* watch = watcher_.watch_of(connection);
    ConnectionFacts facts = facts_of(connection, watch);
    facts.superseded = superseded;
    const HeartbeatSummary heartbeat = beats_.summary(connection);
    fill_heartbeat(facts, heartbeat);
    const Judgement judgement = judge(facts, watch, capture, host, options_);

    FlowSummary flow = summarize(connection, superseded);
    if (watch != nullptr && watch->reset->ignored() && flow.closed == Closed::kByRst) {
        flow.closed = superseded ? Closed::kSuperseded : Closed::kOpen;
    }
    if (capture.now != kNoTime && facts.last_time != kNoTime && capture.now >= facts.last_time) {
        flow.silent_at_end = capture.now - facts.last_time;
    }
    if (watch != nullptr) {
        flow.probe_rtt_median = median_of(*watch->rtts);
        fill_timers(flow.initiator_side, connection, connection.initiator, judgement);
        fill_timers(flow.responder_side, connection, opposite(connection.initiator), judgement);
    }
    fill_heartbeat(flow, heartbeat);
    fill_judgement(flow, judgement);
    sink_.on_flow(flow);
    const Nanoseconds end = flow.closed == Closed::kOpen ? capture.now : facts.last_time;
    if (const MissedBeat missed = missed_beat(heartbeat, end); missed.met) {
        tell_missed_beat(connection, missed, heartbeat.sides[index(missed.side)].period);
    }
    tell_finding(connection, judgement, host);
    if (judgement.verdict == Verdict::kPeerRebooted && judgement.confidence >= Confidence::kMedium) {
        reboots_.count(connection, judgement, host, watch->reset->silent_since());
    }
    note_path(connection, judgement);
}

void Verdicts::fill_timers(SideSummary& side, const Connection& connection, Direction direction,
                           const Judgement& judgement) const {
    const Watch* watch = watcher_.watch_of(connection);
    const Prober& prober = *watch->sides[index(direction)].prober;
    const bool exhausted =
        judgement.reason == Reason::kProbesExhausted && judgement.side == opposite(direction);
    side.probes = prober.sent;
    side.probes_answered = prober.answered;
    side.probe_payload = prober.payload;
    side.resets = watch->resets[index(direction)];
    const TimerPool::Owner owner = owner_of(connection, direction);
    side.keepalive.idle = idle_timers_.value(owner, prober.idle.cluster());
    const GapCluster& intervals = prober.interval.cluster();
    if (!prober.bunched || intervals.gaps > 1)
        side.keepalive.interval = interval_timers_.value(owner, intervals);
    side.keepalive.exponential = prober.exponential;
    if (exhausted) side.keepalive.count = judgement.unanswered;
}

void Verdicts::tell_finding(const Connection& connection, const Judgement& judgement, const HostSigns& host) {
    const auto event = event_of(judgement.verdict);
    if (!event) return;
    Finding finding = finding_about(connection, judgement.side, event->kind, event->severity);
    finding.confidence = judgement.confidence;
    finding.reason = judgement.reason;
    finding.signs = judgement.signs;
    finding.time = judgement.time;
    finding.frame = judgement.frame;
    finding.half_open = judgement.half_open;
    finding.idle = judgement.idle_at_failure;
    finding.interval = judgement.interval;
    finding.survived = judgement.idle_survived;
    finding.count = judgement.unanswered;
    finding.tries = judgement.tries;
    finding.doubling = judgement.doubling;
    for (std::size_t i = 0; i < judgement.evidence.count; ++i)
        finding.add_evidence(judgement.evidence.frames[i]);
    if (judgement.verdict == Verdict::kPeerRebooted) add_host_evidence(finding, host.evidence);
    sink_.on_finding(finding);
}

void Verdicts::tell_missed_beat(const Connection& connection, const MissedBeat& missed, Nanoseconds period) {
    Finding finding =
        finding_about(connection, missed.side, EventKind::kHeartbeatStopped, Severity::kWarning);
    finding.confidence = Confidence::kMedium;
    finding.reason = Reason::kHeartbeatMissing;
    finding.time = missed.time;
    finding.frame = missed.last.frame;
    finding.idle = missed.silence;
    finding.interval = period;
    finding.add_evidence(missed.last.frame);
    sink_.on_finding(finding);
}

void Verdicts::note_path(const Connection& connection, const Judgement& judgement) {
    const bool cut =
        (judgement.verdict == Verdict::kPeerDead || judgement.verdict == Verdict::kMiddleboxReset ||
         judgement.verdict == Verdict::kPeerLostState || may_be_forgotten_by_path(judgement)) &&
        judgement.idle_at_failure != kNoTime && judgement.idle_at_failure >= kSecond;
    const bool survived = (judgement.verdict == Verdict::kAlive || judgement.verdict == Verdict::kClosed ||
                           judgement.verdict == Verdict::kIdle) &&
                          connection.longest_idle >= kSecond;
    if (!cut && !survived) return;
    const IpAddress low = connection.key.low().address;
    const IpAddress high = connection.key.high().address;
    const HostPair hosts{std::min(low, high), std::max(low, high)};
    if (!cut) return paths_.add_survival(hosts, connection.longest_idle);
    PathFailure failure;
    failure.hosts = hosts;
    failure.survived = judgement.idle_survived;
    failure.idle = judgement.idle_at_failure;
    failure.time = judgement.time;
    failure.file = connection.last.file;
    failure.frame = judgement.frame;
    failure.stream = connection.tcp.number;
    failure.failed_end = connection.key.sender(judgement.side);
    failure.other_end = connection.key.receiver(judgement.side);
    paths_.add_failure(failure);
}

}  // namespace deadpeer
