// Small captures, byte by byte: a pcap file with TCP segments between two hosts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace deadpeer {

// One TCP segment without payload over IPv4 and Ethernet, from 10.0.0.1 or back.
struct SampleSegment {
    std::uint32_t second = 0;
    bool from_initiator = true;
    std::uint8_t flags = 0x10;
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint16_t initiator_port = 40000;
};

std::string pcap_header(std::uint32_t link_type = 1);
std::string pcap_record(const SampleSegment& segment);

// A handshake, ten seconds of silence, a keepalive probe and its answer: five segments.
std::vector<SampleSegment> sample_story(std::uint16_t initiator_port = 40000);
std::string pcap_of(const std::vector<SampleSegment>& segments);

}  // namespace deadpeer
