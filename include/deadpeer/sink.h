// ReportSink: where the analysis puts what it finds.
//
// Order:    the segments of an input come between its on_input_begin and its on_input_end, in frame order;
//           inputs that are open at once (a live capture) interleave. Flows that were evicted, superseded or,
//           live, have ended come early, in any order; the others by stream number during Analyzer::finish(),
//           when every input has ended. Findings come when they are known: of a file, those about
//           verdicts, reboots and paths during Analyzer::finish(), too, between the flows and after them.
//           finish() comes last.
// Threads:  called on the thread that calls the Analyzer.
// Errors:   only finish() reports: a sink that cannot write remembers it until then.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "deadpeer/labels.h"
#include "deadpeer/result.h"
#include "deadpeer/segment.h"
#include "deadpeer/skip_reason.h"
#include "deadpeer/source.h"
#include "deadpeer/stream_number.h"

namespace deadpeer {

// One row of segments.csv.
struct SegmentRow {
    Segment segment;
    std::uint32_t file = 0;  // index of the input
    StreamNumber stream = 0;
    Labels labels;
    SegmentKind kind = SegmentKind::kOrdinary;
    // Nothing tells yet that it is asked for: a sink keeps the row, and leaves it out of its report unless an
    // update_segment() replaces it by one that is not provisional, or a finding or a flow names its frame.
    bool provisional = false;
    bool may_prove = false;  // of the provisional ones those that only a finding or a flow can ask for
    // Remembered of a segment whose row was not handed out, after later frames' rows. Known are its frame,
    // time and direction; the rest of these as said. The row of a whole one comes before it, if there is one.
    bool partial = false;
    bool octets_known = false;            // of a partial one: seq and payload_length
    bool header_known = false;            // of a partial one: ack, window and ip_id, and ttl unless it is 0
    std::uint32_t train_position = 0;     // of a probe: 1 for the first of a train; else 0
    Nanoseconds idle_before = kNoTime;    // since the last segment from the peer
    std::uint64_t answered_by_frame = 0;  // of a probe; 0 = not answered
    Nanoseconds rtt = kNoTime;            // of an answered probe
};
static_assert(std::is_trivially_copyable_v<SegmentRow>);

// How one input went; one row of capture.csv.
struct InputSummary {
    enum class Outcome : std::uint8_t { kComplete, kTruncated, kDamaged, kRefused };

    std::string name;    // the path as the user gave it, or the interface. Untrusted text.
    std::string format;  // PacketSource::format()
    std::vector<LinkType> link_types;
    Nanoseconds first_time = kNoTime;  // earliest and latest time stamp
    Nanoseconds last_time = kNoTime;
    std::uint64_t tcp_frames = 0;  // frames that yielded at least one segment
    std::uint64_t tcp_segments = 0;
    std::uint64_t duplicate_frames = 0;  // segments that the capture holds already
    std::uint64_t shared_addresses = 0;  // pairs that are others in another virtual network
    std::array<std::uint64_t, kSkipReasonCount> skipped{};
    std::uint64_t bad_options = 0;     // segments whose TCP options make no sense; they are analysed without
    std::uint64_t time_went_back = 0;  // frames older than the frame before them
    Nanoseconds largest_step_back = 0;
    SourceStats source;
    Outcome outcome = Outcome::kComplete;
    std::string outcome_detail;
};

constexpr InputSummary::Outcome outcome_of(ReadStatus end) {
    switch (end) {
        case ReadStatus::kTruncated:
        case ReadStatus::kFailed:
            return InputSummary::Outcome::kTruncated;
        case ReadStatus::kDamaged:
            return InputSummary::Outcome::kDamaged;
        default:
            return InputSummary::Outcome::kComplete;
    }
}

// Totals of the whole run, for the terminal.
struct RunSummary {
    std::uint64_t connections = 0;
    std::uint64_t evicted_flows = 0;
    std::uint64_t memory_bytes = 0;  // of the flow table and per-flow state, at this time
    // For lack of memory: connections that --max-connections did not count, data segments that might have
    // been heartbeats, segments in flight, or holes between them, that are no longer known, connections of
    // hosts that have forgotten one, when there were too many to ask what became of the host, and packets of
    // which fragments were still to come.
    std::uint64_t census_refused = 0;
    std::uint64_t heartbeats_refused = 0;
    std::uint64_t ranges_forgotten = 0;
    std::uint64_t hosts_refused = 0;
    std::uint64_t fragmented_forgotten = 0;
};

// Names a row handed to on_segment, so that what is learnt later can be added to it.
using SegmentRowId = std::uint64_t;

// A sink overrides what it wants to know; the rest goes by.
class ReportSink {
public:
    virtual ~ReportSink() = default;

    virtual void on_input_begin(std::uint32_t /*file*/, const std::string& /*name*/) {}
    virtual void on_input_end(std::uint32_t /*file*/, const InputSummary& /*summary*/) {}

    // update_segment replaces a row: a probe was answered, or what came later tells what the segment was.
    virtual SegmentRowId on_segment(const SegmentRow& /*row*/) { return 0; }
    virtual void update_segment(SegmentRowId /*id*/, const SegmentRow& /*row*/) {}
    // Of an analysis with SegmentSelection::kAll, as it goes on: no row before that one will be updated.
    // REQUIRES: the sink names its rows in ascending order.
    virtual void on_segments_settled(SegmentRowId /*end*/) {}

    virtual void on_finding(const Finding& /*finding*/) {}
    virtual void on_flow(const FlowSummary& /*flow*/) {}
    // Of a snapshot: a connection that has ended before its turn came by stream number.
    virtual void on_early_flow(const FlowSummary& flow) { on_flow(flow); }

    // Everything has been said: make the reports appear.
    virtual Status finish(const RunSummary& /*run*/) { return success(); }
};

}  // namespace deadpeer
