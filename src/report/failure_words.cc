#include "report/failure_words.h"

#include "report/advice.h"
#include "report/words.h"

namespace deadpeer {
namespace {

using Guard = FailureStory::Guard;

constexpr std::string_view kKeepaliveIdle = "TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time)";

struct TryWords {
    std::string_view did_not;
    std::string_view did;
    std::string_view one;
    std::string_view many;
    std::string_view by;
};

TryWords words_of(Tries tries) {
    switch (tries) {
        case Tries::kData:
            return {"acknowledge", "acknowledged", "data", "transmissions of the same data", " by "};
        case Tries::kWindowProbes:
            return {"answer", "answered", "a window probe", "window probes", " of "};
        case Tries::kSyns:
            return {"answer", "answered", "a SYN", "SYNs", " of "};
        default:
            return {"answer", "answered", "a keepalive probe", "keepalive probes", " of "};
    }
}

}  // namespace

void say_doubts(std::string& out, const FailureStory& story) {
    if (has(story, kSignCaptureLoss)) {
        say(out, "; the capture lost frames, so an answer may be missing from it");
    }
    if (has(story, kSignCapturePaused)) {
        say(out,
            story.reason == Reason::kNoSocketReset
                ? "; the capture holds no frame of anybody in that time, so the capture may have been "
                  "interrupted, or its clock set forward"
                : "; the file holds no frame at all of the time in which an answer was due, so the capture "
                  "may have been interrupted");
    }
    if (has(story, kSignTimeWentBack)) {
        say(out, "; the capture's clock was set back meanwhile, so durations may be wrong");
    }
}

void say_spoke_later(std::string& out, const FailureStory& story) {
    if (!has(story, kSignSpokeLater)) return;
    say(out, "; ", Side{story.failed}, " spoke again later, so it was away, or its stack or the path to ",
        story.left.address, " let its answers get lost");
}

void say_after_silence(std::string& out, const FailureStory& story) {
    if (known(story.idle) && story.idle >= kMillisecond) say(out, "after ", Span{story.idle}, " of silence ");
}

void say_unanswered(std::string& out, const FailureStory& story) {
    const TryWords words = words_of(story.tries);
    if (story.unanswered == 1) {
        say(out, "it did not ", words.did_not, " ", words.one);
    } else {
        say(out, "it ", words.did, " none of ", std::uint64_t{story.unanswered}, " ", words.many);
    }
    say(out, words.by, Side{story.left});
}

void say_last_heard(std::string& out, const FailureStory& story) {
    if (!known(story.half_open)) return;
    say(out, " ", Span{story.half_open}, " after ", Side{story.failed}, " was last heard");
}

void advise_keepalive(std::string& out, const FailureStory& story) {
    if (story.guard == Guard::kHeartbeat) {
        say(out, "let the application's heartbeat come more often than every ", Span{story.path_timeout});
        return;
    }
    if (story.guard == Guard::kNone) say(out, "keepalive seems off, so ");
    if (story.guard == Guard::kProbes) say(out, "keepalive is slower than the path, so ");
    say(out, "set ", story.guard == Guard::kProbes ? "" : "SO_KEEPALIVE and ", kKeepaliveIdle, " ");
    say_limit(out, story.path_timeout);
    say(out, " on ", story.left.address);
}

}  // namespace deadpeer
