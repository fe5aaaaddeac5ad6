// Scope: which network an address is in, where several have the same addresses.
//
// What:    a number of 31 bits that tells itself what it stands for. 0: networks are not told apart, or the
//          address is in none of those that are. Two scopes of kTunnel or kSeveral may share a number, once
//          in 2^28.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string>

namespace deadpeer {

enum class ScopeKind : std::uint8_t {
    kNone,
    kVlan,       // the tags of an Ethernet frame, at most two; value: outer << 12 | inner, or the only one
    kVni,        // virtual network of VXLAN, Geneve, LISP, or NVGRE's virtual subnet
    kService,    // service of a provider backbone (802.1ah)
    kGre,        // key of GRE
    kInterface,  // that captured it
    kTunnel,     // one known by nothing but its two ends, hashed
    kSeveral,    // more than one of these, hashed
};

using Scope = std::uint32_t;

inline constexpr Scope kLargestScope = (Scope{1} << 31) - 1;

inline constexpr unsigned kScopeValueBits = 28;
inline constexpr std::uint32_t kLargestScopeValue = (std::uint32_t{1} << kScopeValueBits) - 1;

constexpr Scope scope_of(ScopeKind kind, std::uint32_t value) {
    return static_cast<Scope>(kind) << kScopeValueBits | (value & kLargestScopeValue);
}
constexpr ScopeKind kind_of(Scope scope) {
    return static_cast<ScopeKind>(scope >> kScopeValueBits & 7U);
}
constexpr std::uint32_t value_of(Scope scope) {
    return scope & kLargestScopeValue;
}

// "vlan:10", "vlan:10.20", "vni:5000", "service:7", "gre:99", "interface:3", "tunnel:0a1b2c3",
// "several:0a1b2c3"; empty for 0.
std::string scope_text(Scope scope);

// What tells networks apart.
struct ScopeChoice {
    bool vlan = false;
    bool tunnel = false;
    bool interface = false;

    [[nodiscard]] bool any() const { return vlan || tunnel || interface; }
};

}  // namespace deadpeer
