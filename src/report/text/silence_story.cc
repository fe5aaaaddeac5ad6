// A side that does not answer any more: the peer, or the path to it, may be dead.
#include "report/text/advice.h"
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

using Guard = FailureReport::Guard;

// No known system gives up by default after fewer (Windows: the original and 5 retransmissions).
constexpr std::uint32_t kUsualTransmissions = 6;

// "X stopped responding, and A gave up with a RST 111 s after its last segment."
void say_gave_up(std::string& out, const FailureReport& story) {
    const bool reset = has(story, kSignProberReset);
    say(out, ", and ", Side{story.left}, reset || !known(story.half_open) ? " gave up" : " had given up");
    if (reset) say(out, " with a RST");
    if (known(story.half_open)) say(out, " ", Span{story.half_open}, " after its last segment");
    say(out, ".");
}

// How else it is known that the other side gave up, and who says why.
void say_end_of_tries(std::string& evidence, const FailureReport& story) {
    if (!has(story, kSignProberReset)) say_sentence(evidence, "No more followed");
    if (has(story, kSignIcmpUnreachable)) {
        say_sentence(evidence, "An ICMP error called ", story.failed.address, " unreachable");
    }
    if (has(story, kSignIcmpPath)) {
        say_sentence(evidence, "An ICMP error said that segments to ", story.failed.address, " cannot pass");
    }
}

void say_apart(std::string& evidence, const FailureReport& story) {
    if (story.unanswered < 2 || !known(story.interval)) return;
    if (story.doubling) {
        say(evidence, ", the time between them doubling up to ", Span{story.interval});
    } else {
        say(evidence, ", ", Span{story.interval}, " apart");
    }
}

// From when it had not yet given up to when it had.
void say_user_timeout(std::string& out, const FailureReport& story) {
    if (!known(story.half_open) || !known(story.interval)) return say(out, "a TCP_USER_TIMEOUT.");
    // Probes count from the last word of the peer, all else from when it was sent first.
    const bool probes = story.tries == Tries::kProbes;
    const Nanoseconds most = probes || !known(story.idle) ? story.half_open : story.half_open - story.idle;
    const Nanoseconds least = most - (probes ? story.interval : 2 * story.interval);
    say(out, "a TCP_USER_TIMEOUT ");
    if (least >= kMillisecond) return say(out, "between ", Span{least}, " and ", Span{most}, ".");
    say(out, "of at most ", Span{most}, ".");
}

// That it gave up early, and what that fits.
void say_gave_up_early(std::string& evidence, const FailureReport& story) {
    if (story.reason == Reason::kUserTimeout) {
        begin_sentence(evidence);
        say(evidence, "That is fewer than usual, which fits ");
        // Stacks look at both when the next probe is due.
        if (story.tries == Tries::kProbes)
            say(evidence, "TCP_KEEPCNT ", std::uint64_t{story.unanswered}, " or ");
        say_user_timeout(evidence, story);
    } else if (story.reason == Reason::kRetransmissionsExhausted && story.unanswered < kUsualTransmissions) {
        begin_sentence(evidence);
        say(evidence, "Systems give up later by default, so this fits a small net.ipv4.tcp_retries2 or ");
        say_user_timeout(evidence, story);
    }
}

// Who waits for a window to open is not idle.
bool was_idle(const FailureReport& story) {
    return known(story.idle) && story.idle >= kIdleEnough && story.tries != Tries::kWindowProbes;
}

// Death or an idle timeout: what tells them apart.
void advise_on_silence(std::string& advice, const FailureReport& story) {
    const IpAddress& host = story.failed.address;
    const bool survived = survived_as_long(story.idle, story.survived);
    if (was_idle(story) && !survived && known(story.path_timeout)) {
        say_sentence(advice, "If ", host, " is up, a middlebox may have dropped the idle connection (",
                     Span{story.path_timeout}, " is a known idle timeout)");
        return advise_keepalive(advice, story);
    }
    say_sentence(advice, "Check host ", host, " and its links",
                 was_idle(story) && survived ? ", not idle timeouts" : "");
}

void advise_on_death(std::string& advice, const FailureReport& story) {
    const IpAddress& host = story.failed.address;
    if (has(story, kSignSpokeLater)) {
        say_sentence(advice, "Check ", host, " and the path to ", story.left.address, " at that time");
    } else {
        if (story.confidence < Confidence::kHigh) say_sentence(advice, "Ping ", host, " to confirm");
        advise_on_silence(advice, story);
    }
    if (story.reason == Reason::kUserTimeout) {
        say_sentence(advice, "If longer outages heal by themselves, raise ",
                     story.tries == Tries::kProbes ? "TCP_KEEPCNT or " : "", "TCP_USER_TIMEOUT on ",
                     story.left.address);
    } else if (story.reason == Reason::kProbesExhausted) {
        advise_quicker(advice, story.half_open, story.left.address);
    } else if (known(story.half_open) && story.half_open >= kTooLong) {
        say_sentence(advice, "To bound such a wait, set TCP_USER_TIMEOUT on ", story.left.address);
    }
}

void say_spoke_later(std::string& evidence, const FailureReport& story) {
    if (!has(story, kSignSpokeLater)) return;
    say_sentence(evidence, Side{story.failed},
                 " spoke again later, so it was away, or its stack or the path to ", story.left.address,
                 " lost its answers");
}

void describe_answers_lost(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.failed}, " seemed dead to ", Side{story.left},
                 ", which reset the connection");
    say(out.evidence, "Its answers to the last ",
        Count{story.unanswered, "keepalive probe", "keepalive probes"});
    say_apart(out.evidence, story);
    say(out.evidence, ", are in the capture.");
    say_sentence(out.evidence, Side{story.left},
                 " sent a RST when the next probe was due, as a prober does that got no answer");
    say_doubts(out.evidence, story);
    say_sentence(out.advice, "Check the path from the capture point to ", story.left.address);
}

// A host that is up, and a connection that it does not answer.
void describe_connection_dead(Explanation& out, const FailureReport& story) {
    const IpAddress& host = story.failed.address;
    say_sentence(out.what, Side{story.failed}, " stopped responding on this connection, but its host is up");
    say_unanswered(out.evidence, story);
    say_gave_up(out.evidence, story);
    say_end_of_tries(out.evidence, story);
    say_sentence(out.evidence, "Meanwhile other frames came from ", host);
    say_doubts(out.evidence, story);
    say_spoke_later(out.evidence, story);
    say_sentence(out.advice, "Check the firewalls and NATs in between, and the process behind port ",
                 std::uint64_t{story.failed.port}, " of ", host);
}

// By what a router, or a firewall, says itself.
void describe_no_way(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.failed}, " can no longer be reached from ", Side{story.left});
    say_unanswered(out.evidence, story);
    say_gave_up(out.evidence, story);
    say_end_of_tries(out.evidence, story);
    say_doubts(out.evidence, story);
    say_spoke_later(out.evidence, story);
    say_sentence(out.advice, "Check the routes and firewalls at the sender of the ICMP error ",
                 "(evidence_frames in events.csv)");
}

// It is not the only one: what they share has failed.
void describe_cut_off(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, "Nothing reached ", story.left.address, " any more, from ", story.failed.address,
                 " or any other host that it tried");
    say_unanswered(out.evidence, story);
    say_gave_up(out.evidence, story);
    say_end_of_tries(out.evidence, story);
    say_sentence(out.evidence,
                 "It tried at least two other hosts in that time, and no segment came from any");
    say_doubts(out.evidence, story);
    say_spoke_later(out.evidence, story);
    say_sentence(out.advice, "Check the link of ", story.left.address, " and the first router on its way");
}

}  // namespace

void describe_dead(Explanation& out, const FailureReport& story) {
    if (story.reason == Reason::kAnswersLost) return describe_answers_lost(out, story);
    say(out.what, Side{story.failed}, " stopped responding");
    say_gave_up(out.what, story);
    say_unanswered(out.evidence, story);
    if (story.reason == Reason::kProbesExhausted) say_apart(out.evidence, story);
    say(out.evidence, ".");
    say_end_of_tries(out.evidence, story);
    say_gave_up_early(out.evidence, story);
    if (was_idle(story) && survived_as_long(story.idle, story.survived)) {
        say_sentence(out.evidence, "The connection had survived a silence as long before");
    }
    say_doubts(out.evidence, story);
    say_spoke_later(out.evidence, story);
    advise_on_death(out.advice, story);
}

void describe_path_dead(Explanation& out, const FailureReport& story) {
    if (has(story, kSignHostHeard)) return describe_connection_dead(out, story);
    if (has(story, kSignNothingArrived)) return describe_cut_off(out, story);
    if (has(story, kSignIcmpPath)) return describe_no_way(out, story);
    say_sentence(out.what, "The path between ", Side{story.left}, " and ", Side{story.failed},
                 " failed in both directions");
    const bool data = story.tries == Tries::kData;
    say_sentence(out.evidence, data ? "Both sides sent data again and again, and neither was acknowledged"
                                    : "Both sides sent keepalive probes, and neither was answered");
    begin_sentence(out.evidence);
    say(out.evidence, Side{story.failed},
        data ? " did not acknowledge the last " : " did not answer the last ",
        std::uint64_t{story.unanswered});
    say_apart(out.evidence, story);
    say_gave_up(out.evidence, story);
    say_end_of_tries(out.evidence, story);
    say_doubts(out.evidence, story);
    say_sentence(out.advice, "Check the links and firewalls in between");
}

void describe_suspect(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.failed}, " may be dead");
    say_unanswered(out.evidence, story);
    if (known(story.half_open)) {
        say(out.evidence, story.unanswered > 1 ? ", the last one " : ", sent ", Span{story.half_open},
            " after its last segment");
    }
    say(out.evidence, ".");
    say_sentence(out.evidence, "That is too few or too late in the capture to be sure");
    say_doubts(out.evidence, story);
    say_sentence(out.advice, "Ping ", story.failed.address, ", or capture for longer");
}

}  // namespace deadpeer
