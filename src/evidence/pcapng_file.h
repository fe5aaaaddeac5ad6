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
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/pcapng_writer.h"
#include "deadpeer/frame.h"

namespace deadpeer {

class PcapngFile {
public:
    using Interface = pcapng::InterfaceBlock;

    // `comment`: on the whole file; may be empty.
    explicit PcapngFile(std::string_view comment = {}) : comment_(comment) {}

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

    std::string comment_;
    std::vector<Interface> interfaces_;
    std::vector<Packet> order_;
    std::string packets_;
};

}  // namespace deadpeer
