#include "report/columns/address_text.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace deadpeer {

static_assert(kAddressTextCapacity >= INET6_ADDRSTRLEN);

char* write_address(char* out, const IpAddress& address) {
    if (address.is_v6) {
        ::inet_ntop(AF_INET6, address.bytes.data(), out, INET6_ADDRSTRLEN);
        return out + std::strlen(out);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        if (i != 0) *out++ = '.';
        out = std::to_chars(out, out + 3, address.bytes[i]).ptr;
    }
    return out;
}

}  // namespace deadpeer
