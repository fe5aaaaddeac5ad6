// FanOut: tells several sinks the same.
//
// What:     segment rows carry the id of the first sink; the others may not depend on update_segment()
//           and on_segments_settled().
// Lifetime: the sinks must outlive it.
// Threads:  one thread at a time.
// Errors:   finish() answers the first sink's error, but finishes all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deadpeer/sink.h"

namespace deadpeer {

class FanOut final : public ReportSink {
public:
    // REQUIRES: at least one.
    explicit FanOut(std::vector<ReportSink*> sinks) : sinks_(std::move(sinks)) {}

    void on_input_begin(std::uint32_t file, const std::string& name) override {
        for (ReportSink* sink : sinks_) sink->on_input_begin(file, name);
    }
    void on_input_end(std::uint32_t file, const InputSummary& summary) override {
        for (ReportSink* sink : sinks_) sink->on_input_end(file, summary);
    }
    SegmentRowId on_segment(const SegmentRow& row) override {
        for (std::size_t i = 1; i < sinks_.size(); ++i) sinks_[i]->on_segment(row);
        return sinks_.front()->on_segment(row);
    }
    void update_segment(SegmentRowId id, const SegmentRow& row) override {
        sinks_.front()->update_segment(id, row);
    }
    void on_segments_settled(SegmentRowId end) override { sinks_.front()->on_segments_settled(end); }
    void on_finding(const Finding& finding) override {
        for (ReportSink* sink : sinks_) sink->on_finding(finding);
    }
    void on_flow(const FlowSummary& flow) override {
        for (ReportSink* sink : sinks_) sink->on_flow(flow);
    }
    void on_early_flow(const FlowSummary& flow) override {
        for (ReportSink* sink : sinks_) sink->on_early_flow(flow);
    }
    Status finish(const RunSummary& run) override {
        Status status = success();
        for (ReportSink* sink : sinks_) {
            Status one = sink->finish(run);
            if (status.ok()) status = std::move(one);
        }
        return status;
    }

private:
    std::vector<ReportSink*> sinks_;
};

}  // namespace deadpeer
