#include "analyzer/verdicts.h"

#include <algorithm>

#include "analyzer/verdict_event.h"
#include "core/work.h"
#include "correlate/services.h"
#include "detect/give_up_timeout.h"

namespace deadpeer {
namespace {

// A RST is judged once the other end could challenge it, and a box on the path could send its second one.
constexpr Nanoseconds kResetSettles = 500 * kMillisecond;
// How long the other connections of its host are given to tell whether it rebooted, and how often they are
// looked at.
constexpr Nanoseconds kWitnessTime = 5 * kSecond;
constexpr Nanoseconds kHolderTime = 10 * kSecond;
constexpr Nanoseconds kLookAgain = 500 * kMillisecond;

// The event that tells of all connections that its host, or what lies before it, lost so.
std::optional<EventKind> shared_event(const Judgement& judgement) {
    if (judgement.verdict == Verdict::kMiddleboxRestarted) return EventKind::kMiddleboxRestarted;
    if (judgement.verdict == Verdict::kAddressMoved) return EventKind::kAddressMoved;
    if (judgement.verdict == Verdict::kAddressConflict) return EventKind::kAddressConflict;
    const bool by_reboot =
        judgement.verdict == Verdict::kPeerRebooted && judgement.confidence >= Confidence::kMedium;
    return by_reboot ? std::optional(EventKind::kHostRebooted) : std::nullopt;
}

bool silence_decided(const Judgement& judgement) {
    const bool dead = judgement.verdict == Verdict::kPeerDead || judgement.verdict == Verdict::kPathDead;
    return dead && (judgement.signs & kSignProberReset) == 0;
}

}  // namespace

void Verdicts::report_early(const Connection& connection, bool superseded, const CaptureState& capture) {
    const Watch* watch = watcher_.watch_of(connection);
    const HostSigns host{watch == nullptr ? Signs{0} : watch->host_signs, {}};
    report(connection, superseded, capture, host);
}

void Verdicts::report_ended(std::span<const Ended> ended, const HostVisitors& look,
                            const CaptureState& capture) {
    collect_host_evidence(ended, look);
    for (const Ended& one : ended) {
        report(*one.connection, one.superseded, capture, host_signs(*one.connection));
    }
}

void Verdicts::report_all(std::span<const Ended> connections, const CaptureState& capture) {
    open_books(connections);
    for (const Ended& ended : connections) {
        report(*ended.connection, ended.superseded, capture, host_signs(*ended.connection));
    }
    scans_.report(sink_);
    reboots_.report(sink_);
    paths_.report(capture.now, sink_);
    report_idle_closes();
}

// What its host's other connections tell is as it was when its verdict was told.
void Verdicts::describe(const Ended& ended, const CaptureState& capture) {
    const Watch* watch = watcher_.watch_of(*ended.connection);
    const HostSigns host{watch == nullptr ? Signs{0} : watch->host_signs, {}};
    picture_->describe(*ended.connection, ended.superseded, capture, host);
}

void Verdicts::report(const Connection& connection, bool superseded, const CaptureState& capture,
                      const HostSigns& host) {
    const Conclusion conclusion = conclusions_.conclude(connection, superseded, capture, host);
    // Silence after a plain segment may be what decides.
    if (conclusion.flow.verdict == Verdict::kSuspect) watcher_.report_latest(connection);
    sink_.on_flow(conclusion.flow);
    if (picture_ != nullptr) picture_->end(conclusion.flow);
    report_missed_beat(connection, conclusion, capture.pauses);
    report_verdict(connection, conclusion.judgement, host, capture.now);
    if (Scans::is_empty(connection, conclusion.judgement))
        scans_.count(connection, conclusion.judgement, nullptr, capture.now, sink_);
    paths_.note_survivor(connection, conclusion.judgement);
}

void Verdicts::report_idle_closes() {
    for (IdleCloses::Timer& timer : watcher_.idle_closes().take()) {
        Finding& finding = timer.finding;
        if (timer.of_server) {
            const bool by_reset = finding.reason == Reason::kResetWhenIdle;
            const std::string known =
                beats_.knowledge().closing_timers(finding.idle, by_reset, finding.known_timers.size() - 1);
            std::ranges::copy(known, finding.known_timers.begin());
            if (!known.empty()) finding.confidence = std::max(finding.confidence, Confidence::kMedium);
        }
        sink_.on_finding(finding);
    }
}

void Verdicts::report_missed_beat(const Connection& connection, const Conclusion& conclusion,
                                  const Pauses& pauses) {
    const MissedBeat& missed = conclusion.missed;
    if (!missed.met) return beats_.end_doubt(connection);
    const bool doubtful = missed.closing_frame == 0 && may_be_paused(pauses, missed.last.time, missed.time);
    if (!beats_.note_missed(connection, missed.last, doubtful)) return;
    Finding finding =
        finding_about(connection, missed.side, EventKind::kHeartbeatStopped, Severity::kWarning);
    finding.confidence = Confidence::kMedium;
    if (doubtful) {
        finding.confidence = Confidence::kLow;
        finding.signs = kSignCapturePaused;
    }
    finding.reason = Reason::kHeartbeatMissing;
    finding.time = missed.time;
    finding.frame = missed.last.frame;
    finding.idle = missed.silence;
    finding.interval = missed.period;
    finding.add_evidence(missed.last.frame);
    finding.add_evidence(missed.closing_frame);
    watcher_.report_beat(connection, missed.side, missed.last.frame, missed.last.time);
    sink_.on_finding(finding);
}

void Verdicts::report_outlived(const Connection& connection, const Segment& answer, std::uint32_t file) {
    const Watch* watch = watcher_.watch_of(connection);
    if (watch == nullptr || !watch->reported.outlived) return;
    const ReportedVerdict reported = watcher_.mark_reported(connection, {}, 0);
    Finding change = change_of(connection, reported, Verdict::kAlive, Reason::kRecovered, Confidence::kHigh);
    change.file = file;
    take_back(connection, change, answer.time, answer.frame);
}

// By what the connection itself showed since, or else others.
void Verdicts::report_change(const Connection& connection, const ReportedVerdict& reported,
                             const Judgement& judgement, Nanoseconds now) {
    Finding change =
        change_of(connection, reported, judgement.verdict, judgement.reason, judgement.confidence);
    const bool by_itself = connection.last_time() != reported.seen_until;
    take_back(connection, change, by_itself ? connection.last_time() : now,
              by_itself ? connection.last.frame : 0);
}

// `frame`: that showed it; 0: none of the connection's.
void Verdicts::take_back(const Connection& connection, Finding& change, Nanoseconds time,
                         std::uint64_t frame) {
    change.time = time;
    change.frame = frame;
    change.add_evidence(frame);
    sink_.on_finding(change);
    paths_.withdraw(connection);
}

void Verdicts::report_verdict(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                              Nanoseconds now) {
    const bool restarted = judgement.verdict == Verdict::kMiddleboxRestarted;
    if (restarted && host.moment.hosts == 0) return;  // told before
    if (conclusions_.is_second_view(connection)) return;
    const std::optional<Finding> event = event_of(connection, judgement, host);
    const bool is_try = Scans::is_try(connection, judgement);
    const auto shared = shared_event(judgement);
    const bool is_reported = event || is_try || shared;
    const Verdict verdict = is_reported ? judgement.verdict : Verdict::kNone;
    const auto kind = event ? std::optional(event->kind) : std::nullopt;
    const bool in_pause = (judgement.signs & kSignCapturePaused) != 0 && silence_decided(judgement);
    const ReportedVerdict before = watcher_.mark_reported(
        connection, {verdict, kind, judgement.side, connection.last_time(), false, in_pause}, host.signs);
    const bool is_surer = before.verdict == verdict && before.in_pause && !in_pause;
    if (before.verdict != verdict) {
        if (before.event) report_change(connection, before, judgement, now);
        if (is_try) {
            scans_.count(connection, judgement, event ? &*event : nullptr, now, sink_);
        } else if (event) {
            sink_.on_finding(*event);
        }
    } else if (event && is_surer) {
        sink_.on_finding(*event);
    }
    if (verdict != Verdict::kNone && !in_pause && (before.verdict != verdict || is_surer))
        paths_.note_failure(connection, judgement, now, sink_);
    const auto shared_before = watcher_.note_shared_event(connection, shared);
    if (shared == shared_before) return;
    const ResetRecord& reset = *watcher_.watch_of(connection)->reset;
    if (shared_before) {
        reboots_.withdraw(*shared_before, loser(*shared_before, connection, before.side),
                          reset.silent_since(), reset.time, now, sink_);
    }
    if (restarted) {
        reboots_.count_restart(connection, judgement, host, sink_);
    } else if (shared) {
        reboots_.count_host(*shared, connection, judgement, host, loser(*shared, connection, judgement.side),
                            reset.silent_since(), sink_);
    }
}

// Whose event it is. A machine reboots with all its addresses.
IpAddress Verdicts::loser(EventKind kind, const Connection& connection, Direction side) const {
    if (kind == EventKind::kMiddleboxRestarted) return connection.key.receiver(side).address;
    const IpAddress address = connection.key.sender(side).address;
    return kind == EventKind::kHostRebooted ? conclusions_.machine_of(address) : address;
}

std::optional<Nanoseconds> Verdicts::report_due(const Ended& due, const CaptureState& capture) {
    ++Work::answers;
    const Connection& connection = *due.connection;
    watcher_.note_hosts(connection);
    const HostSigns host = host_signs(connection);
    const Conclusion conclusion = conclusions_.conclude(connection, due.superseded, capture, host);
    report_missed_beat(connection, conclusion, capture.pauses);
    const auto open_until = may_change_until(connection, conclusion.judgement, capture);
    if (!open_until) report_verdict(connection, conclusion.judgement, host, capture.now);
    const auto next = next_question(connection, capture.now, capture);
    return open_until ? std::min(next.value_or(*open_until), *open_until) : next;
}

// When to look again at a verdict that is too fresh to be told.
std::optional<Nanoseconds> Verdicts::may_change_until(const Connection& connection,
                                                      const Judgement& judgement,
                                                      const CaptureState& capture) const {
    const Watch* watch = watcher_.watch_of(connection);
    if (watch == nullptr) return std::nullopt;
    if (silence_decided(judgement)) {  // one of its trains may still go on
        return next_silence_deadline(*watch, ended(capture.gaps_of(connection)), capture.now);
    }
    if (!watch->reset->met()) return std::nullopt;
    const Nanoseconds settled = watch->reset->time + kResetSettles;
    if (capture.now < settled) return settled;
    // The machine that had the address may go on with it.
    const Nanoseconds tells_itself = watch->reset->time + kHolderTime;
    if (watch->reset->macs.before != 0 && capture.now < tells_itself) return tells_itself;
    const Nanoseconds serves = watch->reset->time + Services::kSettles;
    if (watch->reset->awaits_service && !watch->reset->served && capture.now < serves) return serves;
    const Nanoseconds latest = watch->reset->time + kWitnessTime;
    if (judgement.verdict == Verdict::kMiddleboxRestarted) {  // a connection may yet outlive it
        const Nanoseconds outlived = watch->reset->time + HostBook::kAfterReturn + 1;
        return capture.now < outlived ? std::optional(outlived) : std::nullopt;
    }
    const bool host_decides =
        judgement.verdict == Verdict::kPeerRebooted || judgement.verdict == Verdict::kPeerLostState;
    if (!host_decides || capture.now >= latest) return std::nullopt;
    const bool accuses = judgement.verdict == Verdict::kPeerRebooted;
    const bool awaited =
        conclusions_.witness_is_awaited(connection) || (accuses && conclusions_.loss_is_awaited(connection));
    if (!awaited) return std::nullopt;
    return std::min(capture.now + kLookAgain, latest);
}

void Verdicts::report_paths(const VisitConnections& visit, Nanoseconds now) {
    paths_.report_new(
        now, sink_,
        [&](std::span<const IpAddress> hosts, const std::function<void(const Connection&)>& note) {
            visit(hosts, [&](const Connection& connection) {
                if (!has_ended(connection) && !watcher_.is_in_trouble(connection)) note(connection);
            });
        });
}

std::optional<Nanoseconds> Verdicts::next_question(const Connection& connection, Nanoseconds after,
                                                   const CaptureState& capture) const {
    const std::span<const CaptureGap> gaps = ended(capture.gaps_of(connection));
    std::optional<Nanoseconds> next;
    const auto consider = [&](std::optional<Nanoseconds> time) {
        if (time && *time > after) next = std::min(next.value_or(*time), *time);
    };
    if (const Watch* watch = watcher_.watch_of(connection)) {
        consider(next_silence_deadline(*watch, gaps, after));
        if (watch->reset->met()) consider(watch->reset->time + kResetSettles);
        if (watch->syn_acks_repeated > 0) consider(watch->syn_ack_time + kHandshakeSettles + 1);
        // What its host does next may yet tell that it rebooted, and other hosts that a middlebox restarted.
        const Verdict reported = watch->reported.verdict;
        const bool may_be_more = reported == Verdict::kPeerRebooted || reported == Verdict::kPeerLostState ||
                                 reported == Verdict::kMiddleboxReset;
        if (may_be_more && !watch->shared_event) {
            consider(watch->reset->time + HostBook::kAfterReturn + 1);
        }
    }
    if (connection.beats) consider(next_beat_deadline(beats_.summary(connection), gaps, after));
    return next;
}

}  // namespace deadpeer
