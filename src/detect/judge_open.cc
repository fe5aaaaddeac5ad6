#include <algorithm>

#include "detect/judgement_case.h"

namespace deadpeer {
namespace {

// A window is probed at least every two minutes (Linux: TCP_RTO_MAX).
constexpr Nanoseconds kWindowProbesDue = 240 * kSecond;
// For so long a connection that came through something is said to live, whatever else.
constexpr Nanoseconds kProofHolds = 60 * kSecond;

Judgement alive(const JudgementCase& c, Reason reason) {
    return decided_last(c, Verdict::kAlive, Confidence::kHigh, reason);
}

Nanoseconds proof_holds(const JudgementCase& c, Reason proof) {
    if (proof != Reason::kRecentTraffic) return kProofHolds;
    const Nanoseconds idle_after = c.options.idle_after - 1;
    if (c.facts.heartbeat_period == kNoTime) return idle_after;
    return std::min(idle_after, 2 * c.facts.heartbeat_period);  // three without a beat end in these
}

// The capture's clock was set back: neither silences nor probes are what they seem.
void doubt_clock(Judgement& judgement) {
    judgement.confidence = Confidence::kLow;
    judgement.signs |= kSignTimeWentBack;
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

Judgement probes_stopped(const JudgementCase& c, Nanoseconds due) {
    Judgement judgement = decided_last(c, Verdict::kSuspect, Confidence::kLow, Reason::kProbesStopped);
    judgement.time += due;
    return judgement;
}

// What the latest exchange proves, beyond that there was one.
Reason latest_proof(const Watch& watch, Reason usual) {
    if (watch.reset->met() && watch.reset->ignored()) return Reason::kResetIgnored;
    const bool returned = std::ranges::any_of(watch.sides, &SideWatch::peer_lives);
    if (watch.recovered || returned) return Reason::kRecovered;
    return usual == Reason::kRecentTraffic && watch.refusals > 0 ? Reason::kAcceptedLater : usual;
}

bool has_answered(const Watch& watch) {
    return std::ranges::any_of(watch.sides, [](const SideWatch& side) { return side.prober->answered > 0; });
}

std::optional<Judgement> judge_probed(const JudgementCase& c, Nanoseconds silent) {
    if (c.watch == nullptr) return std::nullopt;
    constexpr std::uint32_t kFewestIgnored = 2;  // one may be lost, or its answer
    const auto ignores = [&](Direction prober) {
        return c.ignored(prober) && c.side(prober).prober->ignored >= kFewestIgnored;
    };
    const bool ignored = ignores(Direction::kFromLow) || ignores(Direction::kFromHigh);
    if (ignored && !has_answered(*c.watch) && !longer(silent, kProofHolds))
        return alive(c, Reason::kProbesIgnored);
    Nanoseconds due = next_probe_due(*c.watch);
    if (due == kNoTime && c.facts.window_closed) due = kWindowProbesDue;
    if (due == kNoTime && !has_answered(*c.watch)) return std::nullopt;
    if (due != kNoTime && longer(silent, due)) return probes_stopped(c, due);
    Judgement judgement = alive(c, latest_proof(*c.watch, Reason::kProbeAnswered));
    if (due == kNoTime) doubt_clock(judgement);  // it was set before each probe
    return judgement;
}

}  // namespace

Judgement judge_open(const JudgementCase& c) {
    const Nanoseconds silent = c.captured_silence_since(c.facts.last_time);
    if (auto judgement = judge_probed(c, silent)) return *judgement;
    if (c.facts.heartbeat_period != kNoTime &&
        !longer(c.captured_silence_since(c.facts.last_beat), 3 * c.facts.heartbeat_period)) {
        return alive(c, Reason::kHeartbeat);
    }
    const Reason proof =
        c.watch == nullptr ? Reason::kRecentTraffic : latest_proof(*c.watch, Reason::kRecentTraffic);
    if (!longer(silent, proof_holds(c, proof))) return alive(c, proof);
    Judgement judgement = decided_last(c, Verdict::kIdle, Confidence::kHigh, Reason::kNoKeepalive);
    // A FIN that was never acknowledged may not have arrived.
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (!c.facts.sent_fin[index(side)] || c.facts.fin_acknowledged[index(side)]) continue;
        judgement.unanswered = c.watch == nullptr ? 1 : std::max(1U, c.side(side).transmissions->length);
        judgement.tries = Tries::kData;
    }
    // Probes that were sent may have been taken for segments out of order.
    if (c.facts.clock_set_back) doubt_clock(judgement);
    return judgement;
}

}  // namespace deadpeer
