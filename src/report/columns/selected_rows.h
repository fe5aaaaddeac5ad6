// SelectedRows: hands on the segment rows that a report wants, where the analysis tells of every segment.
//
// What:     the rows that SegmentSelection::kKeepalive or kNone would have told; all else goes through.
// Lifetime: the other sink must outlive it.
// Threads:  one thread at a time.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "deadpeer/options.h"
#include "deadpeer/sink.h"

namespace deadpeer {

class SelectedRows final : public ReportSink {
public:
    // REQUIRES: kKeepalive or kNone, and an analysis with kEvery.
    SelectedRows(ReportSink& rows, SegmentSelection selection) : rows_(rows), selection_(selection) {}

    void on_input_begin(std::uint32_t file, const std::string& name) override {
        rows_.on_input_begin(file, name);
    }
    void on_input_end(std::uint32_t file, const InputSummary& summary) override {
        rows_.on_input_end(file, summary);
    }
    SegmentRowId on_segment(const SegmentRow& row) override {
        const bool is_selected =
            selection_ != SegmentSelection::kNone && (row.provisional || is_keepalive(row));
        return is_selected ? rows_.on_segment(row) : kNotSelected;
    }
    void update_segment(SegmentRowId id, const SegmentRow& row) override {
        if (id != kNotSelected) rows_.update_segment(id, row);
    }
    void on_finding(const Finding& finding) override { rows_.on_finding(finding); }
    void on_flow(const FlowSummary& flow) override { rows_.on_flow(flow); }
    void on_early_flow(const FlowSummary& flow) override { rows_.on_early_flow(flow); }
    Status finish(const RunSummary& run) override { return rows_.finish(run); }

private:
    static constexpr SegmentRowId kNotSelected = std::numeric_limits<SegmentRowId>::max();

    static bool is_keepalive(const SegmentRow& row) {
        constexpr Labels kOfProbes =
            Label::kKeepAlive | Label::kKeepAliveAck | Label::kZeroWindowProbe | Label::kZeroWindowProbeAck;
        return row.labels.any_of(kOfProbes) ||
               (row.kind >= SegmentKind::kKeepaliveProbe && row.kind <= SegmentKind::kZeroWindowProbeAck);
    }

    ReportSink& rows_;
    SegmentSelection selection_;
};

}  // namespace deadpeer
