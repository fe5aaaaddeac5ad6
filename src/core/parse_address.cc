#include "core/parse_address.h"

#include <arpa/inet.h>

namespace deadpeer {

std::optional<IpAddress> parse_address(const std::string& text) {
    // inet_pton would stop at a NUL and call the rest good.
    if (text.find('\0') != std::string::npos) return std::nullopt;
    IpAddress address;
    if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
    address.is_v6 = true;
    if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

}  // namespace deadpeer
