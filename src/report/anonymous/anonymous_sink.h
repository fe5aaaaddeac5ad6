// AnonymousSink: tells another sink the same of other addresses.
//
//     AnonymousSink anonymous(reports, anonymiser);
//     Analyzer analyzer(options, anonymous);      // whatever the reports say is of hidden addresses
//
// What:     every address that an analysis tells, of either layer, is hidden as a value: what is made of them
//           later (text, filters, hashes, names of files) is of the other addresses. The names of inputs and
//           interfaces stay, which are their owner's to choose.
// Lifetime: the other sink and the anonymiser must outlive it.
// Threads:  one thread at a time.
#pragma once

#include "deadpeer/sink.h"
#include "report/anonymous/anonymiser.h"

namespace deadpeer {

class AnonymousSink final : public ReportSink {
public:
    AnonymousSink(ReportSink& sink, Anonymiser& anonymiser) : sink_(sink), anonymiser_(anonymiser) {}

    void on_input_begin(std::uint32_t file, const std::string& name) override {
        sink_.on_input_begin(file, name);
    }
    void on_input_end(std::uint32_t file, const InputSummary& summary) override {
        sink_.on_input_end(file, summary);
    }
    SegmentRowId on_segment(const SegmentRow& row) override { return sink_.on_segment(hidden(row)); }
    void update_segment(SegmentRowId id, const SegmentRow& row) override {
        sink_.update_segment(id, hidden(row));
    }
    void on_segments_settled(SegmentRowId end) override { sink_.on_segments_settled(end); }
    void on_finding(const Finding& finding) override { sink_.on_finding(hidden(finding)); }
    void on_flow(const FlowSummary& flow) override { sink_.on_flow(hidden(flow)); }
    void on_early_flow(const FlowSummary& flow) override { sink_.on_early_flow(hidden(flow)); }
    Status finish(const RunSummary& run) override { return sink_.finish(run); }

private:
    [[nodiscard]] SegmentRow hidden(SegmentRow row);
    [[nodiscard]] Finding hidden(Finding finding);
    [[nodiscard]] FlowSummary hidden(FlowSummary flow);
    void hide(MacChange& macs);

    ReportSink& sink_;
    Anonymiser& anonymiser_;
};

// Likewise of one segment, and its direction.
void hide(Segment& segment, Anonymiser& anonymiser);

}  // namespace deadpeer
