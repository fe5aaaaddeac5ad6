// What never became a connection.
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {

namespace {

void describe_unanswered_syn_ack(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.failed}, " did not complete its handshake with ", Side{story.left});
    say_sentence(out.evidence, "The SYN-ACK was not answered");
    if (story.confidence == Confidence::kLow) {
        return say_sentence(out.advice,
                            "If there are many of these, it may be a flood of SYNs: see to it that "
                            "SYN cookies are on at ",
                            story.left.address);
    }
    say_sentence(out.evidence, "The SYN was repeated ", Count{story.unanswered, "time", "times"},
                 " after it, so it does not seem to arrive");
    say_sentence(out.advice, "Look for a firewall or another route between the capture point and ",
                 story.failed.address);
}

}  // namespace

void describe_handshake_incomplete(Explanation& out, const FailureReport& story) {
    if (story.reason == Reason::kSynAckUnanswered) return describe_unanswered_syn_ack(out, story);
    say_sentence(out.what, Side{story.failed}, " did not complete the handshake of ", Side{story.left});
    say_sentence(out.evidence, "It repeated its SYN-ACK ", Count{story.unanswered, "time", "times"},
                 " after the final ACK, and said nothing else");
    say_sentence(out.evidence, "The ACK was lost on its way, or dropped there, as by a full accept queue");
    say_sentence(out.advice, "Capture at ", story.failed.address,
                 ": if the ACK arrives, look at the accept queue there, else for a firewall on the way");
}

void describe_no_answer(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.left}, " could not connect to ", Side{story.failed});
    if (story.unanswered > 0) {
        say_sentence(out.evidence, Side{story.failed}, " did not answer ",
                     Count{story.unanswered, "SYN", "SYNs"});
    } else {
        say_sentence(out.evidence, Side{story.failed}, " did not accept the SYN");
    }
    switch (story.reason) {
        case Reason::kUnreachable:
            say_sentence(out.evidence, "An ICMP error called it unreachable");
            return say_sentence(out.advice,
                                "Find the sender of the ICMP error (evidence_frames in events.csv) and the "
                                "cause");
        case Reason::kSynIgnored:
            say_sentence(out.evidence,
                         "It still had an older connection with the same addresses and ports, and answered "
                         "from that one (RFC 5961)");
            return say_sentence(out.advice, "Find out why ", story.left.address, " uses the port again");
        case Reason::kResetIgnored:
            say_sentence(out.evidence,
                         "A RST came, but it does not acknowledge the SYN, so nobody accepts it (RFC 9293 "
                         "section 3.10.7.3)");
            return say_sentence(out.advice, "Find out what sends it in the name of ", story.failed.address);
        default:
            if (has(story, kSignHostHeard)) {
                say_sentence(out.evidence, "Meanwhile other frames came from ", story.failed.address);
                return say_sentence(out.advice, "Look for a firewall that drops the SYN on its way, or at ",
                                    story.failed.address);
            }
            say_sentence(out.advice, "Check that ", story.failed.address,
                         " is up and that no firewall drops the SYN on its way");
    }
}

void describe_scan(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, story.failed.address, " scanned ", Side{story.left}, ", which answered");
    say_sentence(out.evidence, "Its own host reset the SYN-ACK",
                 has(story, kSignTtlDiffers) ? ", with another TTL, so the SYN came from a raw socket"
                                             : " of a SYN that no usual stack sends");
    say_sentence(out.advice, "Find out who runs the scan, unless it is yours");
}

}  // namespace deadpeer
