// AddressHolders: which machines of the link had an address, by the link-layer addresses of its frames.
//
// What:     an address moves when another machine takes it over (VRRP, keepalived, a floating address), and
//           is in conflict when two machines have it at once. Both show in that its frames come from another
//           link-layer address; but so do those of a host with several network cards, of a router, a proxy,
//           a repeater. Of these nothing is said.
// Cost:     O(1).
// Memory:   fixed; taken when first needed. Addresses used longest ago are forgotten.
// Threads:  one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/recent_table.h"
#include "correlate/link_senders.h"
#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

// ARP or neighbour discovery: a link-layer address said that it has an IP address.
struct Claim {
    std::uint64_t mac = 0;
    std::uint32_t file = 0;
    std::uint64_t frame = 0;
};

// A link-layer address that several machines share by design (VRRP, CARP, HSRP, GLBP, Network Load
// Balancing), or that is no machine's.
[[nodiscard]] bool is_shared(std::uint64_t mac, const IpAddress& host);

// A link-layer address that machines hand to each other together with the IP address (VRRP, CARP, HSRP,
// GLBP).
[[nodiscard]] bool is_virtual(std::uint64_t mac);

class AddressHolders {
public:
    // `bytes`: what it may take, about, besides a fixed table.
    explicit AddressHolders(std::size_t bytes) : addresses_(bytes) {}

    // An IP address and its hash.
    struct Host {
        const IpAddress& value;
        std::uint64_t hash;
    };

    // See LinkSenders::meet().
    template <typename IsOwn>
    void meet(std::uint64_t mac, std::uint64_t sender, bool is_fresh, IsOwn is_own) {
        senders_.meet(mac, sender, is_fresh, is_own);
    }

    void claim(Host host, const Claim& claim, Nanoseconds time);

    // A frame of the address came from another link-layer address than the one before.
    struct Change {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        Nanoseconds last = kNoTime;  // of the one before
        Nanoseconds at = kNoTime;
        bool by_reset = false;  // no more than a RST came from there
        bool returns = false;   // from one that had sent no more than a RST
        // The one before went on with what it had: soon after, or with its connections.
        bool survived = false;
    };
    // `connection_heard`: the sender's segment before on the same connection; kNoTime for one that it opens,
    // or for what is no segment.
    void note_change(Host host, const Change& change, Nanoseconds connection_heard);
    // A frame that is no TCP segment came from there.
    void note_alive(Host host, std::uint64_t mac, Nanoseconds time);

    // Whose frames the address had at that time; 0: not known. `now`: whose it has now, as long as is known.
    [[nodiscard]] std::uint64_t holder_at(Host host, Nanoseconds time, std::uint64_t now) const;
    // No trace of the one is left since the other sent in its stead.
    [[nodiscard]] bool has_left(Host host, std::uint64_t before, std::uint64_t now) const;
    // Each of the two is a machine of its own on the link, as far as can be seen.
    [[nodiscard]] bool are_two_machines(Host host, std::uint64_t one, std::uint64_t other) const;
    // It sent segments as the address that are no RSTs.
    [[nodiscard]] bool has_served(Host host, std::uint64_t mac) const;
    // The one has an address besides that the other was never seen with.
    [[nodiscard]] bool has_other_address(Host host, std::uint64_t one, std::uint64_t other) const;
    // nullptr if it did not claim the address.
    [[nodiscard]] const Claim* claim_of(Host host, std::uint64_t mac) const;

    [[nodiscard]] std::size_t memory() const { return addresses_.memory() + senders_.memory(); }

private:
    // What is kept of an address.
    struct Holding {
        Nanoseconds last = kNoTime;
        std::array<Change, 4> changes{};  // the latest, in the order of time
        std::array<Claim, 3> claims{};    // the latest first
        bool one_machine = false;         // one connection was carried by two of its link-layer addresses
    };

    [[nodiscard]] bool is_machine(std::uint64_t mac, Host host, bool claimed) const;
    Holding& holding_of(Host host, Nanoseconds time);

    RecentTable<IpAddress, Holding> addresses_;
    LinkSenders senders_;
};

}  // namespace deadpeer
