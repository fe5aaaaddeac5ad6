#include <algorithm>

#include "detect/between.h"
#include "detect/give_up_timeout.h"
#include "detect/judgement_case.h"

namespace deadpeer {
namespace {

// RFC 9293 section 3.8.3, R2: data is retransmitted for at least so long unless a user timeout is set.
constexpr Nanoseconds kUsualGiveUp = 100 * kSecond;
// No stack stops to double its retransmission timeout below that (Linux: the least tcp_rto_max_ms).
constexpr Nanoseconds kLeastLimit = kSecond;

// The numbers of a train of `prober` that found no answer.
void describe_train(Judgement& judgement, const JudgementCase& c, const Train& train, Direction prober) {
    judgement.side = opposite(prober);
    judgement.side_known = true;
    describe_tries(judgement, train, c.side(prober));
    judgement.idle_at_failure = train.silence_before;
    judgement.idle_survived = c.watch->longest_survived;
    if (c.side(prober).prober->answered > 0) judgement.signs |= kSignAnsweredBefore;
    if (c.unreachable(train, prober)) {
        judgement.signs |= c.icmp_sign();
        judgement.evidence.add(c.watch->icmp_frame);
    }
}

// What the other side said after the train tells nothing of the time before.
void set_time(Judgement& judgement, const JudgementCase& c, const Train& train, Nanoseconds time,
              std::uint64_t frame) {
    judgement.time = time;
    judgement.frame = frame;
    const Nanoseconds heard =
        train.peer_heard != kNoTime ? train.peer_heard : c.facts.heard[index(judgement.side)];
    judgement.half_open = between(heard, time);
}

// The train ended in the giving-up side's own RST.
bool ended_by_reset(const JudgementCase& c, Direction prober) {
    return c.reset_stands() && c.reset().shape == ResetRecord::Shape::kGaveUp && c.reset().sender == prober;
}

// A RST of the other side is the end of the matter, not the train before it.
bool ended_by_other_side(const JudgementCase& c, Direction prober) {
    return c.reset_stands() && !ended_by_reset(c, prober);
}

// Who tried has sent something else since, as its FIN: it did not give up then.
bool went_on(const JudgementCase& c, const Train& train, Direction prober) {
    const Nanoseconds heard = c.side(prober).first_seen(c.facts.heard[index(prober)]);
    return heard != kNoTime && heard > train.last_time;
}

// No stack waits that long before it sends data again: it was suspended, or the capture was.
bool sender_slept(const JudgementCase& c, const Train& train) {
    constexpr Nanoseconds kLongestWait = 180 * kSecond;  // Linux: at most 120 s (TCP_RTO_MAX)
    return train.tries == Tries::kData &&
           pause_of_most(c.capture.pauses, train.first_time, train.last_time) > kLongestWait;
}

Judgement give_up(const JudgementCase& c, const Train& train, Direction prober, Reason reason,
                  Nanoseconds waited) {
    // Who tries by itself lives, and so does its stack; a host that speaks on other connections is up.
    const bool lives = train.crossed || (train.tries == Tries::kProbes && c.side(prober).peer_probed);
    // A router that has no way to it, or may not use it, knows nothing of the host.
    const bool no_way = c.unreachable(train, prober) && c.icmp_sign() == kSignIcmpPath;
    const bool of_path = lives || train.host_is_up() || no_way || train.nothing_arrived;
    Judgement judgement =
        decided(of_path ? Verdict::kPathDead : Verdict::kPeerDead, Confidence::kMedium, reason);
    if (!lives && train.host_is_up()) judgement.signs |= kSignHostHeard;
    if (train.nothing_arrived) judgement.signs |= kSignNothingArrived;
    if (train.blind) judgement.signs |= kSignCaptureLoss;
    describe_train(judgement, c, train, prober);
    const bool reset = ended_by_reset(c, prober);
    if (c.side(prober).may_have_given_up() || (reset && c.reset().target_after))
        judgement.signs |= kSignSpokeLater;
    // Silent as long as it was tried, and heard after that: it may have been away, or the path was.
    const bool returned = !reset && train.host_returned != kNoTime && judgement.verdict == Verdict::kPeerDead;
    if (returned) judgement.signs |= kSignHostReturned;
    if (sender_slept(c, train)) judgement.signs |= kSignCapturePaused;
    // One that meets a host that comes back is sent because of that, long after the prober gave up.
    if (reset && !c.reset().at_return) {
        judgement.signs |= kSignProberReset;
        judgement.evidence.add(c.reset().frame);
        set_time(judgement, c, train, c.reset().time, c.reset().frame);
        return judgement;
    }
    set_time(judgement, c, train, train.last_time + waited, train.frames.last());
    // An answer to one of the last two tries may have been missed.
    const Nanoseconds last_but_one =
        train.last_gap == kNoTime ? train.last_time : train.last_time - train.last_gap;
    if (overlap(c.capture.gaps, last_but_one, judgement.time) > 0) {
        judgement.signs |= kSignCaptureLoss;
    }
    // Who tried for so long has given up, whether that was captured or not.
    const bool certain = reset || between(train.first_time, train.last_time) >= kUsualGiveUp;
    if (returned) judgement.confidence = Confidence::kLow;
    const bool paused = seems_interrupted(c.capture.pauses, train.last_time, judgement.time) ||
                        may_be_paused(c.capture.pauses, train.last_time, judgement.time);
    if (!certain && paused) judgement.signs |= kSignCapturePaused;
    return judgement;
}

// The host is up, or several are silent: what failed, the path or what holds the connection there, is a
// guess.
bool has_failed_path(const Judgement& judgement) {
    return (judgement.signs & (kSignHostHeard | kSignNothingArrived)) != 0;
}

std::optional<Judgement> judge_probes(const JudgementCase& c, Direction prober) {
    const SideWatch& side = c.side(prober);
    const Train& train = *side.probes;
    if (!train.open() || ended_by_other_side(c, prober)) return std::nullopt;
    const bool reset = ended_by_reset(c, prober);
    if (!reset && (side.peer_lives() || went_on(c, train, prober))) return std::nullopt;
    const Nanoseconds waited = probe_give_up_timeout(train, *side.prober);
    const bool proves_nothing = c.ignored(prober) || side.peer_probed;
    if (!reset && (proves_nothing || waited == kNoTime || !longer(c.silence_since(train.last_time), waited)))
        return std::nullopt;

    const bool early = reset && !c.reset().at_return &&
                       (train.length < kFewestProbes || side.prober->longest_train > train.length);
    Judgement judgement =
        give_up(c, train, prober, early ? Reason::kUserTimeout : Reason::kProbesExhausted, waited);
    const bool certain = (reset && !early && !c.ignored(prober)) || (judgement.signs & kSignsIcmp) != 0;
    if (certain && !has_failed_path(judgement)) judgement.confidence = Confidence::kHigh;
    // No known stack gives up after so few: the prober, or the capture, may have ended.
    if (!reset && train.length < kFewestProbes) judgement.confidence = Confidence::kLow;
    return judgement;
}

// The answers are in the capture, but the prober acted as if it had none.
std::optional<Judgement> judge_answers_lost(const JudgementCase& c) {
    if (!c.reset_stands() || c.reset().shape != ResetRecord::Shape::kAnswersLost) return std::nullopt;
    const ResetRecord& reset = c.reset();
    const Prober& prober = *c.side(reset.sender).prober;
    Judgement judgement = decided(Verdict::kPeerDead, Confidence::kMedium, Reason::kAnswersLost);
    judgement.side = opposite(reset.sender);
    judgement.side_known = true;
    judgement.unanswered = prober.run.gaps + 1;
    judgement.tries = Tries::kProbes;
    judgement.interval = prober.run.shortest;
    judgement.signs |= kSignProberReset | kSignResetWhenDue;
    if (prober.seems_unheard()) judgement.signs |= kSignAnswersUnheard;
    judgement.evidence.add(reset.frame);
    judgement.time = reset.time;
    judgement.frame = reset.frame;
    judgement.half_open = between(reset.provoked_time, reset.time);
    return judgement;
}

// As the gaps between retransmissions do (RFC 6298 section 5.5), up to a limit.
bool grows(const Train& train) {
    if (train.first_gap == kNoTime || train.first_gap >= kLeastLimit) return train.growing;
    return train.growing && train.last_gap > train.first_gap + train.first_gap / 5;
}

std::optional<Judgement> judge_transmissions(const JudgementCase& c, Direction sender) {
    const Train& train = *c.side(sender).transmissions;
    const Nanoseconds waited = transmission_give_up_timeout(train);
    if (waited == kNoTime || ended_by_other_side(c, sender)) return std::nullopt;
    const bool reset = ended_by_reset(c, sender);
    if (!reset && (c.side(sender).peer_lives() || went_on(c, train, sender))) return std::nullopt;
    // ICMP errors take back the growth of the gaps (RFC 6069).
    if (!grows(train) && !reset && !c.unreachable(train, sender)) return std::nullopt;
    if (!reset && !longer(c.silence_since(train.last_time), waited)) return std::nullopt;

    // Where the transmissions just stop, a small tcp_retries2 looks the same.
    const bool early = reset && !c.reset().at_return && train.length < kFewestTransmissions &&
                       between(train.first_time, train.last_time) < kUsualGiveUp;
    Judgement judgement =
        give_up(c, train, sender, early ? Reason::kUserTimeout : Reason::kRetransmissionsExhausted, waited);
    const bool certain = (reset && !early) || (judgement.signs & kSignsIcmp) != 0;
    if (certain && !has_failed_path(judgement)) judgement.confidence = Confidence::kHigh;
    // Within a few seconds it may be the application that has had enough; the other side may answer yet.
    constexpr Nanoseconds kSoon = 5 * kSecond;
    const bool soon = !longer(between(train.first_time, c.reset().time), kSoon);
    if (early && !certain && (soon || c.reset().target_after)) judgement.confidence = Confidence::kLow;
    return judgement;
}

}  // namespace

void describe_tries(Judgement& judgement, const Train& train, const SideWatch& side) {
    judgement.unanswered = train.length;
    judgement.tries = train.tries;
    judgement.interval = train.last_gap;
    judgement.doubling = train.tries == Tries::kProbes && side.prober->exponential;
    judgement.evidence = train.frames;
}

std::optional<Judgement> judge_dead(const JudgementCase& c) {
    if (c.watch == nullptr) return std::nullopt;
    if (auto judgement = judge_answers_lost(c)) return judgement;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (auto judgement = judge_transmissions(c, side)) return judgement;
        if (auto judgement = judge_probes(c, side)) return judgement;
    }
    return std::nullopt;
}

std::optional<Judgement> judge_suspicion(const JudgementCase& c) {
    if (c.watch == nullptr) return std::nullopt;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const bool probing = c.side(side).probes->open();
        const Train& train = probing ? *c.side(side).probes : *c.side(side).transmissions;
        // Where the capture ends before an answer could come, nothing is missing; time that went back does
        // not tell whether it does.
        const Nanoseconds since = std::max(train.first_time, c.facts.heard[index(opposite(side))]);
        const bool late = c.watch->step_back > 0 || longer(c.captured_silence_since(since), kSecond);
        const bool repeated = train.length >= 2 && late;
        const bool waits = longer(c.captured_silence_since(train.last_time), kAnswerDelay) || repeated;
        const bool proves_nothing = probing && (c.ignored(side) || c.side(side).peer_probed);
        if (!train.open() || !waits || proves_nothing || train.crossed || c.side(side).peer_lives()) continue;
        Judgement judgement = decided(Verdict::kSuspect, Confidence::kLow,
                                      probing ? Reason::kProbesUnanswered : Reason::kDataUnacknowledged);
        describe_train(judgement, c, train, side);
        if (train.host_is_up()) judgement.signs |= kSignHostHeard;
        if (train.nothing_arrived) judgement.signs |= kSignNothingArrived;
        set_time(judgement, c, train, train.last_time, train.frames.last());
        return judgement;
    }
    return std::nullopt;
}

}  // namespace deadpeer
