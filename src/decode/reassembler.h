// Reassembler: IP datagrams that come in fragments, kept until they are whole.
//
// What:     what Wireshark makes of them: a datagram is whole with the fragment that closes its last gap.
//           Where fragments overlap, the one that begins earlier counts, and of two that begin together the
//           first that came; of two last fragments the first that came tells the length. A whole datagram is
//           forgotten: a fragment that comes once more begins another. Unlike there, fragments do not wait
//           for ever.
// Cost:     O(fragments of its datagram) a fragment, and these are few.
// Memory:   bounded: beyond it the oldest datagrams are forgotten, and counted.
// Lifetime: the answer of add() is valid until the next begin_frame().
// Threads:  one at a time.
// Source:   RFC 791 section 3.2; RFC 8200 section 4.5; RFC 1122 section 3.3.2 (how long to wait).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/hash.h"
#include "deadpeer/frame.h"

namespace deadpeer {

class Reassembler {
public:
    // RFC 1122 section 3.3.2 asks for 60 to 120 seconds. Identifications come again.
    static constexpr Nanoseconds kLongestWait = 120 * kSecond;
    // 65,535 bytes over the smallest IPv4 link, 68 bytes, are 1,366.
    static constexpr std::size_t kMostPieces = 1'400;

    // What fragments of one datagram have in common.
    struct Key {
        AddressWords source;
        AddressWords destination;
        std::uint32_t identification = 0;
        std::uint16_t vlan = 0;
        std::uint8_t protocol = 0;
        bool is_v6 = false;
        Scope scope = 0;
    };

    struct Piece {
        std::uint32_t offset = 0;  // in the datagram's payload, bytes
        bool more_follow = false;
        std::span<const std::uint8_t> bytes;
    };

    // `bytes`: what it may take, about.
    Reassembler(std::size_t bytes, std::uint64_t hash_seed)
        : most_bytes_(std::max(bytes, kFewestBytes)), hash_(hash_seed) {}

    void begin_frame() {
        if (!whole_.empty()) drop_whole();
    }

    // The payload of the datagram, as a frame with the time and number of `frame`, if this piece makes it
    // whole; else nullptr.
    const FrameView* add(const Key& key, const Piece& piece, const FrameView& frame);

    // Datagrams that were given up for lack of memory.
    [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    static constexpr std::size_t kFewestBytes = std::size_t{128} << 10;

    struct Range {
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
        std::size_t at = 0;  // in Datagram::bytes

        [[nodiscard]] std::uint32_t end() const { return offset + size; }
    };
    struct Datagram {
        FlowKey key;
        Nanoseconds begun = kNoTime;
        std::optional<std::uint32_t> length;  // known once the last fragment came
        std::vector<Range> ranges;            // by offset, then as they came
        std::vector<std::uint8_t> bytes;      // as they came

        void add(const Piece& piece);
        [[nodiscard]] bool is_whole() const;
        [[nodiscard]] std::vector<std::uint8_t> payload() const;
        [[nodiscard]] std::size_t memory() const;
    };
    struct Whole {
        std::vector<std::uint8_t> bytes;
        FrameView frame;
    };
    using Datagrams = std::list<Datagram>;  // the oldest first

    Datagrams::iterator datagram_of(const FlowKey& key, Nanoseconds time);
    void forget(Datagrams::iterator datagram);
    void keep_within_bound(Nanoseconds now);
    void drop_whole();

    std::size_t most_bytes_;
    std::size_t memory_ = 0;
    std::uint64_t forgotten_ = 0;
    SeededHash hash_;
    Datagrams datagrams_;
    std::unordered_map<FlowKey, Datagrams::iterator, SeededHash> by_key_{0, hash_};
    std::list<Whole> whole_;  // of the frame at hand: one in another, if there are several
};

}  // namespace deadpeer
