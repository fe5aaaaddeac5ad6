// JudgementCase: all that a judgement rests on, and the questions that judge's parts share.
//
// What:     judge.cc asks its parts in turn: what found no answer (judge_silence.cc), a RST (judge_reset.cc),
//           what is sent to a side that has closed (judge_close.cc), what is open still (judge_open.cc),
//           what never was a connection (judge_opening.cc). Each answers if its rules apply.
// Lifetime: of what it refers to; during one judgement.
// Threads:  pure functions.
#pragma once

#include <algorithm>
#include <optional>

#include "detect/judge.h"

namespace deadpeer {

struct JudgementCase {
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
    // Without a time in which the file seems to have been interrupted.
    [[nodiscard]] Nanoseconds captured_silence_since(Nanoseconds time) const {
        const Nanoseconds silence = silence_since(time);
        if (silence == kNoTime) return kNoTime;
        return std::max(silence - interruption_of_most(capture.pauses, time, capture.now), Nanoseconds{0});
    }
    // Whether the side's probes are never answered, though its peer lives.
    [[nodiscard]] bool ignored(Direction prober) const {
        return side(prober).prober->answered == 0 && side(prober).prober->ignored > 0;
    }
    // What the latest ICMP error says of the other side.
    [[nodiscard]] Signs icmp_sign() const {
        return watch->icmp_of_host ? kSignIcmpUnreachable : kSignIcmpPath;
    }
    [[nodiscard]] bool unreachable(const Train& train, Direction sender) const {
        return watch->icmp_time != kNoTime && watch->icmp_about == sender && train.first_time != kNoTime &&
               watch->icmp_time >= train.first_time;
    }
};

inline Judgement decided(Verdict verdict, Confidence confidence, Reason reason) {
    Judgement judgement;
    judgement.verdict = verdict;
    judgement.confidence = confidence;
    judgement.reason = reason;
    return judgement;
}

// At the connection's last segment.
inline Judgement decided_last(const JudgementCase& c, Verdict verdict, Confidence confidence, Reason reason) {
    Judgement judgement = decided(verdict, confidence, reason);
    judgement.time = c.facts.last_time;
    judgement.frame = c.facts.last_frame;
    return judgement;
}

inline bool longer(Nanoseconds duration, Nanoseconds limit) {
    return duration != kNoTime && duration > limit;
}

// What found no answer, and how often it was tried.
void describe_tries(Judgement& judgement, const Train& train, const SideWatch& side);

// Its SYNs were not answered by what could be a connection.
std::optional<Judgement> judge_opening(const JudgementCase& c);
// Its handshake goes round in a circle.
std::optional<Judgement> judge_handshake(const JudgementCase& c);
// Data that the side which had closed did not read, answered by its RST.
std::optional<Judgement> judge_close(const JudgementCase& c);
// Data that were sent again and again around the close, and never acknowledged.
std::optional<Judgement> judge_loss_at_close(const JudgementCase& c);
// A side that does not answer had sent its FIN before: it closed, and the other side went on.
Judgement closed_if_gone(Judgement judgement, const JudgementCase& c);
// A side gave up, or has fallen silent for so long that it must have.
std::optional<Judgement> judge_dead(const JudgementCase& c);
// The other side has not answered what was sent last, too little or too late for more.
std::optional<Judgement> judge_suspicion(const JudgementCase& c);
// A RST ended it. is_no_socket_reset() is in judge.h.
std::optional<Judgement> judge_reset(const JudgementCase& c);
// Large segments of one side vanish on the path.
std::optional<Judgement> judge_mtu(const JudgementCase& c);
// The numbers of a side went back, and the other refuses it.
std::optional<Judgement> judge_restored(const JudgementCase& c);
// Nothing has ended it.
Judgement judge_open(const JudgementCase& c);

}  // namespace deadpeer
