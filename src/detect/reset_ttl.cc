#include "detect/reset_ttl.h"

#include <algorithm>
#include <cstdlib>

#include "core/fresh_ttl.h"

namespace deadpeer {
namespace {

// What stacks begin with: Linux, BSD and macOS 64, Windows 128, others 255.
constexpr int initial_ttl(std::uint8_t ttl) {
    return ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

bool may_have_met(const SentData& sent, std::uint8_t ttl) {
    return sent.ttl_high == 0 || sent.may_have_met_ttl(ttl);
}

}  // namespace

TtlChange ttl_change(const SentData& sent, std::uint8_t reset) {
    constexpr int kMostHops = 6;
    if (may_have_met(sent, reset)) return TtlChange::kNone;
    const auto low = static_cast<std::uint8_t>(sent.ttl_low);
    const auto high = static_cast<std::uint8_t>(sent.ttl_high);
    // Who is on the link has no route that changes.
    if (is_fresh_ttl(high) || is_fresh_ttl(reset)) return TtlChange::kOther;
    const bool same_stack = initial_ttl(low) == initial_ttl(reset) && initial_ttl(high) == initial_ttl(reset);
    const int hops = std::abs(std::clamp<int>(reset, low, high) - reset);
    return same_stack && hops <= kMostHops ? TtlChange::kNear : TtlChange::kOther;
}

TtlChange ttl_change(const SentData& sent, std::uint8_t reset, std::uint8_t elsewhere) {
    const TtlChange change = ttl_change(sent, reset);
    if (change == TtlChange::kNone || elsewhere == reset) return TtlChange::kNone;
    return may_have_met(sent, elsewhere) ? TtlChange::kOther : change;
}

}  // namespace deadpeer
