#include "keepalive/judge.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "keepalive/between.h"
#include "keepalive/patience.h"

namespace deadpeer {
namespace {

// RFC 9293 section 3.8.3, R2: data is retransmitted for at least so long unless a user timeout is set.
constexpr Nanoseconds kUsualGiveUp = 100 * kSecond;
// No known stack gives up by count after fewer retransmissions (Windows: 5).
constexpr std::uint32_t kFewestTransmissions = 6;
constexpr std::uint32_t kFewestProbes = 3;
// No stack stops to double its retransmission timeout below that (RFC 6298 section 2.5 asks for a minute).
constexpr Nanoseconds kLeastLimit = 30 * kSecond;
// A window is probed at least every two minutes (Linux: TCP_RTO_MAX).
constexpr Nanoseconds kWindowProbesDue = 240 * kSecond;
// For so long a connection that came through something is said to live, whatever else.
constexpr Nanoseconds kProofHolds = 60 * kSecond;
// Frames captured out of order are closer to each other than this.
constexpr Nanoseconds kClockStep = kSecond;

bool longer(Nanoseconds duration, Nanoseconds limit) {
    return duration != kNoTime && duration > limit;
}

Confidence lowered(Confidence confidence) {
    return confidence <= Confidence::kLow ? confidence
                                          : static_cast<Confidence>(static_cast<int>(confidence) - 1);
}

struct Case {
    const ConnectionFacts& facts;
    const Watch* watch;
    const CaptureFacts& capture;
    const HostSigns& host;
    const AnalyzerOptions& options;

    [[nodiscard]] bool reset_stands() const {
        return watch != nullptr && watch->reset->met() && !watch->reset->ignored();
    }
    [[nodiscard]] const ResetRecord& reset() const { return *watch->reset; }
    [[nodiscard]] const SideWatch& side(Direction d) const { return watch->sides[index(d)]; }
    // Up to the end of the capture, at least: a clock that was set back makes it seem longer, and while
    // nothing was captured nobody knows.
    [[nodiscard]] Nanoseconds silence_since(Nanoseconds time) const {
        if (time == kNoTime || capture.now < time) return kNoTime;
        const Nanoseconds silence = capture.now - time;
        const Nanoseconds step_back = watch == nullptr ? 0 : watch->step_back;
        return silence - step_back - overlap(capture.gaps, time, capture.now);
    }
    [[nodiscard]] bool unreachable(const Train& train, Direction sender) const {
        return watch->icmp_time != kNoTime && watch->icmp_about == sender && train.first_time != kNoTime &&
               watch->icmp_time >= train.first_time;
    }
};

Judgement decided(Verdict verdict, Confidence confidence, Reason reason) {
    Judgement judgement;
    judgement.verdict = verdict;
    judgement.confidence = confidence;
    judgement.reason = reason;
    return judgement;
}

void describe_tries(Judgement& judgement, const Train& train, const SideWatch& side) {
    judgement.unanswered = train.length;
    judgement.tries = train.tries;
    judgement.interval = train.last_gap;
    judgement.doubling = train.tries == Tries::kProbes && side.prober->exponential;
    judgement.evidence = train.frames;
}

// The numbers of a train of `prober` that found no answer.
void describe_train(Judgement& judgement, const Case& c, const Train& train, Direction prober) {
    judgement.side = opposite(prober);
    judgement.side_known = true;
    describe_tries(judgement, train, c.side(prober));
    judgement.idle_at_failure = train.silence_before;
    judgement.idle_survived = c.watch->longest_survived;
    if (c.unreachable(train, prober)) {
        judgement.signs |= kSignIcmpUnreachable;
        judgement.evidence.add(c.watch->icmp_frame);
    }
}

void set_time(Judgement& judgement, const Case& c, Nanoseconds time, std::uint64_t frame) {
    judgement.time = time;
    judgement.frame = frame;
    judgement.half_open = between(c.facts.heard[index(judgement.side)], time);
}

std::uint64_t last_of(const FrameTrail& trail) {
    return trail.count == 0 ? 0 : trail.frames[trail.count - 1U];
}

// The train ended in the giving-up side's own RST.
bool ended_by_reset(const Case& c, Direction prober) {
    return c.reset_stands() && c.reset().shape == ResetRecord::Shape::kGaveUp && c.reset().sender == prober;
}

// A RST of the other side is the end of the matter, not the train before it.
bool ended_otherwise(const Case& c, Direction prober) {
    return c.reset_stands() && !ended_by_reset(c, prober);
}

Judgement give_up(const Case& c, const Train& train, Direction prober, Reason reason, Nanoseconds waited) {
    Judgement judgement = decided(Verdict::kPeerDead, Confidence::kMedium, reason);
    describe_train(judgement, c, train, prober);
    if (ended_by_reset(c, prober)) {
        judgement.signs |= kSignProberReset;
        judgement.evidence.add(c.reset().frame);
        set_time(judgement, c, c.reset().time, c.reset().frame);
        return judgement;
    }
    set_time(judgement, c, train.last_time + waited, last_of(train.frames));
    // An answer to one of the last two tries may have been missed.
    if (overlap(c.capture.gaps, train.last_time - train.last_gap, judgement.time) > 0) {
        judgement.signs |= kSignCaptureLoss;
    }
    return judgement;
}

std::optional<Judgement> judge_probes(const Case& c, Direction prober) {
    const SideWatch& side = c.side(prober);
    const Train& train = *side.probes;
    if (!train.open() || ended_otherwise(c, prober)) return std::nullopt;
    const bool reset = ended_by_reset(c, prober);
    const Nanoseconds waited = probe_patience(train, *side.prober);
    if (!reset && (waited == kNoTime || !longer(c.silence_since(train.last_time), waited)))
        return std::nullopt;

    const bool early = reset && (train.length < kFewestProbes || side.prober->longest_train > train.length);
    Judgement judgement =
        give_up(c, train, prober, early ? Reason::kUserTimeout : Reason::kProbesExhausted, waited);
    const bool certain = (reset && !early) || (judgement.signs & kSignIcmpUnreachable) != 0;
    if (certain) judgement.confidence = Confidence::kHigh;
    return judgement;
}

// As the gaps between retransmissions do (RFC 6298 section 5.5), up to a limit.
bool grows(const Train& train) {
    const bool at_limit = train.first_gap >= kLeastLimit;
    return train.growing && (at_limit || train.last_gap > train.first_gap + train.first_gap / 5);
}

std::optional<Judgement> judge_transmissions(const Case& c, Direction sender) {
    const Train& train = *c.side(sender).transmissions;
    const Nanoseconds waited = transmission_patience(train);
    if (waited == kNoTime || ended_otherwise(c, sender)) return std::nullopt;
    const bool reset = ended_by_reset(c, sender);
    // ICMP errors take back the growth of the gaps (RFC 6069).
    if (!grows(train) && !reset && !c.unreachable(train, sender)) return std::nullopt;
    if (!reset && !longer(c.silence_since(train.last_time), waited)) return std::nullopt;

    const bool early =
        train.length < kFewestTransmissions && between(train.first_time, train.last_time) < kUsualGiveUp;
    Judgement judgement =
        give_up(c, train, sender, early ? Reason::kUserTimeout : Reason::kRetransmissionsExhausted, waited);
    const bool certain = (reset && !early) || (judgement.signs & kSignIcmpUnreachable) != 0;
    if (certain) judgement.confidence = Confidence::kHigh;
    return judgement;
}

std::optional<Judgement> judge_dead(const Case& c) {
    if (c.watch == nullptr) return std::nullopt;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (auto judgement = judge_transmissions(c, side)) return judgement;
        if (auto judgement = judge_probes(c, side)) return judgement;
    }
    return std::nullopt;
}

// What every judgement by a RST tells.
void describe_reset(Judgement& judgement, const Case& c) {
    const ResetRecord& reset = c.reset();
    judgement.side = reset.sender;
    judgement.side_known = true;
    judgement.idle_at_failure = reset.silence_before;
    judgement.idle_survived = c.watch->longest_survived;
    const SideWatch& target = c.side(opposite(reset.sender));
    const Train& train = target.probes->open() ? *target.probes : *target.transmissions;
    describe_tries(judgement, train, target);
    if (!train.open() && reset.provoked_frame != 0) judgement.evidence.add(reset.provoked_frame);
    judgement.evidence.add(reset.frame);
    if (reset.both_ends) judgement.evidence.add(reset.other_frame);
    judgement.time = reset.time;
    judgement.frame = reset.frame;
    judgement.half_open = between(reset.sender_heard, reset.time);
}

std::optional<Judgement> judge_middlebox(const Case& c) {
    const ResetRecord& reset = c.reset();
    // Both ends at once, and neither had just spoken.
    const bool both = reset.both_ends && longer(between(reset.sender_heard, reset.time), kSecond) &&
                      longer(between(reset.provoked_time, reset.time), kSecond);
    if (!both && !reset.ttl_differs) return std::nullopt;
    Judgement judgement =
        decided(Verdict::kMiddleboxReset, both && reset.ttl_differs ? Confidence::kHigh : Confidence::kMedium,
                reset.ttl_differs ? Reason::kTtlDiffers : Reason::kBothEndsReset);
    describe_reset(judgement, c);
    if (reset.ttl_differs) judgement.signs |= kSignTtlDiffers;
    if (both) judgement.signs |= kSignBothEndsReset;
    return judgement;
}

Judgement judge_forgotten(const Case& c) {
    constexpr Signs kRebootSigns =
        kSignOthersLost | kSignAnnouncement | kSignNewConnections | kSignHostSilent;
    Signs host = c.host.signs;
    // Nobody knows who was silent while not all was captured.
    if (overlap(c.capture.gaps, c.reset().silent_since(), c.reset().time) > 0) host &= ~kSignHostSilent;
    const bool survives = (host & kSignOlderSurvives) != 0;
    const int signs = std::popcount(static_cast<unsigned>(host & kRebootSigns));
    const Confidence confidence = survives || signs == 1 ? Confidence::kMedium
                                  : signs == 0           ? Confidence::kLow
                                                         : Confidence::kHigh;
    Judgement judgement = decided(survives ? Verdict::kPeerLostState : Verdict::kPeerRebooted, confidence,
                                  Reason::kNoSocketReset);
    describe_reset(judgement, c);
    judgement.signs |= host;
    return judgement;
}

std::optional<Judgement> judge_reset(const Case& c) {
    if (!c.reset_stands()) return std::nullopt;
    if (auto judgement = judge_middlebox(c)) return judgement;
    if (is_no_socket_reset(c.reset(), c.options)) return judge_forgotten(c);
    Reason reason = Reason::kAborted;
    if (c.reset().shape == ResetRecord::Shape::kRefused) reason = Reason::kConnectionRefused;
    if (c.reset().shape == ResetRecord::Shape::kNoSocket) reason = Reason::kNoSocketReset;
    Judgement judgement = decided(Verdict::kPeerReset, Confidence::kHigh, reason);
    describe_reset(judgement, c);
    return judgement;
}

std::optional<Judgement> judge_suspicion(const Case& c) {
    if (c.watch == nullptr) return std::nullopt;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const bool probing = c.side(side).probes->open();
        const Train& train = probing ? *c.side(side).probes : *c.side(side).transmissions;
        const bool waits = longer(c.silence_since(train.last_time), kAnswerDelay) || train.length >= 2;
        if (!train.open() || !waits) continue;
        Judgement judgement = decided(Verdict::kSuspect, Confidence::kLow,
                                      probing ? Reason::kProbesUnanswered : Reason::kDataUnacknowledged);
        describe_train(judgement, c, train, side);
        set_time(judgement, c, train.last_time, last_of(train.frames));
        return judgement;
    }
    return std::nullopt;
}

Judgement alive(const Case& c, Reason reason) {
    Judgement judgement = decided(Verdict::kAlive, Confidence::kHigh, reason);
    judgement.time = c.facts.last_time;
    judgement.frame = c.facts.last_frame;
    return judgement;
}

// When the next probe is due at the latest, counted from the last segment; kNoTime if nobody probes.
Nanoseconds next_probe_due(const Watch& watch) {
    Nanoseconds due = kNoTime;
    for (const SideWatch& side : watch.sides) {
        if (side.prober->answered == 0) continue;
        const Nanoseconds idle = side.prober->idle.cluster().longest;
        due = std::max(due, idle == 0 ? kNoTime : idle + idle / 2 + kSecond);
    }
    return due;
}

Judgement probes_stopped(const Case& c, Nanoseconds due) {
    Judgement judgement = decided(Verdict::kSuspect, Confidence::kLow, Reason::kProbesStopped);
    judgement.time = c.facts.last_time + due;
    judgement.frame = c.facts.last_frame;
    return judgement;
}

// What the latest exchange proves, beyond that there was one.
Reason latest_proof(const Watch& watch, Reason usual) {
    if (watch.reset->met() && watch.reset->ignored()) return Reason::kResetIgnored;
    return watch.recovered ? Reason::kRecovered : usual;
}

bool has_answered(const Watch& watch) {
    return std::ranges::any_of(watch.sides, [](const SideWatch& side) { return side.prober->answered > 0; });
}

std::optional<Judgement> judge_probed(const Case& c, Nanoseconds silent) {
    if (c.watch == nullptr) return std::nullopt;
    Nanoseconds due = next_probe_due(*c.watch);
    if (due == kNoTime && c.facts.window_closed) due = kWindowProbesDue;
    if (due == kNoTime && !has_answered(*c.watch)) return std::nullopt;
    if (due != kNoTime && longer(silent, due)) return probes_stopped(c, due);
    Judgement judgement = alive(c, latest_proof(*c.watch, Reason::kProbeAnswered));
    if (due == kNoTime) {  // the clock was set before each probe
        judgement.confidence = Confidence::kLow;
        judgement.signs |= kSignTimeWentBack;
    }
    return judgement;
}

Judgement judge_open(const Case& c) {
    const Nanoseconds silent = c.silence_since(c.facts.last_time);
    if (auto judgement = judge_probed(c, silent)) return *judgement;
    if (c.facts.heartbeat_period != kNoTime &&
        !longer(c.silence_since(c.facts.last_beat), 3 * c.facts.heartbeat_period)) {
        return alive(c, Reason::kHeartbeat);
    }
    const Reason proof =
        c.watch == nullptr ? Reason::kRecentTraffic : latest_proof(*c.watch, Reason::kRecentTraffic);
    const Nanoseconds holds = proof == Reason::kRecentTraffic ? c.options.idle_after - 1 : kProofHolds;
    if (!longer(silent, holds)) return alive(c, proof);
    // Probes that were sent may have been taken for segments out of order.
    const bool doubtful = c.facts.clock_set_back;
    Judgement judgement =
        decided(Verdict::kIdle, doubtful ? Confidence::kLow : Confidence::kHigh, Reason::kNoKeepalive);
    if (doubtful) judgement.signs |= kSignTimeWentBack;
    judgement.time = c.facts.last_time;
    judgement.frame = c.facts.last_frame;
    return judgement;
}

// What the capture lost, or a clock that was set, can account for what was concluded from silence.
Judgement with_doubt(Judgement judgement, const Case& c) {
    const bool by_silence = judgement.verdict == Verdict::kPeerDead &&
                            (judgement.signs & (kSignProberReset | kSignIcmpUnreachable)) == 0;
    const Nanoseconds heard = c.facts.heard[index(judgement.side)];
    // What was lost before the peer's last word is no part of its silence.
    const bool seen_to_lose = c.watch != nullptr && c.watch->loss_time != kNoTime &&
                              judgement.time != kNoTime && heard != kNoTime && heard < c.watch->loss_time &&
                              c.watch->loss_time <= judgement.time;
    const bool lost_here = seen_to_lose || (judgement.signs & kSignCaptureLoss) != 0;
    if (c.capture.lost_frames || lost_here) judgement.signs |= kSignCaptureLoss;
    if (c.watch != nullptr && c.watch->step_back >= kClockStep) judgement.signs |= kSignTimeWentBack;
    if (by_silence && lost_here) {
        judgement.verdict = Verdict::kUnknown;
        judgement.reason = Reason::kCaptureLoss;
        judgement.confidence = Confidence::kNone;
    } else if (judgement.verdict == Verdict::kPeerDead &&
               (judgement.signs & (kSignCaptureLoss | kSignTimeWentBack)) != 0) {
        judgement.confidence = lowered(judgement.confidence);
    }
    return judgement;
}

Judgement closed(const Case& c, Reason reason) {
    Judgement judgement = decided(Verdict::kClosed, Confidence::kHigh, reason);
    judgement.time = c.facts.last_time;
    judgement.frame = c.facts.last_frame;
    return judgement;
}

}  // namespace

bool is_no_socket_reset(const ResetRecord& reset, const AnalyzerOptions& options) {
    return reset.shape == ResetRecord::Shape::kNoSocket && !reset.ignored() &&
           longer(between(reset.silent_since(), reset.time), options.minimum_probe_silence);
}

Judgement judge(const ConnectionFacts& facts, const Watch* watch, const CaptureFacts& capture,
                const HostSigns& host, const AnalyzerOptions& options) {
    const Case c{facts, watch, capture, host, options};
    // Segments were met, but none that could be analysed.
    if (facts.last_time == kNoTime)
        return decided(Verdict::kUnknown, Confidence::kNone, Reason::kCaptureLoss);
    if (facts.one_way) return decided(Verdict::kUnknown, Confidence::kNone, Reason::kOneWay);
    if (facts.fin_from_both) return closed(c, Reason::kFinExchanged);
    if (c.reset_stands() && c.reset().shape == ResetRecord::Shape::kAfterFin)
        return closed(c, Reason::kResetAfterFin);
    if (auto judgement = judge_dead(c)) return with_doubt(*judgement, c);
    if (auto judgement = judge_reset(c)) return with_doubt(*judgement, c);
    if (facts.superseded) return decided(Verdict::kUnknown, Confidence::kNone, Reason::kSuperseded);
    if (auto judgement = judge_suspicion(c)) return with_doubt(*judgement, c);
    return judge_open(c);
}

}  // namespace deadpeer
