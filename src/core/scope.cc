#include "deadpeer/scope.h"

#include <array>
#include <string_view>

namespace deadpeer {
namespace {

constexpr std::array<std::string_view, 8> kNames = {"",    "vlan",      "vni",    "service",
                                                    "gre", "interface", "tunnel", "several"};

// Seven digits.
std::string hexadecimal(std::uint32_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = kScopeValueBits - 4; shift >= 0; shift -= 4) text += kDigits[value >> shift & 0xFU];
    return text;
}

std::string value_text(ScopeKind kind, std::uint32_t value) {
    constexpr unsigned kVlanBits = 12;
    constexpr std::uint32_t kInner = (std::uint32_t{1} << kVlanBits) - 1;
    if (kind == ScopeKind::kTunnel || kind == ScopeKind::kSeveral) return hexadecimal(value);
    if (kind == ScopeKind::kVlan && value > kInner)
        return std::to_string(value >> kVlanBits) + '.' + std::to_string(value & kInner);
    return std::to_string(value);
}

}  // namespace

std::string scope_text(Scope scope) {
    if (scope == 0) return {};
    const ScopeKind kind = kind_of(scope);
    return std::string(kNames[static_cast<std::size_t>(kind)]) + ':' + value_text(kind, value_of(scope));
}

}  // namespace deadpeer
