// FrameWriter: packets as Ethernet frames in a classic pcap file.
//
// What:   little-endian, microseconds, link type 1, frames cut at the snap length. Checksums are zero, as
//         on a host whose network card fills them in later.
// Errors: throws std::system_error; the file has its name only once it is whole.
// Source: draft-ietf-opsawg-pcap (file), RFC 791, RFC 768, RFC 9293, RFC 7323 (timestamps).
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "traffic.h"

namespace deadpeer::bench {

class FrameWriter {
public:
    FrameWriter(std::string path, std::uint32_t snap_length);
    ~FrameWriter();
    FrameWriter(const FrameWriter&) = delete;
    FrameWriter& operator=(const FrameWriter&) = delete;

    void write(const Packet& packet);
    void finish();

private:
    void put(const void* data, std::size_t size);

    std::string path_;
    std::uint32_t snap_length_;
    std::FILE* file_;
};

}  // namespace deadpeer::bench
