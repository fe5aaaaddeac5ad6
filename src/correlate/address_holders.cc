#include "correlate/address_holders.h"

#include <algorithm>
#include <array>

namespace deadpeer {
namespace {

// A machine that gives an address away may finish what it is about.
constexpr Nanoseconds kHandsOver = kSecond;
// One that takes it back later may do so by right.
constexpr Nanoseconds kSoon = 10 * kSecond;

}  // namespace

bool is_virtual(std::uint64_t mac) {
    struct Prefix {
        std::uint64_t value;
        unsigned bits_after;
    };
    constexpr std::array<Prefix, 6> kShared = {{
        {0x00005E0001, 8},  // VRRP for IPv4 (RFC 9568 section 7.3), and CARP
        {0x00005E0002, 8},  // VRRP for IPv6
        {0x00000C07AC, 8},  // HSRP
        {0x00000C9FF, 12},  // HSRP version 2
        {0x000573A00, 12},  // HSRP for IPv6
        {0x0007B400, 16},   // GLBP
    }};
    return std::ranges::any_of(
        kShared, [mac](const Prefix& prefix) { return mac >> prefix.bits_after == prefix.value; });
}

bool is_shared(std::uint64_t mac, const IpAddress& host) {
    constexpr std::uint64_t kGroup = std::uint64_t{1} << 40;
    if (mac == 0 || (mac & kGroup) != 0) return true;
    // Network Load Balancing: 02-bf or 02-HOST, then the cluster's IPv4 address.
    const std::uint64_t own = std::uint64_t{host.bytes[0]} << 24 | std::uint64_t{host.bytes[1]} << 16 |
                              std::uint64_t{host.bytes[2]} << 8 | host.bytes[3];
    return is_virtual(mac) || mac >> 32 == 0x02BF || (!host.is_v6 && (mac & 0xFFFFFFFF) == own);
}

AddressHolders::Holding& AddressHolders::holding_of(Host host, Nanoseconds time) {
    Holding* const known = addresses_.find(host.value, host.hash);
    Holding& holding = known != nullptr ? *known : addresses_.insert(host.value, host.hash);
    holding.last = std::max(holding.last, time);
    return holding;
}

void AddressHolders::claim(Host host, const Claim& claim, Nanoseconds time) {
    senders_.meet(claim.mac, folded(host.value), true, [] { return true; });
    Holding& holding = holding_of(host, time);
    auto& claims = holding.claims;
    const auto same = std::ranges::find(claims, claim.mac, &Claim::mac);
    // Of a machine that says so again and again the first time counts.
    if (same != claims.end()) return;
    std::shift_right(claims.begin(), claims.end(), 1);
    claims.front() = claim;
}

void AddressHolders::note_change(Host host, const Change& change, Nanoseconds connection_heard) {
    Holding& holding = holding_of(host, change.at);
    auto& changes = holding.changes;
    const Change& latest = changes.back();
    if (connection_heard != kNoTime) {
        // What one of them said last on the connection, the other continues.
        const bool since_latest = latest.at == kNoTime || connection_heard > latest.at + kHandsOver;
        const bool of_latest = latest.at == kNoTime || (!latest.by_reset && latest.to == change.from);
        if (since_latest && of_latest) holding.one_machine = true;
        for (Change& earlier : changes) {
            const Nanoseconds until = earlier.at + (earlier.by_reset ? 0 : kHandsOver);
            if (earlier.from == change.to && connection_heard <= earlier.at && change.at > until)
                earlier.survived = true;
        }
    }
    const bool returns = latest.by_reset && latest.to == change.from;
    std::shift_left(changes.begin(), changes.end(), 1);
    changes.back() = change;
    changes.back().returns = returns;
}

void AddressHolders::note_alive(Host host, std::uint64_t mac, Nanoseconds time) {
    Holding* const holding = addresses_.find(host.value, host.hash);
    if (holding == nullptr) return;
    for (Change& each : holding->changes) {
        if (each.from == mac && time > each.at + kHandsOver && time <= each.at + kSoon) each.survived = true;
    }
}

std::uint64_t AddressHolders::holder_at(Host host, Nanoseconds time, std::uint64_t now) const {
    const Holding* const holding = addresses_.find(host.value, host.hash);
    if (holding == nullptr) return addresses_.forgotten_until(host.hash) >= time ? 0 : now;
    std::uint64_t holder = now;
    for (auto change = holding->changes.rbegin(); change != holding->changes.rend(); ++change) {
        if (change->at == kNoTime || change->at <= time) return holder;
        holder = change->last + kHandsOver >= time ? change->from : 0;
    }
    return 0;
}

bool AddressHolders::has_left(Host host, std::uint64_t before, std::uint64_t now) const {
    const Holding* const holding = addresses_.find(host.value, host.hash);
    return holding != nullptr && std::ranges::any_of(holding->changes, [&](const Change& each) {
               return each.from == before && each.to == now && !each.survived;
           });
}

bool AddressHolders::are_two_machines(Host host, std::uint64_t one, std::uint64_t other) const {
    if (one == other) return false;
    const Holding* const holding = addresses_.find(host.value, host.hash);
    if (holding != nullptr && holding->one_machine) return false;
    const bool claimed = claim_of(host, one) != nullptr || claim_of(host, other) != nullptr;
    // Servers behind a load balancer that answer clients directly all send from its address.
    const auto is_turn = [](const Change& each) {
        return each.at != kNoTime && !each.by_reset && !each.returns;
    };
    if (holding != nullptr && !claimed && std::ranges::count_if(holding->changes, is_turn) > 1) return false;
    return is_machine(one, host, claimed) && is_machine(other, host, claimed);
}

// Without a claim in the capture a machine must not have more than one other address.
bool AddressHolders::is_machine(std::uint64_t mac, Host host, bool claimed) const {
    return !is_shared(mac, host.value) && senders_.is_machine(mac, claimed ? LinkSenders::kMost : 2);
}

bool AddressHolders::has_served(Host host, std::uint64_t mac) const {
    const Holding* const holding = addresses_.find(host.value, host.hash);
    return holding != nullptr && std::ranges::any_of(holding->changes, [mac](const Change& each) {
               return each.at != kNoTime && each.to == mac && !each.by_reset;
           });
}

bool AddressHolders::has_other_address(Host host, std::uint64_t one, std::uint64_t other) const {
    const std::uint32_t own = LinkSenders::short_of(folded(host.value));
    const auto of_one = senders_.senders(one);
    const auto of_other = senders_.senders(other);
    return !of_other.empty() && std::ranges::any_of(of_one, [&](std::uint32_t address) {
        return address != own && std::ranges::find(of_other, address) == of_other.end();
    });
}

const Claim* AddressHolders::claim_of(Host host, std::uint64_t mac) const {
    const Holding* const holding = addresses_.find(host.value, host.hash);
    if (holding == nullptr) return nullptr;
    const auto found = std::ranges::find(holding->claims, mac, &Claim::mac);
    return found == holding->claims.end() ? nullptr : &*found;
}

}  // namespace deadpeer
