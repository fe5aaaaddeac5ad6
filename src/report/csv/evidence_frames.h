// EvidenceFrames: the frames that findings and verdicts name, so that segments.csv has a row for each.
//
//     frames.add(finding); frames.add(flow);   // in any order
//     frames.sort();
//     if (frames.contains(row)) ...
//
// What:    a set in bounded memory; what goes beyond it waits in temporary files. Of a connection that goes
//          on from one input to the next nobody knows in which of them a frame is: of its rows those of that
//          number are taken, in whatever input.
// Cost:    contains(): a binary search.
// Threads: one thread at a time.
// Errors:  status() tells the first failure of the files.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "deadpeer/sink.h"
#include "report/storage/sorted_spool.h"
#include "report/storage/spool.h"

namespace deadpeer {

// A frame of an input.
struct NamedFrame {
    std::uint64_t file = 0;
    std::uint64_t frame = 0;

    friend auto operator<=>(const NamedFrame&, const NamedFrame&) = default;
};

[[nodiscard]] inline NamedFrame frame_of(const SegmentRow& row) {
    return {row.file, row.segment.frame};
}

[[nodiscard]] std::vector<NamedFrame> evidence_of(const Finding& finding);

// Whether a frame decided that the connection failed, or may have: deciding_frame().
[[nodiscard]] bool decides_by_frame(const FlowSummary& flow);
[[nodiscard]] inline NamedFrame deciding_frame(const FlowSummary& flow) {
    return {flow.last_file, flow.verdict_frame};
}

class EvidenceFrames {
public:
    EvidenceFrames(const SpoolFolder& folder, std::size_t memory_bytes)
        : added_(folder, memory_bytes), sorted_(folder, memory_bytes) {}

    void add(const Finding& finding);
    void add(const FlowSummary& flow);

    // What was added can be asked for now.
    void sort();
    [[nodiscard]] bool contains(const SegmentRow& row);

    [[nodiscard]] Status status() const { return added_.failed() ? added_.status() : sorted_.status(); }
    [[nodiscard]] bool failed() const { return added_.failed() || sorted_.failed(); }

private:
    struct Itself {
        NamedFrame operator()(const NamedFrame& frame) const { return frame; }
    };
    [[nodiscard]] bool contains(const NamedFrame& frame);

    SortedSpool<NamedFrame, Itself> added_;
    Spool<NamedFrame> sorted_;
};

}  // namespace deadpeer
