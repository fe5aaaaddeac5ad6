#include "analyzer/inputs.h"

#include <algorithm>
#include <cassert>

#include "detect/between.h"

namespace deadpeer {

std::uint32_t Inputs::begin(const std::string& name) {
    const auto input = static_cast<std::uint32_t>(tallies_.size());
    sink_.on_input_begin(input, name);
    tallies_.push_back(std::make_unique<InputTally>(name));
    return input;
}

std::uint64_t Inputs::end(std::uint32_t input, const PacketSource& source, InputSummary::Outcome outcome,
                          std::optional<Nanoseconds> now) {
    const InputSummary summary = tallies_.at(input)->finish(source, outcome);
    const std::uint64_t lost = summary.source.dropped_by_capture.value_or(0);
    // A finished capture says how many frames it lost, not when: the event stands at its end.
    if (lost > 0 && !now) {
        report_gap({.input = input, .why = Reason::kFramesLost, .from = summary.last_time, .frames = lost});
    }
    if (now && gaps_.goes_on(input)) gaps_.add(input, gaps_.of(input).back().from, now);
    sink_.on_input_end(input, summary);
    tallies_[input].reset();
    return lost;
}

void Inputs::note_gap(const CaptureLoss& loss) {
    if (loss.why == Reason::kFramesLost) {
        if (!gaps_.goes_on(loss.input)) gaps_.add(loss.input, loss.from, loss.to);
        return report_gap(loss);
    }
    const auto known = std::ranges::find(missing_, std::pair(loss.input, loss.part));
    if (!loss.to) {
        if (known != missing_.end()) return;
        missing_.emplace_back(loss.input, loss.part);
        gaps_.add(loss.input, loss.from, loss.to);
        return report_gap(loss);
    }
    if (known != missing_.end()) missing_.erase(known);
    const bool another_goes_on =
        std::ranges::any_of(missing_, [&](const auto& missing) { return missing.first == loss.input; });
    if (!another_goes_on) gaps_.add(loss.input, loss.from, loss.to);
    if (loss.returned) report_gap(loss);
}

void Inputs::report_gap(const CaptureLoss& loss) {
    Finding finding;
    finding.kind = EventKind::kCaptureGap;
    finding.severity = Severity::kWarning;
    finding.confidence = Confidence::kHigh;
    finding.reason = loss.why;
    finding.time = loss.why == Reason::kLinkDown ? loss.to.value_or(loss.from) : loss.from;
    finding.idle = between(loss.from, loss.to.value_or(kNoTime));
    finding.file = loss.input;
    finding.name_link(loss.link);
    finding.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(loss.frames, UINT32_MAX));
    sink_.on_finding(finding);
}

void Inputs::describe_open(ReportSink& sink, std::span<const PacketSource* const> sources) const {
    auto source = sources.begin();
    for (std::uint32_t input = 0; input < tallies_.size(); ++input) {
        if (tallies_[input] == nullptr) continue;
        assert(source != sources.end());
        sink.on_input_begin(input, tallies_[input]->name());
        sink.on_input_end(input, tallies_[input]->finish(**source++, InputSummary::Outcome::kComplete));
    }
}

}  // namespace deadpeer
