#include "cli/live/link_sentence.h"

#include <fmt/format.h>

#include <cmath>

namespace deadpeer::cli {
namespace {

double in_seconds(Nanoseconds time) {
    return static_cast<double>(time) / double{kSecond};
}

}  // namespace

std::string sentence_of(const LinkEvent& event) {
    using Kind = LinkEvent::Kind;
    const double away = in_seconds(event.to - event.from);
    switch (event.kind) {
        case Kind::kDown:
            return fmt::format("{} is down; nothing is captured from it until it is up again", event.name);
        case Kind::kUp:
            return fmt::format("{} is up again after {:.1f} s", event.name, away);
        case Kind::kRemoved:
            return fmt::format("{} is gone: removed, or moved to another network namespace", event.name);
        case Kind::kReturned:
            return fmt::format("{} is back after {:.1f} s", event.name, away);
        case Kind::kNotBound:
            return fmt::format("{} is back, but nothing is captured from it: {}", event.name, event.detail);
        case Kind::kRenamed:
            return fmt::format("{} is now called {}", event.detail, event.name);
        case Kind::kFramesLost:
            return fmt::format("{} frame{} of {} lost within {:.1f} s: {}", event.count,
                               event.count == 1 ? "" : "s", event.name, away, event.detail);
        case Kind::kPartGone:
        case Kind::kPartBack:
        case Kind::kPartGivenUp:
            return {};  // what became of the link itself is told
        case Kind::kClockStep:
            return fmt::format(
                "the clock {} was set {} by {:.3f} s; times in the reports go on as before",
                event.name.empty() ? "of this machine" : "that stamps the frames of " + event.name,
                event.step < 0 ? "back" : "forward", std::abs(in_seconds(event.step)));
    }
    return {};
}

bool begins_gap(const LinkEvent& event) {
    using Kind = LinkEvent::Kind;
    return event.kind == Kind::kPartGone ||
           (event.whole_input && (event.kind == Kind::kDown || event.kind == Kind::kRemoved));
}

CaptureLoss loss_of(const LinkEvent& event) {
    CaptureLoss loss;
    loss.input = event.input;
    loss.why = event.kind == LinkEvent::Kind::kFramesLost ? Reason::kFramesLost : Reason::kLinkDown;
    loss.from = event.from;
    if (event.is_gap()) loss.to = event.to;
    loss.frames = event.count;
    loss.link = event.name;
    loss.part = event.part;
    loss.returned = event.kind != LinkEvent::Kind::kPartGivenUp;
    return loss;
}

}  // namespace deadpeer::cli
