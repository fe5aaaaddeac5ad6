// PointSink: collects what the analysis of one capture point tells.
//
//     PointSink sink;
//     Analyzer analyzer(options_of_a_point(), sink);
//     ...
//     CapturePoint point = sink.take();
//
// Memory:  one SegmentRecord a segment.
// Threads: one thread at a time.
#pragma once

#include <string>

#include "compare/capture_point.h"
#include "deadpeer/options.h"
#include "deadpeer/sink.h"

namespace deadpeer::comparing {

// Rows of all segments are told.
AnalyzerOptions options_of_a_point();

class PointSink final : public ReportSink {
public:
    void on_input_begin(std::uint32_t file, const std::string& name) override;
    void on_input_end(std::uint32_t file, const InputSummary& summary) override;
    SegmentRowId on_segment(const SegmentRow& row) override;
    void update_segment(SegmentRowId id, const SegmentRow& row) override;
    void on_finding(const Finding& finding) override;
    void on_flow(const FlowSummary& flow) override;

    // REQUIRES: the analysis has finished; called once.
    CapturePoint take();

private:
    CapturePoint point_;
};

}  // namespace deadpeer::comparing
