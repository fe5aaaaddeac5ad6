#include "report/text/failure_words.h"

#include "report/text/advice.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

using Guard = FailureReport::Guard;

struct TryWords {
    std::string_view verb;
    std::string_view one;
    std::string_view many;
};

TryWords words_of(Tries tries) {
    switch (tries) {
        case Tries::kData:
            return {"acknowledge", "transmission of data", "transmissions of the same data"};
        case Tries::kWindowProbes:
            return {"answer", "window probe", "window probes"};
        default:
            return {"answer", "keepalive probe", "keepalive probes"};
    }
}

void say_setting(std::string& out, Guard guard, const FailureReport& story) {
    if (guard == Guard::kHeartbeat) {
        return say(out, "send the application's heartbeat more often than every ", Span{story.path_timeout},
                   ".");
    }
    say(out, "set ", guard == Guard::kProbes ? "" : "SO_KEEPALIVE and ", kKeepaliveIdle, " to ");
    say_limit(out, story.path_timeout);
    say(out, " on ", story.left.address, ".");
}

}  // namespace

void say_it_after_silence(std::string& evidence, const FailureReport& story) {
    begin_sentence(evidence);
    if (!known(story.idle) || story.idle < kMillisecond) return say(evidence, "It");
    say(evidence, "After ", Span{story.idle}, " of silence it");
}

void say_unanswered(std::string& evidence, const FailureReport& story) {
    const TryWords words = words_of(story.tries);
    say_it_after_silence(evidence, story);
    say(evidence, " did not ", words.verb, " ", Count{story.unanswered, words.one, words.many}, " from ",
        Side{story.left});
}

void say_doubts(std::string& evidence, const FailureReport& story) {
    if (has(story, kSignCaptureLoss)) {
        say_sentence(evidence, "The capture lost frames, so an answer may be missing from it");
    }
    if (has(story, kSignCapturePaused)) {
        say_sentence(evidence,
                     story.reason == Reason::kNoSocketReset
                         ? "The capture holds no frame of anybody in that time, so it may have been "
                           "interrupted, or its clock set forward"
                         : "The file holds no frame at all of the time in which an answer was due, so the "
                           "capture may have been interrupted");
    }
    if (has(story, kSignTimeWentBack)) {
        say_sentence(evidence, "The capture clock was set back meanwhile, so durations may be wrong");
    }
}

void advise_keepalive(std::string& advice, const FailureReport& story) {
    begin_sentence(advice);
    switch (story.guard) {
        case Guard::kNone:
            say(advice, "Keepalive seems off: ");
            break;
        case Guard::kProbes:
            say(advice, "Keepalive comes later than the idle timeout of the path: ");
            break;
        default:
            say(advice, "To keep the path open, ");
    }
    say_setting(advice, story.guard, story);
}

void advise_against_nat(std::string& advice, const FailureReport& story) {
    begin_sentence(advice);
    say(advice, "Against a NAT, ");
    say_setting(advice, story.guard == Guard::kHeartbeat ? Guard::kHeartbeat : Guard::kUnknown, story);
}

}  // namespace deadpeer
