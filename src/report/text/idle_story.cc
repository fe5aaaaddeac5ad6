#include "report/text/idle_story.h"

#include <algorithm>

#include "report/text/advice.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

void explain_half_closed(Explanation& out, const FlowSummary& flow) {
    const bool by_initiator = flow.initiator_side.sent_fin;
    const Endpoint left_open = by_initiator ? responder(flow) : initiator(flow);
    const Side closer{by_initiator ? initiator(flow) : responder(flow)};
    if (flow.unanswered > 0) {
        say_sentence(out.evidence, closer, " sent its FIN, which ", Side{left_open}, " never acknowledged");
        return say_sentence(out.advice, "Ping ", left_open.address, ": it may be gone, or the path to it");
    }
    say_sentence(out.evidence, closer, " sent its FIN, and ", Side{left_open},
                 " has not closed its side since");
    say_sentence(out.advice, "Check whether the application on ", left_open.address,
                 " forgets to close connections (CLOSE_WAIT)");
}

void explain_unguarded(Explanation& out, const FlowSummary& flow) {
    say(out.evidence, "No keepalive probe or heartbeat was seen: keepalive is off");
    const Nanoseconds silence = std::max(flow.silent_at_end, flow.longest_idle);
    if (silence != kNoTime) say(out.evidence, " or waits longer than ", Span{silence});
    say(out.evidence, ".");
    say_sentence(out.evidence, "If ", Side{initiator(flow)}, " or ", Side{responder(flow)},
                 " dies, the other will not notice");
    say_sentence(out.advice, "Set SO_KEEPALIVE and ", kKeepaliveIdle, " to 180 on the side that must notice");
    say_sentence(out.advice, "Middleboxes often drop an idle connection after 4 min");
}

}  // namespace

void describe_idle(Explanation& out, const FlowSummary& flow) {
    say(out.what, "Open but silent");
    if (flow.silent_at_end != kNoTime) say(out.what, " for the last ", Span{flow.silent_at_end});
    say(out.what, ".");
    if (flow.heartbeat_period != kNoTime) {
        say_sentence(out.evidence, "The application's heartbeat, every ", Span{flow.heartbeat_period},
                     " before, has stopped, and no keepalive probe was seen");
        return say_sentence(out.advice,
                            "Find out why it stopped, and set SO_KEEPALIVE on the side that must notice a "
                            "death");
    }
    if ((flow.signs & kSignTimeWentBack) != 0) {
        say_sentence(out.evidence,
                     "The capture clock was set back meanwhile, so neither its silences nor its keepalive "
                     "are certain");
        return say_sentence(out.advice, "Capture again without stepping the clock");
    }
    if (flow.initiator_side.sent_fin != flow.responder_side.sent_fin) return explain_half_closed(out, flow);
    explain_unguarded(out, flow);
}

}  // namespace deadpeer
