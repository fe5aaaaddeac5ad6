// Rows of segments that findings and verdicts may name.
#include "analyzer/watcher.h"
#include "detect/named_frames.h"

namespace deadpeer {
namespace {

SegmentRow partial_row(const Connection& connection, Direction sender, std::uint64_t frame,
                       Nanoseconds time) {
    SegmentRow row;
    row.segment.key = connection.key;
    row.segment.direction = sender;
    row.segment.frame = frame;
    row.segment.time = time;
    row.file = connection.last.file;
    row.stream = connection.tcp.number;
    row.provisional = row.may_prove = row.partial = true;
    return row;
}

// The connection's latest segment, as its state has it.
SegmentRow latest_row(const Connection& connection) {
    const Direction sender = connection.last_sender;
    const HalfStream& half = connection.tcp.forward(sender);
    const SentData& sent = connection.sent_by(sender);
    SegmentRow row = partial_row(connection, sender, connection.last.frame, connection.last_time());
    row.header_known = half.seen;
    row.segment.ack = half.last_ack.value();
    row.segment.window = half.window;
    row.segment.ip_id = static_cast<std::uint16_t>(sent.last_ip_id);
    if (sent.ttl_low == sent.ttl_high) row.segment.ttl = static_cast<std::uint8_t>(sent.ttl_low);
    return row;
}

// The octets that are sent once more are those of that row: they end where it did, and are as many as far as
// that is known.
bool repeats_latest(const Connection& connection, const Segment& segment) {
    const HalfStream& half = connection.tcp.forward(segment.direction);
    return connection.last_sender == segment.direction && segment.payload_length > 0 &&
           half.next_seq_time == half.last_time &&
           Seq(segment.seq) + segment.payload_length == half.next_seq &&
           (segment.payload_length & 0xffU) == half.raising_length;
}

}  // namespace

bool Watcher::latest_is_named(const Connection& connection, const Watch& watch) const {
    return selects_rows() && connection.last.frame != 0 && names_frame(watch, connection.last.frame);
}

void Watcher::report_latest(const Connection& connection, const Segment& next) {
    SegmentRow row = latest_row(connection);
    if (repeats_latest(connection, next)) {
        row.octets_known = true;
        row.segment.seq = next.seq;
        row.segment.payload_length = next.payload_length;
    }
    sink_.on_segment(row);
}

void Watcher::report_latest(const Connection& connection) {
    if (selects_rows() && connection.last.frame != 0) sink_.on_segment(latest_row(connection));
}

void Watcher::report_beat(const Connection& connection, Direction sender, std::uint64_t frame,
                          Nanoseconds time) {
    if (selects_rows()) sink_.on_segment(partial_row(connection, sender, frame, time));
}

}  // namespace deadpeer
