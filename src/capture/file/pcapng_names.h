// Names of hosts out of the Name Resolution Blocks of pcapng.
//
// What:    the first name of each record that is of an IPv4 or IPv6 address; records of other kinds, and what
//          comes after a record that overruns the block, are passed over.
// Source:  draft-ietf-opsawg-pcapng, section 4.5.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "deadpeer/address.h"

namespace deadpeer::capture {

// `name`: untrusted text, never empty; valid during the call.
using NameListener = std::function<void(const IpAddress& address, std::string_view name)>;

// `body`: of the block.
template <bool kSwapped>
void read_names(std::span<const std::uint8_t> body, const NameListener& on_name);

}  // namespace deadpeer::capture
