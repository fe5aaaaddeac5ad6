#include <bit>

#include "detect/between.h"
#include "detect/judgement_case.h"

namespace deadpeer {
namespace {

// What every judgement by a RST tells.
void describe_reset(Judgement& judgement, const JudgementCase& c) {
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
    if (reset.ttl_near) judgement.signs |= kSignTtlNear;
}

// Another machine sent the RST than the one that had the address. A middlebox that resets in its name does
// not claim the address; nor does a machine that goes on counting IP ids, or with older connections, take it.
std::optional<Judgement> judge_address(const JudgementCase& c) {
    const ResetRecord& reset = c.reset();
    const Signs host = c.host.signs;
    const bool shared = (host & kSignAddressShared) != 0;
    const bool claimed = (host & kSignAddressClaimed) != 0;
    const bool same_machine = (host & (kSignOlderSurvives | kSignIpIdRanOn)) != 0;
    const bool taken = (host & kSignAddressTaken) != 0 && !same_machine;
    if (!shared && !taken) return std::nullopt;
    if (!claimed && (reset.ttl_differs || reset.both_ends)) return std::nullopt;
    // A machine that changes its network card claims the address anew, too, but brings no other one along.
    const bool apart = (host & kSignOwnAddress) != 0;
    Confidence confidence = Confidence::kLow;
    if (claimed && shared) confidence = Confidence::kHigh;
    if (claimed && !shared && apart) confidence = Confidence::kMedium;
    Judgement judgement = decided(shared ? Verdict::kAddressConflict : Verdict::kAddressMoved, confidence,
                                  Reason::kOtherMachine);
    describe_reset(judgement, c);
    if (shared) judgement.half_open = kNoTime;  // nobody died
    judgement.macs = reset.macs;
    judgement.signs |= host & kSignsAddress;
    return judgement;
}

// A host that answers at once what its application did forgets nothing.
bool came_late(const ResetRecord& reset, const AnalyzerOptions& options) {
    return longer(between(reset.silent_since(), reset.time), options.minimum_probe_silence);
}

std::optional<Judgement> judge_middlebox(const JudgementCase& c) {
    const ResetRecord& reset = c.reset();
    // Both ends at once, and neither had just spoken.
    const bool both = reset.both_ends && !reset.by_machine &&
                      longer(between(reset.sender_heard, reset.time), kSecond) &&
                      longer(between(reset.provoked_time, reset.time), kSecond);
    if (!both && !reset.ttl_differs) return std::nullopt;
    const Signs rejects = c.host.signs & kSignRefusedSince;
    Judgement judgement =
        decided(Verdict::kMiddleboxReset,
                reset.ttl_differs && (both || rejects != 0) ? Confidence::kHigh : Confidence::kMedium,
                reset.ttl_differs ? Reason::kTtlDiffers : Reason::kBothEndsReset);
    describe_reset(judgement, c);
    if (reset.ttl_differs) judgement.signs |= kSignTtlDiffers;
    if (both) judgement.signs |= kSignBothEndsReset;
    if (rejects != 0) judgement.signs |= kSignLostTogether | rejects;
    return judgement;
}

Judgement judge_scan(const JudgementCase& c) {
    const bool other_ttl = c.reset().by_other_ttl;
    Judgement judgement =
        decided(Verdict::kScan, other_ttl ? Confidence::kHigh : Confidence::kMedium, Reason::kSynScan);
    describe_reset(judgement, c);
    judgement.half_open = judgement.idle_at_failure = judgement.idle_survived = kNoTime;
    if (other_ttl) judgement.signs |= kSignTtlDiffers;
    return judgement;
}

// A boot takes time, in which the host is silent in all that is seen of it, and whatever it had before is
// gone.
bool may_have_rebooted(Signs host) {
    constexpr Signs kWasNoBoot = kSignsHostUp | kSignAddressMoved;
    if ((host & kSignHostSilent) == 0 || (host & kWasNoBoot) != 0) return false;
    // What lies before several hosts lost their connections, but for hosts that say that they boot.
    return (host & kSignManyHosts) == 0 || (host & kSignAnnouncement) != 0;
}

// What can be believed of the host's silence. Nobody knows who was silent while not all was captured, where a
// filter hides what a host may have said, or while everybody was silent, unless the host says that it boots.
Signs believed(const JudgementCase& c) {
    // A link that flaps for a moment, as it does when its other end loses power, hides no life.
    constexpr Nanoseconds kMoment = kSecond;
    Signs host = c.host.signs;
    const bool blind = overlap(c.capture.gaps, c.reset().silent_since(), c.reset().time) >= kMoment;
    const bool announced = (host & kSignAnnouncement) != 0;
    const bool spoke = c.reset().unseen;
    if (spoke) host |= kSignCaptureLoss;
    if (blind || spoke || (c.options.frames_are_hidden && !announced)) host &= ~kSignHostSilent;
    if (!announced && all_fell_silent(c.capture.pauses, c.host.silence.from, c.host.silence.to))
        host = (host & ~kSignHostSilent) | kSignCapturePaused;
    if (c.reset().reopened) host |= kSignPortReopened;
    return host;
}

// A middlebox may have forgotten the connection: but not one that came through a longer silence.
bool may_have_timed_out(const JudgementCase& c) {
    const Nanoseconds silence = c.reset().time - c.reset().silent_since();
    return silence >= kShortestPathTimeout && !longer(c.watch->longest_survived, silence);
}

// Connections of several hosts with one peer were lost at one moment. What the RST's TTL shows to come from
// elsewhere is a middlebox's; hosts that were up, or away for too short a time to boot, did not restart
// together. A peer that was suspended is not told that its hosts end their connections with it.
std::optional<Judgement> judge_restarted_middlebox(const JudgementCase& c) {
    // What restarts lets new connections pass.
    constexpr Signs kOtherwise =
        kSignAnnouncement | kSignAddressMoved | kSignCapturePaused | kSignRefusedSince;
    const Signs host = believed(c);
    if ((host & kSignLostTogether) == 0 || (host & kOtherwise) != 0) return std::nullopt;
    const ResetRecord& reset = c.reset();
    // What ended the connection may not be captured.
    if (overlap(c.capture.gaps, reset.silent_since(), reset.time) > 0) return std::nullopt;
    const Nanoseconds away = between(reset.silent_since(), reset.time);
    const bool no_boot = (host & kSignsHostUp) != 0 || (away != kNoTime && away < kShortestBoot);
    const bool doubtful = !reset.target_awake || may_have_timed_out(c) || c.capture.lost_frames;
    const Confidence confidence = doubtful            ? Confidence::kLow
                                  : reset.ttl_differs ? Confidence::kHigh
                                  : no_boot           ? Confidence::kMedium
                                                      : Confidence::kLow;
    Judgement judgement = decided(Verdict::kMiddleboxRestarted, confidence, Reason::kNoSocketReset);
    describe_reset(judgement, c);
    judgement.signs |= host;
    if (reset.ttl_differs) judgement.signs |= kSignTtlDiffers;
    return judgement;
}

Judgement judge_forgotten(const JudgementCase& c) {
    const Signs host = believed(c);
    const int signs = std::popcount(static_cast<unsigned>(host & kSignsBoot));
    // The silence of a host that shows nothing but one connection proves nothing; new connections are opened
    // by a process that was restarted, too.
    const bool rebooted = may_have_rebooted(host) && signs > 0;
    const bool proven =
        rebooted && !c.reset().ttl_near && (host & (kSignOthersLost | kSignAnnouncement)) != 0;
    const Confidence confidence = proven ? signs > 1 ? Confidence::kHigh : Confidence::kMedium
                                  : !rebooted && (host & kSignsHostUp) != 0 && (host & kSignRefusedSince) == 0
                                      ? Confidence::kMedium
                                      : Confidence::kLow;
    Judgement judgement = decided(rebooted ? Verdict::kPeerRebooted : Verdict::kPeerLostState, confidence,
                                  Reason::kNoSocketReset);
    describe_reset(judgement, c);
    judgement.signs |= host;
    return judgement;
}

Judgement lost_state(const JudgementCase& c, Reason reason) {
    Judgement judgement = decided(Verdict::kPeerLostState, Confidence::kMedium, reason);
    describe_reset(judgement, c);
    return judgement;
}

// Nothing provoked it, nobody probes, and no silence before was longer: the timer of a middlebox or of an
// application, or somebody who has had enough.
bool may_be_idle_timer(const JudgementCase& c) {
    const ResetRecord& reset = c.reset();
    return reset.when_idle(kShortestPathTimeout) && !c.side(Direction::kFromLow).prober.held() &&
           !c.side(Direction::kFromHigh).prober.held() &&
           !longer(c.watch->longest_survived, reset.silence_before + kSecond);
}

}  // namespace

std::optional<Judgement> judge_reset(const JudgementCase& c) {
    if (!c.reset_stands()) return std::nullopt;
    if (c.reset().by_scanner) return judge_scan(c);
    if (auto judgement = judge_address(c)) return judgement;
    if (c.reset().rebound || c.reset().leaked) {
        const Confidence confidence = c.reset().rebound ? Confidence::kHigh : Confidence::kMedium;
        Judgement judgement = decided(Verdict::kPeerReset, confidence, Reason::kNatRebinding);
        describe_reset(judgement, c);
        judgement.half_open = kNoTime;  // nobody died
        return judgement;
    }
    const bool forgotten = is_no_socket_reset(c.reset(), c.options) && came_late(c.reset(), c.options);
    auto restarted = forgotten ? judge_restarted_middlebox(c) : std::nullopt;
    if (restarted && restarted->confidence > Confidence::kLow) return restarted;
    if (auto judgement = judge_middlebox(c)) return judgement;
    if (restarted) return restarted;
    if (forgotten) return judge_forgotten(c);
    if (c.reset().shape == ResetRecord::Shape::kHalfOpen) return lost_state(c, Reason::kHalfOpenDiscovered);
    if (c.reset().sender_gave_up) {
        Judgement judgement = lost_state(c, Reason::kNoSocketReset);
        judgement.signs |= kSignProberReset;
        return judgement;
    }
    Reason reason = Reason::kAborted;
    if (c.reset().shape == ResetRecord::Shape::kRefused)
        reason = c.reset().served ? Reason::kRefusedByLiveService : Reason::kConnectionRefused;
    if (c.reset().shape == ResetRecord::Shape::kNoSocket) reason = Reason::kNoSocketReset;
    if (c.reset().shape == ResetRecord::Shape::kBySyn) reason = Reason::kResetBySyn;
    if (c.reset().in_handshake) reason = Reason::kResetInHandshake;
    if (c.reset().unrequested) reason = Reason::kUnrequested;
    const bool when_idle = reason == Reason::kAborted && may_be_idle_timer(c);
    if (when_idle) reason = Reason::kResetWhenIdle;
    // Who was never heard may never have had the connection.
    const bool unheard = reason == Reason::kNoSocketReset && c.reset().sender_heard == kNoTime;
    const bool certain =
        !when_idle && !unheard && !c.reset().ttl_near && reason != Reason::kRefusedByLiveService;
    Judgement judgement =
        decided(Verdict::kPeerReset, certain ? Confidence::kHigh : Confidence::kMedium, reason);
    describe_reset(judgement, c);
    if (c.reset().when_due) judgement.signs |= kSignResetWhenDue;
    judgement.half_open = kNoTime;  // alive until its RST
    return judgement;
}

bool is_no_socket_reset(const ResetRecord& reset, const AnalyzerOptions& options) {
    const bool unknown_till_fin = reset.answers_fin && reset.sender_heard == kNoTime;
    return reset.shape == ResetRecord::Shape::kNoSocket && !reset.ignored() && !reset.in_handshake &&
           !reset.rebound && !reset.leaked && !reset.sender_gave_up && !unknown_till_fin &&
           (reset.macs.before != 0 || came_late(reset, options));
}

}  // namespace deadpeer
