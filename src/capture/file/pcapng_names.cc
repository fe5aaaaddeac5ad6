#include "capture/file/pcapng_names.h"

#include <algorithm>
#include <cstring>

#include "capture/live/load.h"

namespace deadpeer::capture {
namespace {

enum RecordType : std::uint16_t { kEnd = 0, kIpv4 = 1, kIpv6 = 2 };

// An address, then names, each with a NUL behind it.
void read_record(std::span<const std::uint8_t> record, bool is_v6, const NameListener& on_name) {
    const std::size_t address_bytes = is_v6 ? 16 : 4;
    if (record.size() <= address_bytes) return;
    IpAddress address;
    address.is_v6 = is_v6;
    std::memcpy(address.bytes.data(), record.data(), address_bytes);
    const std::string_view names(reinterpret_cast<const char*>(record.data()) + address_bytes,
                                 record.size() - address_bytes);
    const std::string_view name = names.substr(0, names.find('\0'));
    if (!name.empty()) on_name(address, name);
}

}  // namespace

template <bool kSwapped>
void read_names(std::span<const std::uint8_t> body, const NameListener& on_name) {
    while (body.size() >= 4) {
        const std::uint16_t type = load16<kSwapped>(body.data());
        const std::size_t length = load16<kSwapped>(body.data() + 2);
        if (type == kEnd || length > body.size() - 4) return;
        if (type == kIpv4 || type == kIpv6) read_record(body.subspan(4, length), type == kIpv6, on_name);
        body = body.subspan(std::min(body.size(), 4 + (length + 3) / 4 * 4));
    }
}

template void read_names<false>(std::span<const std::uint8_t>, const NameListener&);
template void read_names<true>(std::span<const std::uint8_t>, const NameListener&);

}  // namespace deadpeer::capture
