// Networks: which network the headers read so far lead into, where that tells equal addresses apart.
//
// What:    virtual networks have the number by which both ends of a connection are in the same one. What each
//          end of a tunnel chooses for itself (a TEID, an L2TP session, an MPLS label) differs from direction
//          to direction: such a tunnel is known by its two ends, and that only where IPv4 is in it, as the
//          addresses of IPv6 occur once. A tunnel leads out of the VLAN that it is in; a mirror's (ERSPAN,
//          TZSP) out of all that it is in, back to where the frame was mirrored.
// Threads: plain values.
#pragma once

#include <cstdint>

#include "core/folded_address.h"
#include "deadpeer/scope.h"

namespace deadpeer::decoding {

class Networks {
public:
    Networks() = default;
    explicit Networks(ScopeChoice choice) : choice_(choice) {}

    void enter_interface(std::uint32_t number) {
        if (choice_.interface) interface_ = scope_of(ScopeKind::kInterface, number);
    }

    void enter_vlan(std::uint16_t id) {
        if (!choice_.vlan || id == 0) return;  // 0 is a priority without a VLAN
        constexpr unsigned kIdBits = 12;
        constexpr std::uint32_t kTwoTags = std::uint32_t{1} << 2 * kIdBits;
        const std::uint32_t stack = value_of(vlan_) << kIdBits | id;
        const bool fits = kind_of(vlan_) != ScopeKind::kSeveral && stack < kTwoTags;
        vlan_ = fits ? scope_of(ScopeKind::kVlan, stack) : mixed(ScopeKind::kSeveral, vlan_, id);
    }

    // A tunnel that says which network is in it.
    void enter(ScopeKind kind, std::uint32_t number) {
        add_tunnel(number <= kLargestScopeValue ? scope_of(kind, number)
                                                : mixed(ScopeKind::kTunnel, scope_of(kind, 0), number));
        is_named_ = true;
        virtual_network_ = kind == ScopeKind::kVni ? scope_of(kind, number) : 0;
    }

    // Back to where the frame was mirrored.
    void leave_all() {
        interface_ = vlan_ = tunnel_ = virtual_network_ = 0;
        is_named_ = true;
    }

    // The next IP header is in no tunnel, though it follows another.
    void stay() { is_named_ = true; }

    // An IP header follows one with these addresses.
    void enter_ip_in(AddressWords source, AddressWords destination, bool is_v4) {
        if (!is_named_ && is_v4) {
            const std::uint64_t ends = spread(source.first ^ spread(source.second)) +
                                       spread(destination.first ^ spread(destination.second));
            add_tunnel(mixed(ScopeKind::kTunnel, ends, 0));
        }
        is_named_ = false;
    }

    [[nodiscard]] bool are_told_apart() const { return choice_.any(); }

    // Whatever is told apart: the latest VNI.
    [[nodiscard]] Scope virtual_network() const { return virtual_network_; }

    [[nodiscard]] Scope scope() const {
        Scope scope = interface_;
        for (const Scope next : {vlan_, tunnel_}) scope = both(scope, next);
        return scope;
    }

private:
    static Scope mixed(ScopeKind kind, std::uint64_t a, std::uint64_t b) {
        return scope_of(kind, static_cast<std::uint32_t>(spread(spread(a) ^ b) >> (64 - kScopeValueBits)));
    }
    static Scope both(Scope outer, Scope inner) {
        if (outer == 0 || inner == 0) return outer | inner;
        return mixed(ScopeKind::kSeveral, outer, inner);
    }

    void add_tunnel(Scope tunnel) {
        vlan_ = 0;
        if (choice_.tunnel) tunnel_ = both(tunnel_, tunnel);
    }

    ScopeChoice choice_;
    bool is_named_ = false;  // what the next IP header is in
    Scope interface_ = 0;
    Scope vlan_ = 0;
    Scope tunnel_ = 0;
    Scope virtual_network_ = 0;
};

}  // namespace deadpeer::decoding
