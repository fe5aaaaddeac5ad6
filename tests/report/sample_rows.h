// Hand-made rows for the sink.
#pragma once

#include "deadpeer/sink.h"
#include "support/flow_key.h"

namespace deadpeer {

// Between 10.0.0.`low` and 10.0.0.`high`, ports 40000 and 50000.
inline FlowKey sample_key(std::uint8_t low, std::uint8_t high) {
    IpAddress from;
    from.bytes = {10, 0, 0, low};
    IpAddress to;
    to.bytes = {10, 0, 0, high};
    std::array<std::uint64_t, 2> source{};
    std::array<std::uint64_t, 2> destination{};
    std::memcpy(source.data(), from.bytes.data(), sizeof source);
    std::memcpy(destination.data(), to.bytes.data(), sizeof destination);
    return make_flow_key(source, 40000, destination, 50000, false).first;
}

inline FlowSummary sample_flow(std::uint64_t stream, std::uint8_t low = 1, std::uint8_t high = 2) {
    FlowSummary flow;
    flow.stream = stream;
    flow.key = sample_key(low, high);
    flow.first_frame = 1;
    flow.last_frame = 9;
    flow.first_time = 0;
    flow.last_time = 5 * kSecond;
    return flow;
}

inline SegmentRow sample_probe(std::uint64_t frame) {
    SegmentRow row;
    row.segment.key = sample_key(1, 2);
    row.segment.frame = frame;
    row.segment.time = static_cast<Nanoseconds>(frame) * kSecond;
    row.segment.seq = 4294967295;
    row.segment.ack = 7;
    row.segment.window = 500;
    row.segment.flags = kAck;
    row.labels = Label::kKeepAlive;
    row.kind = SegmentKind::kKeepaliveProbe;
    row.train_position = 1;
    row.idle_before = 75 * kSecond;
    return row;
}

// Of a segment that nothing has asked for yet.
inline SegmentRow sample_candidate(std::uint64_t frame) {
    SegmentRow row = sample_probe(frame);
    row.segment.ttl = 63;
    row.segment.ip_id = 4711;
    row.labels = {};
    row.kind = SegmentKind::kOrdinary;
    row.train_position = 0;
    row.provisional = row.may_prove = true;
    return row;
}

inline InputSummary sample_input(const std::string& name, Nanoseconds last_time) {
    InputSummary input;
    input.name = name;
    input.format = "pcap";
    input.link_types = {1, 147};
    input.first_time = 0;
    input.last_time = last_time;
    input.tcp_frames = 90;
    input.tcp_segments = 91;
    input.skipped[static_cast<std::size_t>(SkipReason::kNotIp)] = 7;
    input.skipped[static_cast<std::size_t>(SkipReason::kNotTcp)] = 3;
    input.source.captured_bytes = 6000;
    return input;
}

}  // namespace deadpeer
