#include "cli/sample_capture.h"

namespace deadpeer {
namespace {

void add_little(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

void add_big(std::string& out, std::uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

std::string frame_of(const SampleSegment& segment) {
    const std::uint32_t initiator = 0x0a000001;
    const std::uint32_t responder = 0x0a000002;
    std::string frame(12, '\x02');
    add_big(frame, 0x0800, 2);
    add_big(frame, 0x45000028, 4);  // IPv4, header 20, total 40
    add_big(frame, 0, 4);
    add_big(frame, 0x40060000, 4);  // TTL 64, TCP
    add_big(frame, segment.from_initiator ? initiator : responder, 4);
    add_big(frame, segment.from_initiator ? responder : initiator, 4);
    add_big(frame, segment.from_initiator ? segment.initiator_port : 50000, 2);
    add_big(frame, segment.from_initiator ? 50000 : segment.initiator_port, 2);
    add_big(frame, segment.seq, 4);
    add_big(frame, segment.ack, 4);
    add_big(frame, 0x5000U | segment.flags, 2);
    add_big(frame, 500, 2);  // window
    add_big(frame, 0, 4);
    return frame;
}

}  // namespace

std::string pcap_header(std::uint32_t link_type) {
    std::string header;
    add_little(header, 0xa1b2c3d4, 4);
    add_little(header, 2, 2);
    add_little(header, 4, 2);
    add_little(header, 0, 4);
    add_little(header, 0, 4);
    add_little(header, 262144, 4);
    add_little(header, link_type, 4);
    return header;
}

std::string pcap_record(const SampleSegment& segment) {
    const std::string frame = frame_of(segment);
    std::string record;
    add_little(record, 1'700'000'000 + segment.second, 4);
    add_little(record, 250'000, 4);
    add_little(record, static_cast<std::uint32_t>(frame.size()), 4);
    add_little(record, static_cast<std::uint32_t>(frame.size()), 4);
    return record + frame;
}

std::vector<SampleSegment> sample_story(std::uint16_t initiator_port) {
    constexpr std::uint8_t kSyn = 0x02;
    constexpr std::uint8_t kSynAck = 0x12;
    constexpr std::uint8_t kAck = 0x10;
    return {{0, true, kSyn, 1000, 0, initiator_port},
            {0, false, kSynAck, 5000, 1001, initiator_port},
            {0, true, kAck, 1001, 5001, initiator_port},
            {10, true, kAck, 1000, 5001, initiator_port},
            {10, false, kAck, 5001, 1001, initiator_port}};
}

std::string pcap_of(const std::vector<SampleSegment>& segments) {
    std::string file = pcap_header();
    for (const SampleSegment& segment : segments) file += pcap_record(segment);
    return file;
}

}  // namespace deadpeer
