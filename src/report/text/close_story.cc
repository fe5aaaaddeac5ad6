#include "report/text/close_story.h"

#include "report/text/advice.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

void describe_race(Explanation& out, const CloseStory& story) {
    say_sentence(out.what, "A request of ", Side{story.other}, " met the close of ", Side{story.closer},
                 " and was lost");
    say(out.evidence, "The FIN came");
    if (story.idle != kNoTime) say(out.evidence, " after ", Span{story.idle}, " without data");
    say(out.evidence, ", and a RST answered the request.");
    say_sentence(out.evidence, story.confidence == Confidence::kHigh
                                   ? "The request was sent before its sender had the FIN"
                                   : "Its sender had acknowledged the FIN only just before");
    say_sentence(out.advice, "The idle timer of ", story.other.address, " must be shorter than that of ",
                 Side{story.closer});
    say_sentence(out.advice, "Repeat requests that are lost so on a new connection");
}

void describe_late(Explanation& out, const CloseStory& story) {
    say_sentence(out.what, Side{story.other}, " sent a request to ", Side{story.closer},
                 ", which had closed the connection");
    say(out.evidence, "It was sent");
    if (story.idle != kNoTime) say(out.evidence, " ", Span{story.idle});
    say(out.evidence, " after the FIN, which had been acknowledged, and a RST answered it.");
    say_sentence(out.advice, "Make the application on ", story.other.address,
                 " notice the end of the stream before it uses a connection again");
}

// What firewalls are known to do at the earliest, by half_closed_timeouts.csv.
constexpr Nanoseconds kForgetsHalfClosed = 60 * kSecond;

void say_tries(std::string& evidence, const CloseStory& story) {
    say(evidence, Side{story.other}, " sent them ", Count{story.tries, "time", "times"});
    if (story.idle != kNoTime && story.idle >= kSecond)
        say(evidence, ", at first after ", Span{story.idle}, " of silence");
    say(evidence, ".");
}

// The FIN of the side that closed last.
void describe_lost_fin(Explanation& out, const CloseStory& story) {
    say_sentence(out.what, "Closed, but the FIN of ", Side{story.other}, " was never acknowledged");
    say(out.evidence, Side{story.other}, " sent it ", Count{story.tries, "time", "times"}, ".");
    say_sentence(out.advice, "Nothing, unless it happens often: then check whether ", story.closer.address,
                 " goes away as soon as it has closed");
}

void describe_loss(Explanation& out, const CloseStory& story) {
    if (story.lost_bytes == 0) return describe_lost_fin(out, story);
    say_sentence(out.what, "Closed, but ", Count{story.lost_bytes, "byte", "bytes"}, " of ",
                 Side{story.other}, " were never acknowledged");
    say_tries(out.evidence, story);
    if (story.idle != kNoTime && story.idle >= kForgetsHalfClosed) {
        say_sentence(out.evidence,
                     "Firewalls forget connections that are closed on one side sooner than that");
        return say_sentence(out.advice,
                            "Compare the silence with their half-closed timeouts, or close both sides");
    }
    say_sentence(out.advice, "Check whether that data matters to ", Side{story.closer});
}

void describe_gone(Explanation& out, const CloseStory& story) {
    say_sentence(out.what, Side{story.closer}, " closed the connection and vanished, and ", Side{story.other},
                 " went on sending");
    say_sentence(out.evidence, "Its FIN was acknowledged, and then ",
                 Count{story.lost_bytes, "byte was", "bytes were"}, " sent ",
                 Count{story.tries, "time", "times"}, " without an answer");
    if (story.idle != kNoTime && story.idle >= kForgetsHalfClosed)
        say_sentence(out.evidence, "A firewall may have forgotten the half-closed connection in ",
                     Span{story.idle}, " of silence");
    say_sentence(out.advice, "Find out why the application on ", story.other.address,
                 " does not notice the end of the stream");
}

}  // namespace

CloseStory close_of(const FlowSummary& flow) {
    CloseStory story;
    story.reason = flow.reason;
    story.confidence = flow.confidence;
    const bool by_initiator = flow.failed_side_initiator;
    const Direction closer = by_initiator ? flow.initiator : opposite(flow.initiator);
    story.closer = flow.key.sender(closer);
    story.other = flow.key.receiver(closer);
    story.idle = flow.idle_at_failure;
    story.tries = flow.unanswered;
    story.lost_bytes = flow.lost_bytes;
    return story;
}

CloseStory close_of(const Finding& finding) {
    CloseStory story;
    story.reason = finding.reason;
    story.confidence = finding.confidence;
    story.closer = finding.subject;
    story.other = finding.peer;
    story.idle = finding.idle;
    return story;
}

void describe_close(Explanation& out, const CloseStory& story) {
    switch (story.reason) {
        case Reason::kReuseRace:
            return describe_race(out, story);
        case Reason::kRequestAfterFin:
            return describe_late(out, story);
        case Reason::kFinThenGone:
            return describe_gone(out, story);
        default:
            return describe_loss(out, story);
    }
}

void describe_idle_close(Explanation& out, const Finding& finding) {
    const bool by_reset = finding.reason == Reason::kResetWhenIdle;
    const std::string_view known(finding.known_timers.data());
    say_sentence(out.what, Side{finding.subject}, by_reset ? ", or a middlebox before it, resets" : " closes",
                 " connections after ", Span{finding.idle}, " without data");
    say_sentence(out.evidence, Count{finding.count, "connection", "connections"},
                 " ended so at different times, by ", by_reset ? "a RST that nothing provoked" : "a FIN");
    if (!known.empty()) say_sentence(out.evidence, "Known idle timers that fit: ", known);
    if (by_reset) {
        say(out.advice, "Set SO_KEEPALIVE and ", kKeepaliveIdle, " to ");
        say_limit(out.advice, finding.idle);
        return say(out.advice, " on ", finding.peer.address, ", or raise that timeout.");
    }
    say_sentence(out.advice, "The other side must close idle connections sooner, or send something in time");
}

}  // namespace deadpeer
