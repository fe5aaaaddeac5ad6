// Large segments that vanish on the path.
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {

void describe_path_mtu(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, "Large segments from ", Side{story.left}, " do not reach ", Side{story.failed},
                 ", but small ones do");
    begin_sentence(out.evidence);
    say(out.evidence, "A segment of ", Count{story.segment_bytes, "byte", "bytes"}, " was sent ",
        Count{story.unanswered, "time", "times"}, " and never acknowledged.");
    say_sentence(out.evidence, "Meanwhile ", Side{story.failed},
                 " went on, and smaller segments that were sent to it arrived");
    say_doubts(out.evidence, story);
    say_sentence(out.advice, "Compare the MTU of the links and tunnels between ", story.left.address, " and ",
                 story.failed.address);
    say_sentence(out.advice,
                 "Let ICMP messages about the packet size pass (fragmentation needed, packet too big), or "
                 "clamp the MSS");
}

}  // namespace deadpeer
