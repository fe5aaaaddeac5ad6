// RecordingSink: a ReportSink that keeps everything it is told, for tests.
#pragma once

#include <stdexcept>
#include <vector>

#include "deadpeer/sink.h"

namespace deadpeer::test {

struct RecordingSink : ReportSink {
    std::vector<SegmentRow> segments;  // with the answers added
    SegmentRowId settled = 0;          // of these, the first
    std::vector<Finding> findings;
    std::vector<FlowSummary> flows;
    std::vector<InputSummary> inputs;
    RunSummary run;

    void on_input_end(std::uint32_t /*file*/, const InputSummary& summary) override {
        inputs.push_back(summary);
    }
    SegmentRowId on_segment(const SegmentRow& row) override {
        segments.push_back(row);
        return segments.size() - 1;
    }
    void update_segment(SegmentRowId id, const SegmentRow& row) override {
        if (id < settled) throw std::logic_error("a row was settled");
        segments.at(id) = row;
    }
    void on_segments_settled(SegmentRowId end) override { settled = end; }
    void on_finding(const Finding& finding) override { findings.push_back(finding); }
    void on_flow(const FlowSummary& flow) override { flows.push_back(flow); }
    Status finish(const RunSummary& summary) override {
        run = summary;
        return success();
    }
};

}  // namespace deadpeer::test
