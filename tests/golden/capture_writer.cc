#include "capture_writer.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace deadpeer::golden {
namespace {

constexpr std::uint32_t kSnapLength = 262'144;

void put16(Bytes& out, std::uint32_t value) {
    out.push_back(static_cast<std::uint8_t>(value));
    out.push_back(static_cast<std::uint8_t>(value >> 8));
}

void put32(Bytes& out, std::uint32_t value) {
    put16(out, value & 0xffff);
    put16(out, value >> 16);
}

void put_bytes(Bytes& out, const Bytes& bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

std::uint32_t size32(const Bytes& bytes) {
    return static_cast<std::uint32_t>(bytes.size());
}

void put_block(Bytes& out, std::uint32_t type, Bytes body) {
    body.resize((body.size() + 3) / 4 * 4);
    put32(out, type);
    put32(out, size32(body) + 12);
    put_bytes(out, body);
    put32(out, size32(body) + 12);
}

Bytes section_header() {
    Bytes body;
    put32(body, 0x1a2b3c4d);
    put16(body, 1);
    put16(body, 0);
    put32(body, 0xffffffff);  // section length: not given
    put32(body, 0xffffffff);
    return body;
}

Bytes interface_description(std::uint16_t link_type) {
    Bytes body;
    put16(body, link_type);
    put16(body, 0);
    put32(body, kSnapLength);
    return body;
}

Bytes enhanced_packet(std::uint32_t interface, const StoredFrame& frame) {
    const auto time = static_cast<std::uint64_t>(frame.time_us);
    Bytes body;
    put32(body, interface);
    put32(body, static_cast<std::uint32_t>(time >> 32));
    put32(body, static_cast<std::uint32_t>(time));
    put32(body, size32(frame.bytes));
    put32(body, size32(frame.bytes));
    put_bytes(body, frame.bytes);
    return body;
}

}  // namespace

void sort_by_time(std::vector<StoredFrame>& frames) {
    std::stable_sort(frames.begin(), frames.end(),
                     [](const StoredFrame& a, const StoredFrame& b) { return a.time_us < b.time_us; });
}

Bytes as_pcap(const std::vector<StoredFrame>& frames) {
    Bytes out;
    put32(out, 0xa1b2c3d4);
    put16(out, 2);
    put16(out, 4);
    put32(out, 0);
    put32(out, 0);
    put32(out, kSnapLength);
    put32(out, frames.at(0).link_type);
    for (const StoredFrame& frame : frames) {
        if (frame.link_type != frames[0].link_type) throw std::logic_error("pcap has one link type");
        put32(out, static_cast<std::uint32_t>(frame.time_us / 1'000'000));
        put32(out, static_cast<std::uint32_t>(frame.time_us % 1'000'000));
        put32(out, size32(frame.bytes));
        put32(out, size32(frame.bytes));
        put_bytes(out, frame.bytes);
    }
    return out;
}

Bytes as_pcapng(const std::vector<StoredFrame>& frames) {
    Bytes out;
    put_block(out, 0x0a0d0d0a, section_header());
    std::vector<std::uint16_t> interfaces;
    for (const StoredFrame& frame : frames) {
        auto found = std::find(interfaces.begin(), interfaces.end(), frame.link_type);
        if (found == interfaces.end()) {
            put_block(out, 1, interface_description(frame.link_type));
            found = interfaces.insert(interfaces.end(), frame.link_type);
        }
        put_block(out, 6, enhanced_packet(static_cast<std::uint32_t>(found - interfaces.begin()), frame));
    }
    return out;
}

void write_file(const std::string& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    for (const std::uint8_t byte : bytes) file.put(static_cast<char>(byte));
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace deadpeer::golden
