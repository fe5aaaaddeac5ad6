#include "report/failure_story.h"

#include "report/advice.h"
#include "report/failure_words.h"
#include "report/words.h"

namespace deadpeer {
namespace {

using Guard = FailureStory::Guard;

// No known system gives up by default after fewer (Windows: the original and 5 retransmissions).
constexpr std::uint32_t kUsualTransmissions = 6;

// Death or an idle timeout: what tells them apart.
void advise_on_silence(std::string& out, const FailureStory& story) {
    // Who waits for a window to open is not idle.
    const bool idle = known(story.idle) && story.idle >= kIdleEnough && story.tries != Tries::kWindowProbes;
    if (idle && !survived_as_long(story.idle, story.survived) && known(story.path_timeout)) {
        say(out, "; if ", story.failed.address,
            " is up, a middlebox may have forgotten the idle connection (", Span{story.path_timeout},
            " is a known idle timeout): ");
        advise_keepalive(out, story);
    } else if (idle && survived_as_long(story.idle, story.survived)) {
        say(out, "; it had come through silences as long before, so look at ", story.failed.address,
            " and its links, not for an idle timeout");
    } else {
        say(out, "; look at ", story.failed.address, " and its links");
    }
}

void say_give_up(std::string& out, const FailureStory& story) {
    const bool reset = has(story, kSignProberReset);
    say(out, ", and ", Side{story.left}, reset ? " gave up with a RST" : " had sent no more");
    if (!reset && known(story.half_open)) say(out, " by");
    say_last_heard(out, story);
    if (has(story, kSignIcmpUnreachable)) say(out, ", while an ICMP error called it unreachable");
}

// What lowers the confidence, and what would raise it.
void say_certainty(std::string& out, const FailureStory& story) {
    say_doubts(out, story);
    if (has(story, kSignSpokeLater)) return say_spoke_later(out, story);
    if (story.confidence < Confidence::kHigh) {
        say(out, "; not certain, a ping of ", story.failed.address, " settles it");
    }
}

void say_apart(std::string& out, const FailureStory& story) {
    if (story.unanswered < 2 || !known(story.interval)) return;
    if (story.doubling) {
        say(out, ", the time between them doubling up to ", Span{story.interval});
    } else {
        say(out, ", ", Span{story.interval}, " apart");
    }
}

void tell_probes_exhausted(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " is dead or unreachable: ");
    say_after_silence(out, story);
    say_unanswered(out, story);
    say_apart(out, story);
    say_give_up(out, story);
    say_certainty(out, story);
    if (!has(story, kSignSpokeLater)) advise_on_silence(out, story);
    advise_quicker(out, story.half_open, story.left.address);
}

// From when it had not yet given up to when it had.
void say_user_timeout(std::string& out, const FailureStory& story) {
    if (!known(story.half_open) || !known(story.interval)) return say(out, "a TCP_USER_TIMEOUT");
    // Probes count from the last word of the peer, all else from when it was sent first.
    const bool probes = story.tries == Tries::kProbes;
    const Nanoseconds most = probes || !known(story.idle) ? story.half_open : story.half_open - story.idle;
    const Nanoseconds least = most - (probes ? story.interval : 2 * story.interval);
    say(out, "a TCP_USER_TIMEOUT ");
    if (least >= kMillisecond) return say(out, "between ", Span{least}, " and ", Span{most});
    say(out, "of at most ", Span{most});
}

void tell_retransmissions_exhausted(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " is dead or unreachable: ");
    say_after_silence(out, story);
    say_unanswered(out, story);
    say_give_up(out, story);
    if (story.unanswered < kUsualTransmissions) {
        say(out, ", sooner than systems do by default, which fits a small net.ipv4.tcp_retries2 or ");
        say_user_timeout(out, story);
    }
    say_certainty(out, story);
    if (!has(story, kSignSpokeLater)) advise_on_silence(out, story);
    if (known(story.half_open) && story.half_open >= kTooLong) {
        say(out, "; TCP_USER_TIMEOUT on ", story.left.address, " bounds such a wait");
    }
}

void tell_user_timeout(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " is dead or unreachable: ");
    say_after_silence(out, story);
    say_unanswered(out, story);
    say_give_up(out, story);
    say(out, ", before a usual number of them, which fits ");
    say_user_timeout(out, story);
    say_certainty(out, story);
    say(out, "; look at ", story.failed.address, " and its links, and raise TCP_USER_TIMEOUT on ",
        story.left.address, " if they recover from outages longer than that");
}

void tell_answers_lost(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " seemed dead to ", Side{story.left}, ": its answers to the last ",
        std::uint64_t{story.unanswered}, " keepalive probes");
    say_apart(out, story);
    say(out, ", are in the capture, but ", Side{story.left},
        " reset the connection when the next was due, as a prober does that got none");
    say_doubts(out, story);
    say(out, "; look at the path from the point of capture to ", story.left.address);
}

// A host that is up, and a connection that it does not answer.
void tell_connection_dead(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " does not answer on this connection, but its host is up: ");
    say_after_silence(out, story);
    say_unanswered(out, story);
    say_give_up(out, story);
    say(out, ", while other frames came from ", story.failed.address);
    say_doubts(out, story);
    say_spoke_later(out, story);
    say(out, "; look at the firewalls and NATs in between, and at the process behind port ",
        std::uint64_t{story.failed.port}, " of ", story.failed.address);
}

void tell_path_dead(std::string& out, const FailureStory& story) {
    if (has(story, kSignHostHeard)) return tell_connection_dead(out, story);
    say(out, "The path between ", Side{story.left}, " and ", Side{story.failed},
        " is broken in both directions: both sent keepalive probes and neither was answered; ",
        Side{story.failed}, " answered none of the last ", std::uint64_t{story.unanswered});
    say_apart(out, story);
    say_give_up(out, story);
    say_doubts(out, story);
    say(out, "; look at the links and firewalls in between");
}

void tell_no_answer(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " did not answer ", Count{story.unanswered, "SYN", "SYNs"}, " of ",
        Side{story.left}, ", so no connection came to be");
    switch (story.reason) {
        case Reason::kUnreachable:
            return say(out,
                       ": an ICMP error called it unreachable; see who sent it in the evidence, and why");
        case Reason::kSynIgnored:
            return say(out,
                       ": it still had an older connection of the same addresses and ports, and answered out "
                       "of that (RFC 5961); see why ",
                       story.left.address, " uses the port again");
        case Reason::kResetIgnored:
            return say(out,
                       ": a RST came, but one that does not acknowledge the SYN, which nobody accepts (RFC "
                       "9293 section 3.10.7.3); look what sends it in the name of ",
                       story.failed.address);
        default:
            return say(out, "; see whether ", story.failed.address,
                       " is up and whether a firewall drops the SYN on its way");
    }
}

void tell_dead(std::string& out, const FailureStory& story) {
    if (story.reason == Reason::kAnswersLost) return tell_answers_lost(out, story);
    if (story.reason == Reason::kUserTimeout) return tell_user_timeout(out, story);
    if (story.reason == Reason::kRetransmissionsExhausted) return tell_retransmissions_exhausted(out, story);
    tell_probes_exhausted(out, story);
}

void tell_suspect(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " may be dead: ");
    say_after_silence(out, story);
    say_unanswered(out, story);
    if (known(story.half_open)) say(out, story.unanswered > 1 ? ", the last" : ", sent");
    say_last_heard(out, story);
    say(out, ", which is too few or too late in the capture to be sure");
    say_doubts(out, story);
    say(out, "; ping ", story.failed.address, " or capture for longer");
}

Guard guard_of(const FlowSummary& flow) {
    if (flow.heartbeat_period != kNoTime) return Guard::kHeartbeat;
    return flow.initiator_side.probes + flow.responder_side.probes > 0 ? Guard::kProbes : Guard::kNone;
}

}  // namespace

FailureStory story_of(const FlowSummary& flow) {
    const Direction failed = flow.failed_side_initiator ? flow.initiator : opposite(flow.initiator);
    FailureStory story;
    story.verdict = flow.verdict;
    story.reason = flow.reason;
    story.confidence = flow.confidence;
    story.signs = flow.signs;
    story.failed = flow.key.sender(failed);
    story.left = flow.key.receiver(failed);
    story.unanswered = flow.unanswered;
    story.tries = flow.tries;
    story.interval = flow.unanswered_interval;
    story.half_open = flow.half_open;
    story.idle = flow.idle_at_failure;
    story.survived = flow.idle_survived;
    story.path_timeout = flow.path_timeout;
    story.guard = guard_of(flow);
    const SideSummary& left = flow.failed_side_initiator ? flow.responder_side : flow.initiator_side;
    story.doubling = left.keepalive.exponential;
    return story;
}

FailureStory story_of(const Finding& finding, Verdict verdict) {
    FailureStory story;
    story.verdict = verdict;
    story.reason = finding.reason;
    story.confidence = finding.confidence;
    story.signs = finding.signs;
    story.failed = finding.subject;
    story.left = finding.peer;
    story.unanswered = finding.count;
    story.tries = finding.tries;
    story.interval = finding.interval;
    story.half_open = finding.half_open;
    story.idle = finding.idle;
    story.survived = finding.survived;
    story.path_timeout = finding.path_timeout;
    if (finding.tries == Tries::kProbes) story.guard = Guard::kProbes;
    story.doubling = finding.doubling;
    return story;
}

void tell_failure(std::string& out, const FailureStory& story) {
    switch (story.verdict) {
        case Verdict::kPeerDead:
            return tell_dead(out, story);
        case Verdict::kMiddleboxReset:
            return tell_middlebox(out, story);
        case Verdict::kPeerRebooted:
            return tell_rebooted(out, story);
        case Verdict::kPeerLostState:
            return tell_lost_state(out, story);
        case Verdict::kPeerReset:
            return tell_reset(out, story);
        case Verdict::kPathDead:
            return tell_path_dead(out, story);
        case Verdict::kNoAnswer:
            return tell_no_answer(out, story);
        default:
            return tell_suspect(out, story);
    }
}

}  // namespace deadpeer
