#include "compare/point_sink.h"

#include <algorithm>
#include <utility>

#include "report/text/text.h"

namespace deadpeer::comparing {
namespace {

constexpr SegmentRowId kNotKept = ~SegmentRowId{0};

SegmentRecord record_of(const SegmentRow& row) {
    const Segment& segment = row.segment;
    SegmentRecord record;
    record.time = segment.time;
    record.frame = segment.frame;
    record.stream = row.stream;
    record.seq = segment.seq;
    record.ack = segment.has(kAck) ? segment.ack : 0;
    record.length = segment.payload_length;
    record.tsval = segment.has_timestamps ? segment.tsval : 0;
    record.tsecr = segment.has_timestamps ? segment.tsecr : 0;
    record.window = segment.window;
    record.flags = segment.flags;
    record.ip_id = segment.ip_id;
    record.file = static_cast<std::uint16_t>(row.file);
    record.ttl = segment.ttl;
    record.kind = row.kind;
    record.direction = segment.direction;
    return record;
}

bool is_kept(const SegmentRow& row) {
    return !row.partial && row.segment.analysed && !row.segment.icmp_quote && row.segment.time != kNoTime;
}

}  // namespace

AnalyzerOptions options_of_a_point() {
    AnalyzerOptions options;
    options.segments = SegmentSelection::kAll;
    return options;
}

void PointSink::on_input_begin(std::uint32_t file, const std::string& name) {
    if (point_.files.size() <= file) point_.files.resize(file + 1);
    point_.files[file] = base_name(name);
}

void PointSink::on_input_end(std::uint32_t, const InputSummary& summary) {
    point_.frames += summary.source.frames;
    point_.dropped += summary.source.dropped_by_capture.value_or(0);
    if (summary.first_time != kNoTime) point_.covered.push_back({summary.first_time, summary.last_time});
}

SegmentRowId PointSink::on_segment(const SegmentRow& row) {
    if (!is_kept(row)) return kNotKept;
    point_.segments.push_back(record_of(row));
    return point_.segments.size() - 1;
}

void PointSink::update_segment(SegmentRowId id, const SegmentRow& row) {
    if (id < point_.segments.size()) point_.segments[id].kind = row.kind;
}

void PointSink::on_finding(const Finding& finding) {
    if (finding.kind != EventKind::kCaptureGap || finding.time == kNoTime) return;
    // Its time is the beginning or the end: it depends on the kind of gap.
    const Nanoseconds length = finding.idle == kNoTime ? 0 : finding.idle;
    point_.gaps.push_back({finding.time - length, finding.time + length});
}

void PointSink::on_flow(const FlowSummary& flow) {
    PointConnection connection;
    connection.stream = flow.stream;
    connection.key = flow.key;
    connection.initiator = flow.initiator;
    connection.verdict = flow.verdict;
    connection.first_time = flow.first_time;
    connection.last_time = flow.last_time;
    connection.idle_survived = flow.idle_survived;
    point_.connections.push_back(connection);
}

CapturePoint PointSink::take() {
    std::erase_if(point_.segments,
                  [](const SegmentRecord& each) { return each.kind == SegmentKind::kDuplicateFrame; });
    std::ranges::stable_sort(point_.segments, {}, &SegmentRecord::stream);
    std::ranges::sort(point_.connections, {}, &PointConnection::stream);
    std::size_t place = 0;
    for (PointConnection& connection : point_.connections) {
        while (place < point_.segments.size() && point_.segments[place].stream < connection.stream) ++place;
        connection.first = place;
        while (place < point_.segments.size() && point_.segments[place].stream == connection.stream) ++place;
        connection.count = place - connection.first;
    }
    return std::move(point_);
}

}  // namespace deadpeer::comparing
