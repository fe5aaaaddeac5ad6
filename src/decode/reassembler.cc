#include "decode/reassembler.h"

#include <algorithm>

namespace deadpeer {
namespace {

// Everything in one value that is compared and hashed like a flow's key.
FlowKey packed(const Reassembler::Key& key) {
    FlowKey packed;
    packed.low_address = {key.source.first, key.source.second};
    packed.high_address = {key.destination.first, key.destination.second};
    packed.low_port = static_cast<std::uint16_t>(key.identification >> 16);
    packed.high_port = static_cast<std::uint16_t>(key.identification);
    constexpr std::uint32_t kOdd = 0x9E37'79B1;  // 2^32 by the golden ratio
    const std::uint32_t rest =
        std::uint32_t{key.vlan} << 16 | std::uint32_t{key.protocol} << 8 | (key.is_v6 ? 1U : 0U);
    packed.family_and_scope = rest ^ key.scope * kOdd;
    return packed;
}

bool is_too_old(Nanoseconds begun, Nanoseconds now) {
    if (begun == kNoTime || now == kNoTime) return false;
    return std::max(begun, now) - std::min(begun, now) > Reassembler::kLongestWait;
}

}  // namespace

void Reassembler::Datagram::add(const Piece& piece) {
    const auto size = static_cast<std::uint32_t>(piece.bytes.size());
    const Range range{piece.offset, size, bytes.size()};
    ranges.insert(std::ranges::upper_bound(ranges, range.offset, {}, &Range::offset), range);
    bytes.insert(bytes.end(), piece.bytes.begin(), piece.bytes.end());
    if (!piece.more_follow && !length) length = range.end();
}

bool Reassembler::Datagram::is_whole() const {
    if (!length || bytes.size() < *length) return false;
    std::uint32_t covered = 0;
    for (const Range& range : ranges) {
        if (range.offset > covered) break;
        covered = std::max(covered, range.end());
    }
    return covered >= *length;
}

// REQUIRES: is_whole().
std::vector<std::uint8_t> Reassembler::Datagram::payload() const {
    std::vector<std::uint8_t> payload;
    payload.reserve(*length);
    for (const Range& range : ranges) {
        const auto covered = static_cast<std::uint32_t>(payload.size());
        const std::uint32_t end = std::min(range.end(), *length);
        if (end <= covered) continue;
        const auto* const from = bytes.data() + range.at;
        payload.insert(payload.end(), from + (covered - range.offset), from + (end - range.offset));
    }
    return payload;
}

std::size_t Reassembler::Datagram::memory() const {
    constexpr std::size_t kNodes = 2 * sizeof(void*) + sizeof(FlowKey) + 6 * sizeof(void*);
    return sizeof(Datagram) + kNodes + ranges.capacity() * sizeof(Range) + bytes.capacity();
}

const FrameView* Reassembler::add(const Key& key, const Piece& piece, const FrameView& frame) {
    if (piece.bytes.empty()) return nullptr;
    const auto datagram = datagram_of(packed(key), frame.time);
    memory_ -= datagram->memory();
    datagram->add(piece);
    memory_ += datagram->memory();
    if (!datagram->is_whole()) {
        if (datagram->ranges.size() >= kMostPieces) {
            ++forgotten_;
            forget(datagram);
        }
        keep_within_bound(frame.time);
        return nullptr;
    }

    Whole& whole = whole_.emplace_back(Whole{datagram->payload(), frame});
    forget(datagram);
    memory_ += whole.bytes.capacity();
    whole.frame.data = whole.bytes.data();
    whole.frame.captured_length = whole.frame.original_length =
        static_cast<std::uint32_t>(whole.bytes.size());
    whole.frame.link_type = kNoLinkType;
    return &whole.frame;
}

Reassembler::Datagrams::iterator Reassembler::datagram_of(const FlowKey& key, Nanoseconds time) {
    const auto known = by_key_.find(key);
    if (known != by_key_.end()) {
        if (!is_too_old(known->second->begun, time)) return known->second;
        forget(known->second);
    }
    const auto datagram = datagrams_.emplace(datagrams_.end());
    datagram->key = key;
    datagram->begun = time;
    memory_ += datagram->memory();
    by_key_.emplace(key, datagram);
    return datagram;
}

void Reassembler::forget(Datagrams::iterator datagram) {
    memory_ -= datagram->memory();
    by_key_.erase(datagram->key);
    datagrams_.erase(datagram);
}

void Reassembler::keep_within_bound(Nanoseconds now) {
    while (memory_ > most_bytes_ && !datagrams_.empty()) {
        if (!is_too_old(datagrams_.front().begun, now)) ++forgotten_;
        forget(datagrams_.begin());
    }
}

void Reassembler::drop_whole() {
    for (const Whole& whole : whole_) memory_ -= whole.bytes.capacity();
    whole_.clear();
}

}  // namespace deadpeer
