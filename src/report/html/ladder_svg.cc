#include "report/html/ladder_svg.h"

#include <algorithm>

#include "report/grouped.h"
#include "report/html/markup.h"

namespace deadpeer {
namespace {

using Kind = Step::Kind;

constexpr Nanoseconds kSilence = 2 * kSecond;
constexpr int kRow = 27;
constexpr int kSilentRow = 30;
constexpr std::string_view kLeft = "30%";
constexpr std::string_view kRight = "79%";
constexpr std::string_view kLost = "69%";      // where an arrow ends that nobody answered
constexpr std::string_view kLostBack = "40%";  // the same from right to left

bool is_from_left(const Step& step, const LadderStory& story) {
    // The key's lower end sends kFromLow.
    const bool left_is_low = story.left <= story.failed;
    return (step.direction == Direction::kFromLow) == left_is_low;
}

std::string flags_text(const Step& step) {
    std::string text;
    const auto add = [&](std::uint16_t flag, std::string_view name) {
        if ((step.flags & flag) == 0) return;
        text += text.empty() ? "" : ", ";
        text += name;
    };
    add(kSyn, "SYN");
    add(kFin, "FIN");
    add(kRst, "RST");
    if (step.bytes > 0) {
        text += text.empty() ? "" : ", ";
        text += counted(step.bytes, "byte", "bytes");
    } else if (text == "SYN" && (step.flags & kAck) != 0) {
        text += ", ACK";
    }
    return text.empty() ? "ACK" : text;
}

std::string label_of(const Step& step, bool unanswered) {
    switch (step.kind) {
        case Kind::kProbe:
            return "keepalive probe " + std::to_string(std::max(step.train_position, 1U)) +
                   (unanswered ? ", no answer" : "");
        case Kind::kAnswer:
            return step.bytes > 0 ? "answer with " + counted(step.bytes, "byte", "bytes") : "answer";
        case Kind::kRetransmission:
            return flags_text(step) + " again" + (unanswered ? ", no answer" : "");
        case Kind::kWindowProbe:
            return "window probe";
        case Kind::kExchange:
            return counted(step.count, "segment", "segments") + ", " + counted(step.bytes, "byte", "bytes");
        case Kind::kKeepalives:
            return counted(step.count, "probe", "probes") + ", all answered";
        case Kind::kSegment:
            break;
    }
    return flags_text(step) + (unanswered ? ", no answer" : "");
}

std::string_view class_of(const Step& step, bool unanswered) {
    if ((step.flags & kRst) != 0) return "rst";
    if (unanswered) return "lost";
    switch (step.kind) {
        case Kind::kProbe:
        case Kind::kKeepalives:
            return "probe";
        case Kind::kAnswer:
            return "answer";
        default:
            return "data";
    }
}

struct Drawing {
    std::string body;
    int y = 0;
};

void draw_silence(Drawing& drawing, Nanoseconds silence) {
    const int y = drawing.y + kSilentRow / 2 - 2;
    say(drawing.body, "<g class=\"gap\">");
    for (const std::string_view x : {kLeft, kRight}) {
        say(drawing.body, "<svg x=\"", x, "\" y=\"", std::uint64_t(y - 9),
            "\" class=\"free\"><path class=\"hide\" d=\"M0 0V18\"/><path d=\"M0 0L-5 4L5 10L0 "
            "14V18\"/></svg>");
    }
    say(drawing.body, "<text x=\"54.5%\" y=\"", std::uint64_t(y + 4), "\" class=\"mid\">", Span{silence},
        " of silence</text></g>");
    drawing.y += kSilentRow;
}

void draw_arrow(Drawing& drawing, const Step& step, bool from_left, bool unanswered) {
    drawing.y += kRow;
    const auto y = static_cast<std::uint64_t>(drawing.y);
    const std::string_view kind = class_of(step, unanswered);
    const std::string_view end = unanswered ? (from_left ? kLost : kLostBack) : (from_left ? kRight : kLeft);
    say(drawing.body, "<g class=\"", kind, "\"><text class=\"when\" y=\"", y + 1, "\">",
        clock_time(step.time), "</text><text class=\"mid\" x=\"54.5%\" y=\"", y - 6, "\">",
        Html{label_of(step, unanswered)}, "</text><line x1=\"", from_left ? kLeft : kRight, "\" y1=\"", y - 2,
        "\" x2=\"", end, "\" y2=\"", y + 1, "\"/>");
    if (step.kind == Kind::kExchange || step.kind == Kind::kKeepalives) {
        say(drawing.body, "<svg x=\"", kLeft, "\" y=\"", y,
            "\" class=\"free\"><path class=\"head\" d=\"M1 -2L9 -6V2Z\"/></svg>");
        say(drawing.body, "<svg x=\"", kRight, "\" y=\"", y,
            "\" class=\"free\"><path class=\"head\" d=\"M-1 0L-9 -4V4Z\"/></svg>");
    } else if (unanswered) {
        say(drawing.body, "<svg x=\"", end, "\" y=\"", y + 1,
            "\" class=\"free\"><path class=\"cross\" d=\"M-5 -5L5 5M-5 5L5 -5\"/></svg>");
    } else {
        say(drawing.body, "<svg x=\"", end, "\" y=\"", y + 1, "\" class=\"free\"><path class=\"head\" d=\"",
            from_left ? "M-1 0L-10 -5V4Z" : "M1 0L10 -5V4Z", "\"/></svg>");
    }
    say(drawing.body, "<text class=\"frame\" x=\"100%\" y=\"", y + 1, "\">#", step.frame, "</text></g>\n");
}

void draw_line(std::string& out, std::string_view x, int from, int to, std::string_view kind) {
    say(out, "<line class=\"", kind, "\" x1=\"", x, "\" x2=\"", x, "\" y1=\"", std::uint64_t(from),
        "\" y2=\"", std::uint64_t(to), "\"/>");
}

// The two ends: beside each other if they are short, else below each other.
int draw_ends(std::string& out, const LadderStory& story, const Named& named) {
    constexpr std::size_t kShort = 21;
    std::string left;
    std::string right;
    say(left, Side{story.left});
    say(right, Side{story.failed});
    const bool are_short = left.size() <= kShort && right.size() <= kShort;
    std::string left_name;
    std::string right_name;
    say(left_name, named(story.left.address));
    say(right_name, named(story.failed.address));
    const auto name_in = [](const std::string& text) {
        const std::size_t open = text.find(" (");
        return open == std::string::npos ? std::string()
                                         : shortened(text.substr(open + 2, text.size() - open - 3), 22);
    };
    left_name = name_in(left_name);
    right_name = name_in(right_name);
    int y = 14;
    const auto put = [&](const std::string& text, bool at_left, std::string_view kind) {
        const std::string_view place = are_short
                                           ? (at_left ? "x=\"30%\" class=\"mid " : "x=\"79%\" class=\"mid ")
                                       : at_left ? "x=\"0\" class=\""
                                                 : "x=\"100%\" class=\"right ";
        say(out, "<text y=\"", std::uint64_t(y), "\" ", place, kind, "\">", Html{text}, "</text>");
    };
    if (!left_name.empty() || !right_name.empty()) {
        if (!left_name.empty()) put(left_name, true, "name");
        if (!right_name.empty()) put(right_name, false, "name");
        y += 17;
    }
    put(left, true, "end");
    if (!are_short) y += 17;
    put(right, false, "end");
    return y + 8;
}

// The step with which the failed side was heard last: its place; steps.size() if none is here.
std::size_t last_word(std::span<const Step> steps, const LadderStory& story) {
    std::size_t last = steps.size();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const bool spoke = !is_from_left(steps[i], story) || steps[i].is_of_several();
        if (spoke && steps[i].time <= story.last_heard + kMillisecond) last = i;
    }
    return last;
}

void describe(std::string& out, std::span<const Step> steps, const LadderStory& story) {
    say(out, Side{story.left}, " and ", Side{story.failed}, ", ", counted(steps.size(), "step", "steps"),
        " from ", clock_time(steps.front().time), " to ", clock_time(steps.back().last_time), " UTC.");
    if (story.failure_is_known && story.last_heard != kNoTime) {
        say(out, " ", Side{story.failed}, " was heard last at ", clock_time(story.last_heard), ".");
    }
}

}  // namespace

std::span<const Step> decisive_steps(std::span<const Step> steps, const LadderStory& story) {
    constexpr std::size_t kBefore = 4;
    constexpr std::size_t kMost = 40;
    const auto end = std::ranges::find_if(
        steps, [&](const Step& step) { return story.decided != kNoTime && step.time > story.decided; });
    steps = steps.first(static_cast<std::size_t>(end - steps.begin()));
    if (steps.empty()) return steps;
    std::size_t first = steps.size() - 1;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const bool is_evidence = story.first_evidence != 0 && steps[i].frame >= story.first_evidence;
        const bool is_after_last_word = story.last_heard != kNoTime && steps[i].time > story.last_heard;
        if (!is_evidence && !is_after_last_word) continue;
        first = i;
        break;
    }
    first -= std::min(first, kBefore);
    if (steps.size() - first > kMost) first = steps.size() - kMost;
    return steps.subspan(first);
}

bool is_unanswered(std::span<const Step> steps, std::size_t i) {
    const Step& step = steps[i];
    const bool asks = step.kind == Kind::kProbe || step.kind == Kind::kRetransmission ||
                      (step.kind == Kind::kSegment && step.bytes > 0 && (step.flags & kRst) == 0);
    if (!asks) return false;
    for (std::size_t next = i + 1; next < steps.size(); ++next) {
        if (steps[next].direction != step.direction || steps[next].is_of_several()) return false;
        // New data need not wait for an answer.
        if (steps[next].kind != Kind::kSegment || (steps[next].flags & kRst) != 0) return true;
    }
    return step.kind != Kind::kSegment;
}

void draw_ladder(std::string& out, std::span<const Step> steps, std::size_t left_out,
                 const LadderStory& story, const Named& named, std::size_t number) {
    if (steps.empty()) return;
    std::string ends;
    const int top = draw_ends(ends, story, named);
    Drawing drawing{.body = {}, .y = top};
    const std::size_t last = story.failure_is_known ? last_word(steps, story) : steps.size();
    int heard = story.failure_is_known && last == steps.size() ? top : 0;
    if (left_out > 0) {
        drawing.y += 20;
        say(drawing.body, "<text class=\"mid more\" x=\"54.5%\" y=\"", std::uint64_t(drawing.y - 4),
            "\">\u2026 ", counted(left_out, "earlier step", "earlier steps"), "</text>");
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (i > 0 && steps[i].time - steps[i - 1].last_time >= kSilence)
            draw_silence(drawing, steps[i].time - steps[i - 1].last_time);
        draw_arrow(drawing, steps[i], is_from_left(steps[i], story), is_unanswered(steps, i));
        if (i != last) continue;
        heard = drawing.y + 2;
        drawing.y += 15;
        say(drawing.body, "<text class=\"heard right\" x=\"100%\" y=\"", std::uint64_t(heard + 13),
            "\">last heard</text>");
    }
    const int bottom = drawing.y + 14;
    say(out, "<figure class=\"ladder\"><svg role=\"img\" width=\"100%\" height=\"", std::uint64_t(bottom),
        "\" aria-labelledby=\"t", std::uint64_t{number}, " d", std::uint64_t{number}, "\"><title id=\"t",
        std::uint64_t{number}, "\">Ladder of the decisive segments</title><desc id=\"d",
        std::uint64_t{number}, "\">");
    std::string description;
    describe(description, steps, story);
    say(out, Html{description}, "</desc>", ends);
    draw_line(out, kLeft, top, bottom, "life");
    draw_line(out, kRight, top, heard > 0 ? heard : bottom, "life");
    if (heard > 0) draw_line(out, kRight, heard, bottom, "life dead");
    say(out, "\n", drawing.body, "</svg></figure>\n");
}

}  // namespace deadpeer
