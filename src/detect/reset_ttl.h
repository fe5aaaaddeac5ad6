// Whether the TTL of a RST, or its hop limit, tells that another machine made it than the one in whose name
// it came.
//
// Threads: pure functions.
#pragma once

#include <cstdint>

#include "tcp/sent_data.h"

namespace deadpeer {

enum class TtlChange : std::uint8_t {
    kNone,  // the sender's other segments had it, or there are none
    kNear,  // by so few hops that the route may have changed
    kOther,
};

// `sent`: by the RST's sender, on the same connection.
[[nodiscard]] TtlChange ttl_change(const SentData& sent, std::uint8_t reset);

// The same, where the sender was heard since on another connection, with that TTL.
[[nodiscard]] TtlChange ttl_change(const SentData& sent, std::uint8_t reset, std::uint8_t elsewhere);

}  // namespace deadpeer
