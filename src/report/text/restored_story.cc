// A machine that was restored from a snapshot.
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {

void describe_restored(Explanation& out, const FailureReport& story) {
    const bool stamped = story.confidence > Confidence::kLow;
    say_sentence(out.what, Side{story.failed}, stamped ? " was set back" : " seems to have been set back",
                 " to an earlier state, which ", Side{story.left}, " refuses");
    say_sentence(out.evidence, "Its sequence and acknowledgment numbers jumped back",
                 stamped ? ", and so did its time stamps" : "");
    say_sentence(out.evidence, Side{story.left}, " answered with ACKs beyond what it had sent since");
    say_doubts(out.evidence, story);
    say_sentence(out.advice, "Check whether ", story.failed.address,
                 " was restored from a snapshot, and restart the applications that hold connections then");
}

}  // namespace deadpeer
