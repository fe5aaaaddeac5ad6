// Packet pairs: which packet at A is which at B, within one pair of connections.
//
//     PacketPairs pairs(a, b, connection_pair);
//     pairs.pair_certain();
//     pairs.add_readings(readings);     // of all connections, for the
//     pairs.pair_rest(Clock(readings));
//
// What:    first packets that are equal in seq, ack, length, flags, TSval, IP id and window, and of which
//          each point has one; of the rest, those that are equal but for IP id and window. Then, where the
//          clock tells what is near in time, those of which there are several, those that are equal without
//          what boxes rewrite, and octets that offloading cuts or joins differently.
// Memory:  8 bytes a segment.
// Lifetime: the points must outlive it.
// Threads: one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compare/capture_point.h"
#include "compare/clock.h"
#include "compare/connection_pairs.h"
#include "compare/octet_ranges.h"

namespace deadpeer::comparing {

// What differs between the two packets of a pair, as bits.
using Changes = std::uint8_t;
inline constexpr Changes kAckChanged = 1U << 0;
inline constexpr Changes kFlagsChanged = 1U << 1;
inline constexpr Changes kWindowChanged = 1U << 2;
inline constexpr Changes kTsvalChanged = 1U << 3;
inline constexpr Changes kIpIdChanged = 1U << 4;
inline constexpr std::array<std::string_view, 5> kChangeWords = {"ack", "flags", "window", "tsval", "ip_id"};

struct Match {
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    std::uint32_t other = kNone;  // place of the packet, or of one that has some of its octets, there
    Changes changed = 0;
    bool by_octets = false;

    [[nodiscard]] bool found() const { return other != kNone; }
};

class PacketPairs {
public:
    PacketPairs(const CapturePoint& a, const CapturePoint& b, const ConnectionPair& pair);

    void pair_certain();
    void add_readings(std::vector<Reading>& readings) const;
    void pair_rest(const Clock& clock);

    [[nodiscard]] std::span<const SegmentRecord> segments(bool at_a) const { return at_a ? a_ : b_; }
    [[nodiscard]] std::span<const Match> matches(bool at_a) const { return at_a ? a_matches_ : b_matches_; }
    [[nodiscard]] std::size_t side(bool at_a, const SegmentRecord& segment) const {
        return segment.direction == (at_a ? a_initiator_ : b_initiator_) ? kInitiator : kResponder;
    }
    // Is A nearer to that side than B?
    [[nodiscard]] bool from_a(std::size_t side) const { return (side == kInitiator) == initiator_at_a_; }
    // Time at B less time at A that packets of that side usually have. REQUIRES: the clock is known.
    [[nodiscard]] Nanoseconds usual_difference(std::size_t side, Nanoseconds time_a,
                                               const Clock& clock) const {
        return clock.offset_at(time_a) + way_.at(side);
    }
    // How far from that a packet may come.
    [[nodiscard]] Nanoseconds tolerance(std::size_t side) const { return tolerance_.at(side); }
    // The numbers at B of a segment at A.
    [[nodiscard]] std::uint32_t seq_at_b(bool at_a, const SegmentRecord& segment) const {
        return segment.seq + (at_a ? shift_.at(side(true, segment)) : 0);
    }
    [[nodiscard]] std::uint32_t ack_at_b(bool at_a, const SegmentRecord& segment) const {
        return segment.ack + (at_a ? shift_.at(1 - side(true, segment)) : 0);
    }
    // Of a segment that is not paired, and of which the other point has some octets: those that it has not.
    // Null: it has none of them.
    [[nodiscard]] const MissingOctets* missing_octets(bool at_a, std::uint32_t place) const {
        const auto& all = missing_[at_a ? 0 : 1];
        const auto found = all.find(place);
        return found == all.end() ? nullptr : &found->second;
    }
    // What most packets of that side have changed: a habit of the path.
    [[nodiscard]] Changes rewritten(std::size_t side) const { return rewritten_.at(side); }

private:
    enum class Likeness : std::uint8_t { kAll, kAllButBoxes, kNumbersAndFlags, kOctets };
    struct Entry;

    [[nodiscard]] std::vector<Entry> entries(bool at_a, Likeness likeness) const;
    void pair(std::uint32_t a, std::uint32_t b);
    void unpair_what_is_far(const Clock& clock);
    void pair_near(const Clock& clock, Likeness likeness);
    void pair_group(const Clock& clock, std::span<const Entry> at_a, std::span<const Entry> at_b,
                    bool distinct);
    void pair_octets(const Clock& clock, std::size_t side);
    void find_orientation();
    void learn_ways(const Clock& clock);
    void learn_habits();

    std::span<const SegmentRecord> a_;
    std::span<const SegmentRecord> b_;
    Direction a_initiator_;
    Direction b_initiator_;
    std::array<std::uint32_t, 2> shift_;
    std::vector<Match> a_matches_;
    std::vector<Match> b_matches_;
    bool initiator_at_a_ = true;
    bool boxes_rewrite_ = false;        // most packets have another IP id or window at B
    std::array<Nanoseconds, 2> way_{};  // by side: the usual difference less the clock's offset
    std::array<Nanoseconds, 2> tolerance_{};
    std::array<Changes, 2> rewritten_{};
    std::array<std::unordered_map<std::uint32_t, MissingOctets>, 2> missing_;  // at A, at B; by place
};

}  // namespace deadpeer::comparing
