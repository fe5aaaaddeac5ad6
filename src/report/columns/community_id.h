// Community ID of a TCP flow: the flow identifier that Zeek, Suricata, Arkime and others print.
//
// What:     version 1: "1:" and the base64 of SHA-1 over seed, lower endpoint's address, higher's, protocol,
//           padding, ports. Both directions give the same text. SHA-1 by OpenSSL's libcrypto.
// Cost:     one SHA-1 block, no allocation.
// Threads:  one thread at a time.
// Source:   https://github.com/corelight/community-id-spec
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "deadpeer/address.h"

namespace deadpeer {

class CommunityId {
public:
    explicit CommunityId(std::uint16_t seed) : seed_(seed) {}

    // Valid until the next call.
    std::string_view of(const FlowKey& key);

private:
    std::uint16_t seed_;
    std::array<char, 32> text_{'1', ':'};
};

}  // namespace deadpeer
