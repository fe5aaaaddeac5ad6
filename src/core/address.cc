#include "deadpeer/address.h"

#include <arpa/inet.h>

namespace deadpeer {

std::string to_string(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
    return text.data();
}

}  // namespace deadpeer
