// PcapngFile: a small pcapng capture, put together in memory.
//
//     PcapngFile file;
//     file.add(frame, file.interface_of({"eth0", 1, 0, 0}), "trace.pcap, frame 7");
//     write(file.bytes());
//
// What:    one section; an interface block for each kind of interface, frames with a comment each, times in
//          nanoseconds whatever the source had, so that nothing is lost. The same calls give the same bytes.
// Order:   as added, or in the order of time once sort_by_time() was called.
// Memory:  that of the capture, twice during bytes().
// Threads: one thread at a time.
// Source:  draft-ietf-opsawg-pcapng, sections 3.5 (options), 4.1 to 4.3 (blocks). Little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "deadpeer/frame.h"

namespace deadpeer {

class PcapngFile {
public:
    struct Interface {
        std::string name;  // untrusted; empty: none
        LinkType link_type = 0;
        std::uint32_t snap_length = 0;  // 0: no limit
        std::uint8_t fcs_bytes = 0;

        friend bool operator==(const Interface&, const Interface&) = default;
    };

    // Its number, declared when it is asked for first.
    std::uint32_t interface_of(const Interface& interface);
    void add(const FrameView& frame, std::uint32_t interface, std::string_view comment);

    // For frames of several inputs; those of equal times stay as they were added.
    void sort_by_time();

    [[nodiscard]] std::string bytes() const;

private:
    struct Packet {
        Nanoseconds time;
        std::size_t offset;  // in packets_
        std::size_t size;
    };

    std::vector<Interface> interfaces_;
    std::vector<Packet> order_;
    std::string packets_;
};

}  // namespace deadpeer
