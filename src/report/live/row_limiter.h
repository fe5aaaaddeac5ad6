// RowLimiter: bounds the rows that one connection can cause in a minute, so that a storm fills no disk.
//
//     RowLimiter limited(rows);   // events.csv, segments.csv, --print: not what counts
//     FanOut sinks({&limited, &summary});
//     ... limited.advance_time(capture.now());
//
// What:     hands on what it is told. Beyond the limits it keeps events and segment rows back, and when the
//           minute ends tells one event of severity info for each such connection: Finding::left_out says how
//           many more there were. Segment rows that were kept back are only counted.
// Memory:   bounded: one word for each connection that had a row in the minute, up to
//           RowsOfMinute::kMostFlows; rows of more connections are kept back, too. At most a few thousand
//           connections get an event of their own; the others get one together.
// Lifetime: the other sink must outlive it.
// Threads:  one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "deadpeer/sink.h"
#include "report/live/rows_of_minute.h"

namespace deadpeer {

class RowLimiter final : public ReportSink {
public:
    explicit RowLimiter(ReportSink& rows) : rows_(rows) {}

    void on_input_begin(std::uint32_t file, const std::string& name) override {
        rows_.on_input_begin(file, name);
    }
    void on_input_end(std::uint32_t file, const InputSummary& summary) override {
        rows_.on_input_end(file, summary);
    }
    SegmentRowId on_segment(const SegmentRow& row) override;
    void update_segment(SegmentRowId id, const SegmentRow& row) override;
    void on_finding(const Finding& finding) override;
    void on_flow(const FlowSummary& flow) override { rows_.on_flow(flow); }
    Status finish(const RunSummary& run) override;

    // Time passed; a minute may end by it.
    void advance_time(Nanoseconds now);
    // Tells of what was kept back so far: before a period ends.
    void end_minute();

    // Since the start.
    [[nodiscard]] std::uint64_t events_left_out() const { return events_left_out_; }
    [[nodiscard]] std::uint64_t segments_left_out() const { return segments_left_out_; }

private:
    ReportSink& rows_;
    RowsOfMinute minute_;
    Nanoseconds minute_ends_ = kNoTime;
    std::uint64_t events_of_hosts_ = 0;  // in this minute
    // By stream: what will be said of the events kept back.
    std::map<std::int64_t, Finding> stories_;
    std::uint64_t events_left_out_ = 0;
    std::uint64_t segments_left_out_ = 0;
};

}  // namespace deadpeer
