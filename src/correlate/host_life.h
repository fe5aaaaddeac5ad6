// HostLife: when hosts were heard, beside what their connections tell, and which addresses one machine has.
//
// What:     a host that sends anything while it should have been away did not reboot. What its TCP
//           connections show is in their own records (host_book.h); here are its other frames: those with
//           its IP address, and, where ARP or neighbour discovery say which link-layer address is the host's
//           own, those with that, whatever they carry. Other addresses whose segments come from such a
//           link-layer address, and from no router, are the machine's as well. Besides, of TCP: when an
//           address was heard last, on connections that are forgotten, and on one in both directions.
// Cost:     O(1) a frame and a question.
// Memory:   bounded: beyond that hosts that were heard last longest ago are forgotten, and of the time until
//           then nothing is said.
// Lifetime: whole.
// Threads:  one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/hash.h"
#include "core/recent_table.h"
#include "correlate/address_holders.h"
#include "correlate/gone_connections.h"
#include "correlate/last_heard.h"
#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"
#include "decode/decode.h"
#include "decode/link_source.h"
#include "detect/silence.h"
#include "tcp/half_stream.h"

namespace deadpeer {

class HostLife {
public:
    // `bytes`: what it may take, about. `seed`: of the hash.
    HostLife(std::size_t bytes, std::uint64_t seed);

    // Before that a host's frames are not kept: it has no connection whose end they could explain. A
    // link-layer address of 0 is none.
    void expect(const IpAddress& host, std::uint64_t mac);
    // The first segment of a side: from now on it counts what else the two hosts send. `answers`: the other
    // side was heard.
    void meet(const Segment& segment, const FrameView& frame, bool answers);
    // A segment of the host came from that link-layer address, by no router.
    void note_on_link(const IpAddress& host, std::uint64_t mac);

    // Some that are not count as if they were.
    [[nodiscard]] bool expects(std::uint64_t mac) const { return is_expected(hash_(mac)); }

    void hear(const Heard& heard, std::uint32_t file = 0);
    // Starts the memory reads that this will need.
    void prefetch(const Heard& heard) const;

    // With a frame that was just heard the host renewed its lease: it has been up for a minute at least.
    void note_renewal(const IpAddress& host, std::uint64_t mac, Nanoseconds time);
    // Another machine may have taken the address over, together with its link-layer address.
    void note_takeover(const IpAddress& host, Nanoseconds time) {
        if (Host* const known = hosts_.find(host, hash(host))) known->owner_changed = time;
    }
    // Its latest TCP segment came from another link-layer address, as far as is known.
    [[nodiscard]] bool sends_from_another(const IpAddress& host, std::uint64_t mac) const {
        const std::uint64_t source = last_heard_.of(host).source;
        return mac != 0 && source != 0 && decoding::source_in(source) != mac;
    }

    // By a TCP segment. `said`: what its sender had sent on the same connection. REQUIRES: it is no RST.
    void hear_segment(const Segment& segment, const FrameView& frame, const HalfStream& said) {
        if (segment.time == kNoTime) return;
        last_heard_.hear(segment.key, segment.direction,
                         {segment.time, decoding::source_word(frame), segment.ttl, segment.ip_id},
                         [&](const LastHeard::Word& before) {
                             note_change(segment, frame, before, said.seen ? said.last_time : kNoTime);
                         });
    }

    void prefetch(const Segment& segment) const { last_heard_.prefetch(segment.key, segment.direction); }

    // Who had the address of a RST's sender at that time, and who sent it; if they are not the same.
    MacChange hear_reset(const Segment& reset, const FrameView& frame, Nanoseconds since);
    // What shows of the two by now.
    struct Takeover {
        bool are_two = false;  // machines, each of its own
        bool left = false;     // the one that had the address has fallen silent
        bool served = false;   // the other sent more than RSTs as the address
        bool apart = false;    // the other has an address of its own besides
        Claim claim;           // of the other, if it claimed the address
    };
    [[nodiscard]] Takeover takeover(const IpAddress& host, const MacChange& macs) const;
    // The link-layer address that its latest TCP segment came from, if no router counted that down; or 0.
    [[nodiscard]] std::uint64_t link_of(const IpAddress& host) const {
        const LastHeard::Word last = last_heard_.of(host);
        return last.source != 0 && is_fresh_ttl(last.ttl) ? decoding::source_in(last.source) : 0;
    }
    // By its latest TCP segment; of no time if that is not known.
    [[nodiscard]] LastHeard::Word last_segment(const IpAddress& host) const { return last_heard_.of(host); }
    // When a segment, no RST, last reached the host: from beyond a router, or from anywhere. kNoTime if that
    // is not known.
    [[nodiscard]] Nanoseconds last_reached(const IpAddress& host, bool by_router) const {
        return last_heard_.reached(host, by_router);
    }
    // By whatever the host sent; kNoTime if that is not known.
    [[nodiscard]] Nanoseconds last_heard(const IpAddress& host) const;

    // A connection is forgotten on which the host was heard within that time.
    void note_gone(const IpAddress& host, GoneConnections::Span heard);
    // Calls visit(span) for the times in which the host was heard on such.
    template <typename Visit>
    void for_each_gone(const IpAddress& host, Visit visit) const {
        gone_.for_each(host, hash(host), visit);
    }

    // Both sides of a connection of the two were heard.
    void note_two_way(const FlowKey& key);
    // Whether that is so of a connection of the host; of one in a hundred others it is said as well.
    [[nodiscard]] bool seen_two_way(const IpAddress& host) const;

    // The outstanding silences of the host's frames within [from, to]; of no length if there is none, or if
    // that is not known.
    [[nodiscard]] Silences silences(const IpAddress& host, Nanoseconds from, Nanoseconds to) const;
    [[nodiscard]] Silence silence(const IpAddress& host, Nanoseconds from, Nanoseconds to) const {
        return silences(host, from, to)[0];
    }

    // The host's frames show that it was neither silent for half of that time, nor suspended for long before.
    [[nodiscard]] bool was_awake(const IpAddress& host, Nanoseconds from, Nanoseconds to) const;

    // The host was silent for as long as a boot takes before what it sends at that time: within a minute, as
    // the first frames after a boot are several.
    [[nodiscard]] bool was_away(const IpAddress& host, Nanoseconds time) const {
        constexpr Nanoseconds kMinute = 60 * kSecond;
        if (time == kNoTime) return false;
        return silence(host, time - kMinute, time).length() > 0;
    }

    // The IP ids of its frames went on where they had been, over a silence that has a part in [from, to].
    [[nodiscard]] bool ip_id_ran_on(const IpAddress& host, Nanoseconds from, Nanoseconds to) const;

    // Another machine claimed the address within [from, to].
    [[nodiscard]] bool address_moved(const IpAddress& host, Nanoseconds from, Nanoseconds to) const;

    // All addresses that the machine with that one is known to have, that one among them; the first stands
    // for the machine.
    [[nodiscard]] std::vector<IpAddress> addresses_of(const IpAddress& host) const;
    [[nodiscard]] IpAddress machine_of(const IpAddress& host) const;

    [[nodiscard]] std::size_t memory() const {
        return last_heard_.memory() + hosts_.memory() + gone_.memory() + machines_.memory() +
               holders_.memory() + sizeof expected_ + two_way_.capacity() * sizeof(std::uint64_t);
    }

private:
    // When something was heard: its latest silences of kShortestBoot or more.
    struct Trace {
        Nanoseconds known_since = kNoTime;  // what came before is not known
        Nanoseconds first = kNoTime;
        Nanoseconds last = kNoTime;
        std::uint16_t last_ip_id = 0;
        std::uint8_t latest = 0;
        std::uint8_t next = 0;
        std::array<Silence, 4> silences;
        std::array<bool, 4> ran_on{};  // the IP ids over each of these
        bool awaits_ip_id = false;     // the latest of them: no frame since had one

        void hear(Nanoseconds time, std::uint16_t ip_id);
        // Up to what was heard last.
        void was_up(Nanoseconds since);
        [[nodiscard]] Silences silences_in(Nanoseconds from, Nanoseconds to) const;
        // Of a part in [from, to], known as a whole up to there.
        [[nodiscard]] Nanoseconds longest_silence(Nanoseconds from, Nanoseconds to) const;
        [[nodiscard]] bool is_usual(const Silence& silence) const;
    };
    struct Host : Trace {
        std::uint64_t owner = 0;  // the link-layer address that claims it
        Nanoseconds owner_changed = kNoTime;
    };
    struct Machine : Trace {
        static constexpr std::size_t kMostAddresses = 8;
        static constexpr std::ptrdiff_t kMostIpv4 = 3;

        bool named = false;                // ARP or neighbour discovery did
        std::vector<IpAddress> addresses;  // that it has, at most so many

        // More IPv4 addresses than a machine has: it answers for others, as a cloud's router does.
        [[nodiscard]] bool is_proxy() const;
    };

    using Words = std::array<std::uint64_t, 2>;  // an address as it stands in a FlowKey

    [[nodiscard]] std::uint64_t hash(const IpAddress& address) const;
    [[nodiscard]] std::uint64_t hash(const Words& address, bool is_v6) const {
        if (!is_v6) return hash_(address[0] ^ address[1]);
        FlowKey key;
        key.low_address = address;
        key.family_and_scope = 1;
        return hash_(key);
    }
    Host& host_of(const IpAddress& address, std::uint64_t place);
    Machine& machine_of(std::uint64_t mac, std::uint64_t place);
    void claim(Host& host, const Heard& heard);
    [[gnu::noinline]] void note_change(const Segment& segment, const FrameView& frame,
                                       const LastHeard::Word& before, Nanoseconds connection_heard);
    [[nodiscard]] const Machine* machine_with(const IpAddress& host) const;

    // By the hash of an address of either kind: some that are not expected count as if they were.
    static constexpr std::size_t kExpectedWords = std::size_t{1} << 13;
    void expect(std::uint64_t place) {
        expected_[place % kExpectedWords] |= std::uint64_t{1} << (place >> 58);
    }
    void expect_host(std::uint64_t place) {
        expect(place);
        if (!two_way_.empty())
            __builtin_prefetch(&two_way_[place % kTwoWayWords], 1);  // the answer comes soon
    }
    [[nodiscard]] bool is_expected(std::uint64_t place) const {
        return (expected_[place % kExpectedWords] >> (place >> 58) & 1) != 0;
    }

    // A Bloom filter (B. H. Bloom, 1970) of two bits a host, both in one word: one miss of the cache.
    static constexpr std::size_t kTwoWayWords = std::size_t{1} << 16;
    static std::uint64_t two_way_bits(std::uint64_t hash) {
        return std::uint64_t{1} << (hash >> 58) | std::uint64_t{1} << (hash >> 52) % 64;
    }

    SeededHash hash_;
    std::array<std::uint64_t, kExpectedWords> expected_{};
    std::vector<std::uint64_t> two_way_;
    LastHeard last_heard_;
    RecentTable<IpAddress, Host> hosts_;
    GoneConnections gone_;
    RecentTable<std::uint64_t, Machine> machines_;  // by link-layer address
    bool knows_owners_ = false;                     // some host has one
    AddressHolders holders_;
};

}  // namespace deadpeer
