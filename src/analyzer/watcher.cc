#include "analyzer/watcher.h"

#include <algorithm>
#include <utility>

#include "detect/between.h"
#include "detect/give_up_timeout.h"
#include "detect/kind.h"
#include "detect/named_frames.h"
#include "detect/observe_close.h"
#include "detect/observe_reset.h"
#include "engine/train_findings.h"

namespace deadpeer {
namespace {

// The segment closes the connection after a silence.
std::optional<IdleClose> idle_close_by(const Connection& connection, const Watch& watch,
                                       const Segment& segment, std::uint32_t file) {
    const bool by_fin = watch.close.held() && watch.close->is_of(segment) &&
                        watch.close->request_time == kNoTime && watch.close->tries == 0;
    const bool by_reset = watch.reset->is_of(segment) && watch.reset->when_idle(kShortestIdleTimer) &&
                          !watch.sides[0].prober.held() && !watch.sides[1].prober.held();
    if ((!by_fin && !by_reset) || connection.clock_set_back) return std::nullopt;
    IdleClose close;
    close.closer = connection.key.sender(segment.direction);
    close.other = connection.key.receiver(segment.direction);
    close.by_server = segment.direction != connection.initiator;
    close.by_reset = by_reset;
    close.idle = by_fin ? watch.close->idle : watch.reset->silence_before;
    close.outlived = connection.longest_idle > close.idle + std::max(kSecond, close.idle / 50);
    close.time = segment.time;
    close.file = file;
    close.frame = segment.frame;
    close.stream = connection.tcp.number;
    close.opened = connection.first_time;
    return close;
}

bool is_trying(const Watch& watch) {
    return watch.sides[0].is_trying() || watch.sides[1].is_trying();
}

// A finding or the verdict may name it.
bool is_evidence(const Watch& watch, const Observation& observation, const Segment& segment) {
    return watch.reported.verdict != Verdict::kNone || watch.syn_challenged ||
           observation.answered.length >= 2 || observation.outlived.length >= 2 ||
           observation.bridged.open() || names_frame(watch, segment.frame);
}

// Within less than that nobody has failed to answer.
bool takes_time(const Train& train, Nanoseconds now) {
    constexpr Nanoseconds kShortest = kSecond / 10;
    const Nanoseconds lasted = between(train.first_time, now);
    return lasted == kNoTime || lasted >= kShortest;
}

}  // namespace

SegmentNature Watcher::inspect(Connection& connection, const Segment& segment, Labels labels,
                               std::uint32_t file, bool holds_copies) {
    const ConnectionView before = connection.view();
    note_reached_or_not(connection, segment);
    const SegmentKind kind =
        kind_of(before, segment, labels, watch_of(connection), options_.minimum_probe_silence, holds_copies);
    const bool of_first_pair = follow_first_pair(connection, segment, kind);
    const bool first = connection.watch == 0;
    const bool only_close = first || watch_of(connection)->only_close;
    const bool remarkable = deserves_watch(kind, before, segment);
    if (first && !remarkable && !close_after_idle(before, segment)) return {kind, 0, of_first_pair};

    Watch& watch = watch_for(connection);
    watch.only_close = only_close && !remarkable;
    // Each file numbers its frames anew: what is named may be another's.
    const bool was_named = !connection.several_inputs && latest_is_named(connection, watch);
    const Observation observation = observe(watch, pools_, before, segment, kind);
    if (watch.reset->is_of(segment)) {
        ResetRecord& reset = watch.reset.in(pools_.resets);
        note_host_life(reset, connection.key);
        note_ttl(reset, connection);
        for (const Silence& silence : reset.host_silences) {
            if (ip_id_runs_on(silence.ip_id_before, segment.ip_id)) reset.ip_id_ran_on = true;
        }
        if (reset.ip_id_ran_on) reset.ip_id_ran_on = ids_run_through(connection, segment, reset);
    }
    if (watch.sides[index(segment.direction)].is_trying()) note_try(connection, watch, segment);
    if (const auto close = idle_close_by(connection, watch, segment, file)) idle_closes_.note(*close);
    const bool may_prove = selects_rows() && is_evidence(watch, observation, segment);
    if (!was_named && latest_is_named(connection, watch)) report_latest(connection, segment);
    if (closes_in_order(watch, before, segment)) watch.close.release(pools_.closes);
    connection.needs_inspection = must_inspect(watch);
    if (watch.only_close && !connection.needs_inspection) {
        release(connection);
        return {kind, 0, of_first_pair, may_prove};
    }
    const bool asked_twice = observation.train_position == 2 &&
                             takes_time(*watch.sides[index(segment.direction)].probes, segment.time);
    if (asked_twice && watch.sides[index(segment.direction)].prober->ignored == 0)
        sink_.on_finding(
            unanswered_finding(connection, *watch.sides[index(segment.direction)].probes, segment, file));
    if (observation.answered.length >= 2 && takes_time(observation.answered, segment.time))
        sink_.on_finding(recovered_finding(connection, observation.answered, observation.answered.length - 1,
                                           segment, file));
    if (observation.outlived.length >= 2 && takes_time(observation.outlived, segment.time))
        sink_.on_finding(
            recovered_finding(connection, observation.outlived, observation.outlived.length, segment, file));
    if (observation.went_back) {
        const WentBack& back = *watch.sides[index(opposite(segment.direction))].went_back;
        sink_.on_finding(restored_finding(connection, back, segment, file));
    }
    if (observation.large_vanish) report_large(connection, watch, segment, file);
    if (observation.bridged.open())
        sink_.on_finding(outage_finding(connection, observation.bridged, segment, file));
    if (observation.answered.open()) settle_answered_row(watch, segment);
    return {kind, observation.train_position, of_first_pair, may_prove};
}

// `segment` is the large one, or one of the other side that shows that it lives.
void Watcher::report_large(const Connection& connection, const Watch& watch, const Segment& segment,
                           std::uint32_t file) {
    const bool own = watch.sides[index(segment.direction)].large->frames.last() == segment.frame;
    const Direction sender = own ? segment.direction : opposite(segment.direction);
    sink_.on_finding(mtu_finding(connection, *watch.sides[index(sender)].large, sender, segment, file));
}

// Whether the segment is one of a first pair that nothing has told yet.
bool Watcher::follow_first_pair(Connection& connection, const Segment& segment, SegmentKind kind) {
    if (connection.first.frame == 0) {
        if (connection.watch != 0 || !may_begin_pair(segment)) return false;
        watch_for(connection).first_pair.in(pools_.first_pairs) = begin_pair(segment);
        return true;
    }
    Watch* watch = watches_.find(connection.watch);
    if (watch == nullptr || !watch->first_pair.held()) return false;
    FirstPair& pair = watch->first_pair.in(pools_.first_pairs);
    const bool nothing_else = pair.state == FirstPair::State::kAsked && watch->icmp_time == kNoTime;
    switch (next_step(pair, segment, kind)) {
        case PairStep::kWaits:
            return false;
        case PairStep::kAnswers:
            pair.state = FirstPair::State::kAnswered;
            pair.answered = segment.time;
            pair.answer_frame = segment.frame;
            return true;
        case PairStep::kConfirms:
            observe_confirmed_pair(*watch, pools_);
            settle_first_pair(*watch);
            break;
        case PairStep::kAbandoned:
            break;
    }
    drop_first_pair(*watch);
    connection.needs_inspection = must_inspect(*watch);
    if (nothing_else) release(connection);
    return false;
}

void Watcher::report(Connection& connection, const Segment& segment, StreamNumber stream, Labels printed,
                     const SegmentNature& nature, std::uint32_t file) {
    SegmentRow row;
    row.segment = segment;
    row.file = file;
    row.stream = stream;
    row.labels = printed;
    row.kind = nature.kind;
    row.train_position = nature.train_position;
    row.idle_before = silence_of_peer(connection, segment);
    const bool is_asked_for = printed.any_of(kProbeLabels) || is_keepalive(nature.kind);
    row.provisional = selects_rows() && !is_asked_for && (nature.of_first_pair || nature.may_prove);
    row.may_prove = row.provisional && !nature.of_first_pair;
    const SegmentRowId id = sink_.on_segment(row);
    next_id_ = id + 1;
    if (nature.of_first_pair) {
        FirstPair& pair = watch_for(connection).first_pair.in(pools_.first_pairs);
        keep_row(pair.state == FirstPair::State::kAsked ? pair.probe_row : pair.answer_row, id, row);
    }
    if (nature.kind != SegmentKind::kKeepaliveProbe) return;
    keep_row(watch_for(connection).sides[index(segment.direction)].pending_row, id, row);
}

void Watcher::unreachable(Connection& connection, const Segment& quote, bool of_host, std::uint64_t frame,
                          Nanoseconds time) {
    // Whoever does not know the numbers of the connection can make one up.
    if (!may_have_sent(connection.ends(), quote.direction, Seq(quote.seq))) return;
    observe_unreachable(watch_for(connection), quote.direction, of_host, frame, time);
}

Watch& Watcher::open(Connection& connection) {
    connection.needs_inspection = true;
    return watch_for(connection);
}

void Watcher::note_reset(Connection& connection, const ResetRecord& reset) {
    ResetRecord& noted = open(connection).reset.in(pools_.resets) = reset;
    note_host_life(noted, connection.key);
}

ResetRecord* Watcher::reset_to_write(const Connection& connection, const Segment& reset) {
    Watch* watch = watches_.find(connection.watch);
    return watch != nullptr && watch->reset->is_of(reset) ? &watch->reset.in(pools_.resets) : nullptr;
}

void Watcher::await_service(const Connection& connection, const Segment& reset) {
    if (ResetRecord* record = reset_to_write(connection, reset)) record->awaits_service = true;
}

void Watcher::note_served(const Connection& connection, Nanoseconds reset_time) {
    Watch* watch = watches_.find(connection.watch);
    if (watch == nullptr || !watch->reset->awaits_service || watch->reset->time != reset_time) return;
    watch->reset.in(pools_.resets).served = true;
}

void Watcher::note_rebinding(const Connection& connection, const Segment& reset) {
    if (ResetRecord* record = reset_to_write(connection, reset)) record->rebound = true;
}

void Watcher::note_leak(const Connection& connection, const Segment& reset) {
    if (ResetRecord* record = reset_to_write(connection, reset)) record->leaked = true;
}

ReportedVerdict Watcher::mark_reported(const Connection& connection, const ReportedVerdict& reported,
                                       Signs host) {
    Watch* watch = watches_.find(connection.watch);
    if (watch == nullptr) return {};
    watch->host_signs = host;
    return std::exchange(watch->reported, reported);
}

std::optional<EventKind> Watcher::note_shared_event(const Connection& connection,
                                                    std::optional<EventKind> event) {
    Watch* watch = watches_.find(connection.watch);
    return watch == nullptr ? std::nullopt : std::exchange(watch->shared_event, event);
}

bool Watcher::is_in_trouble(const Connection& connection) const {
    const Watch* watch = watch_of(connection);
    return watch != nullptr && (watch->reported.verdict != Verdict::kNone || is_trying(*watch));
}

Watch& Watcher::watch_for(Connection& connection) {
    if (connection.watch == 0) connection.watch = watches_.take();
    Watch& watch = watches_[connection.watch];
    watch.only_close = false;
    return watch;
}

// Only the latest probe of a side waits for its answer.
void Watcher::keep_row(std::uint32_t& number, SegmentRowId id, const SegmentRow& row) {
    drop_row(number);
    number = rows_.take();
    rows_[number] = {id, last_row_, 0, row};
    (last_row_ == 0 ? first_row_ : rows_[last_row_].after) = number;
    last_row_ = number;
}

void Watcher::drop_row(std::uint32_t& number) {
    if (number == 0) return;
    unlink_row(rows_[number]);
    rows_.release(number);
    number = 0;
}

void Watcher::unlink_row(const PendingRow& row) {
    (row.before == 0 ? first_row_ : rows_[row.before].after) = row.after;
    (row.after == 0 ? last_row_ : rows_[row.after].before) = row.before;
}

void Watcher::report_settled() {
    if (options_.segments != SegmentSelection::kAll) return;
    const SegmentRowId settled = first_row_ == 0 ? next_id_ : rows_[first_row_].id;
    if (settled == settled_) return;
    settled_ = settled;
    sink_.on_segments_settled(settled);
}

void Watcher::settle_first_pair(Watch& watch) {
    const FirstPair& pair = *watch.first_pair;
    if (PendingRow* probe = rows_.find(pair.probe_row)) {
        probe->row.kind = SegmentKind::kKeepaliveProbe;
        probe->row.train_position = 1;
        probe->row.answered_by_frame = pair.answer_frame;
        probe->row.rtt = between(pair.asked, pair.answered);
        probe->row.provisional = false;
        sink_.update_segment(probe->id, probe->row);
    }
    if (PendingRow* answer = rows_.find(pair.answer_row)) {
        answer->row.kind = SegmentKind::kKeepaliveAck;
        answer->row.provisional = false;
        sink_.update_segment(answer->id, answer->row);
    }
}

void Watcher::drop_first_pair(Watch& watch) {
    if (!watch.first_pair.held()) return;
    FirstPair& pair = watch.first_pair.in(pools_.first_pairs);
    drop_row(pair.probe_row);
    drop_row(pair.answer_row);
    watch.first_pair.release(pools_.first_pairs);
}

void Watcher::settle_answered_row(Watch& watch, const Segment& answer) {
    std::uint32_t& number = watch.sides[index(opposite(answer.direction))].pending_row;
    if (number == 0) return;
    PendingRow& pending = rows_[number];
    pending.row.answered_by_frame = answer.frame;
    pending.row.rtt = between(pending.row.segment.time, answer.time);
    sink_.update_segment(pending.id, pending.row);
    drop_row(number);
}

}  // namespace deadpeer
