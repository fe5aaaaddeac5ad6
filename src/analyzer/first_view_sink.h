// FirstViewSink: tells of a connection that is seen twice only once.
//
// What:     events about the second view are left out, those about the first name it; all else goes by.
// Lifetime: what it is given must outlive it.
// Threads:  one at a time.
#pragma once

#include <string>

#include "correlate/seen_twice.h"
#include "deadpeer/sink.h"

namespace deadpeer {

class FirstViewSink final : public ReportSink {
public:
    FirstViewSink(const SeenTwice& seen_twice, ReportSink& sink) : seen_twice_(seen_twice), sink_(sink) {}

    // That outlives this one.
    [[nodiscard]] ReportSink& behind() const { return sink_; }

    void on_input_begin(std::uint32_t file, const std::string& name) override {
        sink_.on_input_begin(file, name);
    }
    void on_input_end(std::uint32_t file, const InputSummary& summary) override {
        sink_.on_input_end(file, summary);
    }
    SegmentRowId on_segment(const SegmentRow& row) override { return sink_.on_segment(row); }
    void update_segment(SegmentRowId id, const SegmentRow& row) override { sink_.update_segment(id, row); }
    void on_segments_settled(SegmentRowId end) override { sink_.on_segments_settled(end); }
    void on_finding(const Finding& finding) override {
        if (finding.stream < 0) return sink_.on_finding(finding);
        const auto stream = static_cast<StreamNumber>(finding.stream);
        if (seen_twice_.first_of(stream)) return;
        const auto second = seen_twice_.second_of(stream);
        if (!second) return sink_.on_finding(finding);
        Finding of_both = finding;
        of_both.second_view = static_cast<std::int64_t>(*second);
        sink_.on_finding(of_both);
    }
    void on_flow(const FlowSummary& flow) override { sink_.on_flow(flow); }
    void on_early_flow(const FlowSummary& flow) override { sink_.on_early_flow(flow); }
    Status finish(const RunSummary& run) override { return sink_.finish(run); }

private:
    const SeenTwice& seen_twice_;
    ReportSink& sink_;
};

}  // namespace deadpeer
