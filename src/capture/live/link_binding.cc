#include "capture/live/link_binding.h"

#include <linux/if_packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace deadpeer::capture {
namespace {

constexpr int kGone = -1;

sockaddr_ll address_of(int descriptor) {
    sockaddr_ll address = {};
    address.sll_ifindex = kGone;
    socklen_t length = sizeof(address);
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
    return address;
}

}  // namespace

LinkBinding::LinkBinding(int descriptor, const std::string& name, bool promiscuous)
    : descriptor_(descriptor), protocol_(address_of(descriptor).sll_protocol), promiscuous_(promiscuous) {
    std::copy_n(name.begin(), std::min(name.size(), name_.size() - 1), name_.begin());
    follow(0);
}

int LinkBinding::link_index() const {
    return address_of(descriptor_).sll_ifindex;
}

Followed LinkBinding::follow(int link_index) {
    const int before = this->link_index();
    if (link_index == 0) {
        const Name name = name_of(before);
        if (name.front() == '\0') return Followed::kNotYet;
        name_ = name;
        return Followed::kDone;
    }
    if (name_of(link_index) != name_) return Followed::kNotYet;
    if (before == link_index) return Followed::kDone;
    if (before != kGone) return Followed::kNotYet;
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = link_index;
    address.sll_protocol = protocol_;
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return Followed::kNotYet;
    if (!promiscuous_) return Followed::kDone;
    // The membership went with the interface.
    packet_mreq request = {};
    request.mr_ifindex = link_index;
    request.mr_type = PACKET_MR_PROMISC;
    ::setsockopt(descriptor_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request));
    return Followed::kDone;
}

// Empty: there is none.
LinkBinding::Name LinkBinding::name_of(int link_index) const {
    Name name{};
    ifreq request = {};
    request.ifr_ifindex = link_index;
    if (link_index <= 0 || ::ioctl(descriptor_, SIOCGIFNAME, &request) != 0) return name;
    std::copy_n(request.ifr_name, ::strnlen(request.ifr_name, name.size() - 1), name.begin());
    return name;
}

}  // namespace deadpeer::capture
