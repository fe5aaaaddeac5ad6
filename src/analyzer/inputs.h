// Inputs: the inputs of the analysis: what was counted of each, and when nothing was captured from it.
//
// Lifetime: the sink must outlive it.
// Threads:  one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/capture_gaps.h"
#include "analyzer/input_tally.h"
#include "deadpeer/analyzer.h"

namespace deadpeer {

class Inputs {
public:
    explicit Inputs(ReportSink& sink) : sink_(sink) {}

    [[nodiscard]] std::size_t size() const { return tallies_.size(); }

    std::uint32_t begin(const std::string& name);
    [[nodiscard]] bool is_open(std::uint32_t input) const { return tallies_.at(input) != nullptr; }
    // REQUIRES: it is open.
    [[nodiscard]] InputTally& tally(std::uint32_t input) { return *tallies_[input]; }
    // Answers how many frames the source says that it lost. `now`: of a live capture, which has told its
    // losses.
    std::uint64_t end(std::uint32_t input, const PacketSource& source, InputSummary::Outcome outcome,
                      std::optional<Nanoseconds> now);

    void note_gap(const CaptureLoss& loss);
    [[nodiscard]] const CaptureGaps& gaps() const { return gaps_; }

    // Tells another sink those that are open, as they stand; their sources in the order of their indices.
    void describe_open(ReportSink& sink, std::span<const PacketSource* const> sources) const;

private:
    void report_gap(const CaptureLoss& loss);

    ReportSink& sink_;
    std::vector<std::unique_ptr<InputTally>> tallies_;  // null once ended
    CaptureGaps gaps_;
    // What is missing: an input, or one of its links.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> missing_;
};

}  // namespace deadpeer
