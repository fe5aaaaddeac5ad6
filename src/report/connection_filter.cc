#include "report/connection_filter.h"

#include <array>
#include <string>

#include "report/columns/address_text.h"
#include "report/text/time_text.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

void add_end(std::string& filter, const Endpoint& end) {
    say_address_filter(filter, end.address);
    say(filter, " && tcp.port == ", end.port);
}

void add_time(std::string& filter, std::string_view comparison, Nanoseconds time) {
    if (time == kNoTime) return;
    std::array<char, kTimeTextCapacity> text{};
    const char* last = write_epoch(text.data(), time);
    say(filter, " && frame.time_epoch ", comparison, " ",
        std::string_view(text.data(), static_cast<std::size_t>(last - text.data())));
}

// Virtual subnets of NVGRE, from 4096 on, are in GRE's key, before a byte that may be any.
void say_network(std::string& filter, std::uint32_t network) {
    constexpr std::uint32_t kFirstSubnet = 4096;
    say(filter, " && (vxlan.vni == ", network, " or geneve.vni == ", network,
        " or lisp-data.iid == ", network);
    if (network >= kFirstSubnet)
        say(filter, " or (gre.key >= ", network << 8, " and gre.key <= ", network << 8 | 0xffU, ")");
    filter += ')';
}

}  // namespace

void say_address_filter(std::string& filter, const IpAddress& address) {
    std::array<char, kAddressTextCapacity> text{};
    const char* last = write_address(text.data(), address);
    say(filter, address.is_v6 ? "ipv6.addr == " : "ip.addr == ",
        std::string_view(text.data(), static_cast<std::size_t>(last - text.data())));
}

void say_scope_filter(std::string& filter, Scope scope) {
    constexpr unsigned kVlanBits = 12;
    const std::uint32_t value = value_of(scope);
    switch (kind_of(scope)) {
        case ScopeKind::kVlan:
            if (value >> kVlanBits != 0) say(filter, " && vlan.id == ", value >> kVlanBits);
            return say(filter, " && vlan.id == ", value % (1U << kVlanBits));
        case ScopeKind::kVni:
            return say_network(filter, value);
        case ScopeKind::kService:
            return say(filter, " && ieee8021ah.isid == ", value);
        case ScopeKind::kGre:
            return say(filter, " && gre.key == ", value);
        case ScopeKind::kInterface:
            return say(filter, " && (frame.interface_id == ", value, " or sll.ifindex == ", value, ")");
        case ScopeKind::kTunnel:
        case ScopeKind::kSeveral:
        case ScopeKind::kNone:
            return;
    }
}

std::string connection_filter(std::uint64_t stream, const Endpoint& a, const Endpoint& b,
                              const SeenFrames& seen, bool stream_numbers) {
    std::string filter;
    if (stream_numbers) {
        say(filter, "tcp.stream eq ", stream);
        return filter;
    }
    add_end(filter, a);
    filter += " && ";
    add_end(filter, b);
    say_scope_filter(filter, a.address.scope);
    add_time(filter, ">=", seen.from);
    if (seen.last_frame == 0) {
        add_time(filter, "<=", seen.until);
    } else {
        say(filter, " && frame.number <= ", seen.last_frame);
    }
    return filter;
}

void write_connection_filter(Cells& cells, std::uint64_t stream, const Endpoint& a, const Endpoint& b,
                             const SeenFrames& seen) {
    if (cells.dialect().stream_numbers) return cells.word("tcp.stream eq ", stream);
    cells.word(connection_filter(stream, a, b, seen, false));
}

}  // namespace deadpeer
