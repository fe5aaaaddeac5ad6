// FirstBytes: the first bytes of a message, put together from its segments.
//
// What:    wraps libtins' DataTracker, which reassembles whatever order segments come in. It is given only
//          bytes between those that it has and the 64th of the message, and no more than a few pieces ahead
//          of a hole, so what others send can make it neither grow nor meet sequence numbers that are far
//          away.
// Memory:  bounded by kMostMemory.
// Source:  libtins tins/tcp_ip/data_tracker.h.
#pragma once

#include <tins/tcp_ip/data_tracker.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/seq.h"

namespace deadpeer {

class FirstBytes {
public:
    static constexpr std::size_t kMostBytes = 64;
    static constexpr std::size_t kMostPieces = 4;  // ahead of a hole
    // This object, the bytes, and for each piece its bytes and a node of a tree.
    static constexpr std::size_t kMostMemory = 1280;

    // `start`: sequence number of the message's first byte.
    explicit FirstBytes(Seq start) : start_(start), tracker_(start.value()) {}

    // Data of the stream; what the message's first bytes do not need is left aside.
    void add(Seq seq, std::span<const std::uint8_t> data);

    // From the first byte up to the first that is missing.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return tracker_.payload(); }

private:
    Seq start_;
    Tins::TCPIP::DataTracker tracker_;
};
}  // namespace deadpeer
