#include "report/csv/evidence_frames.h"

#include <algorithm>

namespace deadpeer {
namespace {

// A frame of a connection, in whatever input; inputs have lower numbers.
NamedFrame frame_of_stream(std::uint64_t stream, std::uint64_t frame) {
    return {(std::uint64_t{1} << 63U) | stream, frame};
}

}  // namespace

std::vector<NamedFrame> evidence_of(const Finding& finding) {
    const std::size_t count = std::min<std::size_t>(finding.evidence_count, finding.evidence.size());
    std::vector<NamedFrame> frames;
    for (std::size_t i = 0; i < count; ++i) frames.push_back({finding.file, finding.evidence[i]});
    return frames;
}

bool decides_by_frame(const FlowSummary& flow) {
    switch (flow.verdict) {
        case Verdict::kNone:
        case Verdict::kUnknown:
        case Verdict::kAlive:
        case Verdict::kIdle:
            return false;
        case Verdict::kClosed:
            return flow.reason != Reason::kFinExchanged && flow.reason != Reason::kResetAfterFin;
        default:
            return flow.verdict_frame != 0;
    }
}

void EvidenceFrames::add(const Finding& finding) {
    for (const NamedFrame& frame : evidence_of(finding)) {
        added_.push(frame);
        if (finding.stream >= 0)
            added_.push(frame_of_stream(static_cast<std::uint64_t>(finding.stream), frame.frame));
    }
}

void EvidenceFrames::add(const FlowSummary& flow) {
    if (!decides_by_frame(flow)) return;
    added_.push(deciding_frame(flow));
    if (flow.first_file != flow.last_file) added_.push(frame_of_stream(flow.stream, flow.verdict_frame));
}

void EvidenceFrames::sort() {
    while (!added_.empty()) {
        const NamedFrame frame = added_.pop();
        if (sorted_.size() == 0 || sorted_.at(sorted_.size() - 1) != frame) sorted_.append(frame);
    }
}

bool EvidenceFrames::contains(const SegmentRow& row) {
    return contains(frame_of(row)) || contains(frame_of_stream(row.stream, row.segment.frame));
}

bool EvidenceFrames::contains(const NamedFrame& frame) {
    std::uint64_t low = 0;
    std::uint64_t high = sorted_.size();
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (sorted_.at(middle) < frame) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < sorted_.size() && sorted_.at(low) == frame;
}

}  // namespace deadpeer
