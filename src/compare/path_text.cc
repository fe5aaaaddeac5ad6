#include "compare/path_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "report/text/time_text.h"
#include "report/text/words.h"

namespace deadpeer::comparing {
namespace {

std::string_view name_of(bool at_a) {
    return at_a ? "A" : "B";
}

// "06:50:12", in the clock of its point.
std::string clock_time(Nanoseconds time) {
    std::array<char, kTimeTextCapacity> text{};
    const std::string_view utc(text.data(),
                               static_cast<std::size_t>(write_utc(text.data(), time) - text.data()));
    return std::string(
        utc.substr(std::string_view("2026-11-21T").size(), std::string_view("06:50:12").size()));
}

std::string_view what(const SegmentRecord& segment) {
    if (segment.kind == SegmentKind::kKeepaliveProbe) return "keepalive probe";
    if (segment.kind == SegmentKind::kKeepaliveAck) return "answer to a keepalive probe";
    if (segment.kind == SegmentKind::kZeroWindowProbe) return "window probe";
    if (segment.has(kRst)) return "RST";
    if (segment.has(kSyn)) return segment.has(kAck) ? "SYN-ACK" : "SYN";
    if (segment.has(kFin)) return "FIN";
    return segment.length > 0 ? "data" : "acknowledgement";
}

std::string end_text(const Endpoint& end) {
    std::string text;
    append_word(text, Side{end});
    return text;
}

// One side's address and port, as its own point has it.
std::string end_of(const Path& path, std::size_t side, bool at_a) {
    const PointConnection& connection = at_a ? *path.a : *path.b;
    const bool initiator = (side == kInitiator) != (!at_a && path.pair.roles_swapped);
    return end_text(initiator ? connection.initiator_end() : connection.responder_end());
}

// "AWS NAT gateway (350 s), Azure Load Balancer (240 s) or 3 more".
std::string boxes_that_fit(const Path& path, const Knowledge& knowledge) {
    constexpr std::size_t kMost = 3;
    if (path.idle_before_loss == kNoTime) return {};
    const Nanoseconds survived = std::max(path.a->idle_survived, path.b->idle_survived);
    const std::string all = knowledge.matching_timeouts(path.idle_before_loss, survived);
    std::string text;
    std::size_t named = 0;
    std::size_t more = 0;
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find(';', at), all.size());
        if (named < kMost) {
            if (named++ > 0) text += ", ";
            text += all.substr(at, end - at);
        } else {
            ++more;
        }
        at = end + 1;
    }
    return more > 0 ? fmt::format("{} or {} more", text, more) : text;
}

std::string idle_text(Nanoseconds idle) {
    return fmt::format("{:.1f} s", static_cast<double>(idle) / static_cast<double>(kSecond));
}

// "The keepalive probe of X left A at T (frame N) and never reached B".
std::string never_reached(const Path& path, std::size_t side) {
    const SegmentRecord& lost = *path.decisive;
    const bool at_a = path.verdict.at_a;
    return fmt::format("The {} of {} left {} at {} (frame {}) and never reached {}", what(lost),
                       end_of(path, side, at_a), name_of(at_a), clock_time(lost.time), lost.frame,
                       name_of(!at_a));
}

std::string died_between(const Path& path, const Knowledge& knowledge) {
    const std::size_t side = path.verdict.side;
    std::string text = never_reached(path, side);
    constexpr Nanoseconds kIdle = 2 * kSecond;
    if (path.idle_before_loss != kNoTime && path.idle_before_loss >= kIdle) {
        text += fmt::format(", after {} of silence; the middlebox between dropped the connection",
                            idle_text(path.idle_before_loss));
        const std::string boxes = boxes_that_fit(path, knowledge);
        if (!boxes.empty()) text += fmt::format(" (fits {})", boxes);
    } else {
        text += "; the path between dropped the connection";
    }
    if (path.other_holds) text += fmt::format("; {} still holds it", name_of(!path.verdict.at_a));
    text += '.';
    if (path.verdict.tries_lost > 1)
        text += fmt::format(" Nor did the {} that it sent after it.",
                            path.verdict.tries_lost == 2 ? std::string("one")
                                                         : fmt::format("{}", path.verdict.tries_lost - 1));
    return text;
}

std::string answer_died_between(const Path& path) {
    const PathVerdict& verdict = path.verdict;
    return fmt::format(
        "What {} sent reached {}, and was answered there; but {}. What is between drops the connection in "
        "that "
        "direction only.",
        end_of(path, verdict.side, !verdict.at_a), name_of(verdict.at_a), [&] {
            std::string text = never_reached(path, 1 - verdict.side);
            text[0] = 't';
            return text;
        }());
}

std::string peer_silent(const Path& path) {
    const PathVerdict& verdict = path.verdict;
    const std::uint32_t crossed = verdict.tries - verdict.tries_lost;
    return fmt::format(
        "{} of the {} unanswered tries of {} were seen at {}, the first having left {} at {} (frame {}), and "
        "nothing "
        "came back there: {}, or what lies beyond {}, did not answer.",
        crossed, verdict.tries, end_of(path, verdict.side, verdict.at_a), name_of(!verdict.at_a),
        name_of(verdict.at_a), clock_time(path.decisive->time), path.decisive->frame,
        end_of(path, 1 - verdict.side, !verdict.at_a), name_of(!verdict.at_a));
}

std::string reset_by_path(const Path& path) {
    const PathVerdict& verdict = path.verdict;
    std::string text = fmt::format(
        "The RST that came by {} at {} (frame {}) in the name of {} never came by {}: something between the "
        "points made it",
        name_of(verdict.at_a), clock_time(path.decisive->time), path.decisive->frame,
        end_of(path, verdict.side, verdict.at_a), name_of(!verdict.at_a));
    if (path.other_holds)
        text += fmt::format("; {} still holds the connection", end_of(path, verdict.side, !verdict.at_a));
    return text + '.';
}

std::string what_became(const Path& path, const Knowledge& knowledge) {
    switch (path.verdict.fate) {
        case PathFate::kDiedBetween:
            return died_between(path, knowledge);
        case PathFate::kAnswerDiedBetween:
            return answer_died_between(path);
        case PathFate::kPeerSilent:
            return peer_silent(path);
        case PathFate::kResetByPath:
            return reset_by_path(path);
        case PathFate::kResetByPeer:
            return fmt::format("{} reset the connection: both points saw its RST.",
                               end_of(path, path.verdict.side, path.verdict.at_a));
        case PathFate::kTerminatedBetween:
            return "The two points saw two connections, with numbers of their own: something between them, "
                   "as a "
                   "proxy does, terminates the one and opens the other.";
        case PathFate::kClosed:
            return "Both sides closed it, and both FINs crossed.";
        case PathFate::kOpen:
            return "Nothing between the points ended it.";
        case PathFate::kUnknown:
            break;
    }
    return "No packets tell how the clocks of the two captures differ, so what only one saw says nothing.";
}

}  // namespace

std::string flags_text(std::uint16_t flags) {
    constexpr std::string_view kLetters = "FSRPAUEC";
    std::string text;
    for (std::size_t bit = 0; bit < kLetters.size(); ++bit) {
        if ((flags >> bit & 1U) != 0) text += kLetters[bit];
    }
    return text;
}

std::string changes_text(Changes changed, const char* between) {
    std::string text;
    for (std::size_t bit = 0; bit < kChangeWords.size(); ++bit) {
        if ((changed >> bit & 1U) == 0) continue;
        if (!text.empty()) text += between;
        text += kChangeWords.at(bit);
    }
    return text;
}

std::string explain(const Path& path, const Knowledge& knowledge) {
    std::string text = what_became(path, knowledge);
    const std::uint64_t lost = path.lost_a_to_b + path.lost_b_to_a;
    const bool told =
        path.verdict.fate == PathFate::kDiedBetween || path.verdict.fate == PathFate::kAnswerDiedBetween;
    if (lost > 0 && !told) {
        text +=
            fmt::format(" {} lost between, {} from A to B and {} from B to A.",
                        lost == 1 ? std::string("One segment was") : fmt::format("{} segments were", lost),
                        path.lost_a_to_b, path.lost_b_to_a);
    }
    if (path.rewritten != 0)
        text += fmt::format(" The path rewrites {}.", changes_text(path.rewritten, ", "));
    if (path.unknown > 0) {
        text += fmt::format(
            " Of {} seen at one point only nothing tells whether {} lost or not captured.",
            path.unknown == 1 ? std::string("one segment") : fmt::format("{} segments", path.unknown),
            path.unknown == 1 ? "it was" : "they were");
    }
    return text;
}

}  // namespace deadpeer::comparing
