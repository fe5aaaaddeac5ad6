#include "compare/compare_reports.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "compare/compare_columns.h"
#include "compare/compare_words.h"
#include "compare/path_text.h"
#include "report/text/words.h"

namespace deadpeer::comparing {
namespace {

template <typename... Args>
void add_line(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
    out += '\n';
}

bool is_worth_telling(PathFate fate) {
    return fate == PathFate::kDiedBetween || fate == PathFate::kAnswerDiedBetween ||
           fate == PathFate::kPeerSilent || fate == PathFate::kResetByPath ||
           fate == PathFate::kTerminatedBetween;
}

std::string count(std::uint64_t number, std::string_view one, std::string_view many) {
    std::string text;
    append_word(text, Count{number, one, many});
    return text;
}

std::string seconds(Nanoseconds time) {
    return fmt::format("{:.6f} s", static_cast<double>(time) / static_cast<double>(kSecond));
}

void describe_clock(std::string& out, const Comparison& comparison) {
    const Clock& clock = comparison.clock();
    if (!clock.known()) return add_line(out, "Clocks: no packet that both points saw tells how they differ.");
    const Nanoseconds at = comparison.a().segments.front().time;
    const Nanoseconds offset = clock.offset_at(at);
    const Nanoseconds error = clock.error_at(at);
    std::string text = fmt::format("Clocks: B is {} {} A", seconds(offset < 0 ? -offset : offset),
                                   offset < 0 ? "behind" : "ahead of");
    if (error == kNoTime) {
        text += ", or less: packets went in one direction only";
    } else {
        text += fmt::format(", to within {}", seconds(error));
    }
    const double drift = clock.drift_at(at) * 1e6;
    if (drift >= 1 || drift <= -1) text += fmt::format("; it gains {:.0f} microseconds a second", drift);
    const std::size_t steps = clock.steps().size();
    if (steps > 0) text += fmt::format("; a clock was set {}", count(steps, "time", "times"));
    add_line(out, "{}.", text);
}

void describe_completeness(std::string& out, const Comparison& comparison) {
    for (const bool at_a : {true, false}) {
        const std::uint64_t missed = comparison.complete().at(at_a ? 0 : 1).missed;
        if (missed == 0) continue;
        add_line(out,
                 "{} misses at least {} that passed it: of what only the other point saw, much is unknown.",
                 at_a ? "A" : "B", count(missed, "segment", "segments"));
    }
}

}  // namespace

void CompareSummary::add(const Path& path, const std::string& explanation) {
    ++fates_.at(static_cast<std::size_t>(path.verdict.fate));
    paired_ += path.packets_paired;
    lost_a_to_b_ += path.lost_a_to_b;
    lost_b_to_a_ += path.lost_b_to_a;
    injected_ += path.injected_at_a + path.injected_at_b;
    changed_ += path.changed;
    unknown_ += path.unknown;
    if (!is_worth_telling(path.verdict.fate)) return;
    if (told_.size() == kMostTold) {
        ++untold_;
        return;
    }
    told_.push_back(fmt::format("{} (stream {} at A, {} at B): {}", to_string(path.verdict.fate),
                                path.a->stream, path.b->stream, explanation));
}

std::string CompareSummary::text(const Comparison& comparison) const {
    std::string out;
    for (const std::string& sentence : told_) add_line(out, "{}", sentence);
    if (untold_ > 0) add_line(out, "... and {} more like these.", untold_);
    if (!told_.empty()) out += '\n';
    const std::size_t pairs = comparison.connections().size();
    add_line(out, "Connections: {} at both points, {} at A only, {} at B only.", pairs,
             comparison.a().connections.size() - pairs, comparison.b().connections.size() - pairs);
    std::string fates;
    for (std::size_t i = 0; i < fates_.size(); ++i) {
        if (fates_.at(i) > 0)
            fates += fmt::format("{}{} {}", fates.empty() ? "" : ", ", fates_.at(i), kPathFateWords.at(i));
    }
    if (!fates.empty()) add_line(out, "Fates: {}.", fates);
    add_line(
        out,
        "Segments: {} seen at both points, {} lost from A to B, {} from B to A, {} injected, {} changed, "
        "{} unknown.",
        paired_, lost_a_to_b_, lost_b_to_a_, injected_, changed_, unknown_);
    describe_clock(out, comparison);
    describe_completeness(out, comparison);
    return out;
}

void write_reports(const Comparison& comparison, const Knowledge& knowledge, const ReportCells& cells,
                   CompareSummary& summary) {
    if (cells.paths != nullptr) write_header(*cells.paths, kPathColumns);
    if (cells.fates != nullptr) write_header(*cells.fates, kFateColumns);
    for (std::size_t i = 0; i < comparison.connections().size(); ++i) {
        const Path path = comparison.path(i, [&](const SegmentFate& fate) {
            if (cells.fates != nullptr)
                write_row(*cells.fates, kFateColumns, FateLine{fate, comparison.a(), comparison.b()});
        });
        const std::string explanation = explain(path, knowledge);
        if (cells.paths != nullptr) write_row(*cells.paths, kPathColumns, PathLine{path, explanation});
        summary.add(path, explanation);
    }
}

}  // namespace deadpeer::comparing
