#include "capture/link_binding.h"

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

bool LinkBinding::follow(int link_index) {
    if (link_index == 0) {
        const Name name = name_of(this->link_index());
        if (name.front() == '\0') return false;
        name_ = name;
        return true;
    }
    if (this->link_index() != kGone || name_of(link_index) != name_) return false;
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = link_index;
    address.sll_protocol = protocol_;
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return false;
    if (!promiscuous_) return true;
    // The membership went with the interface.
    packet_mreq request = {};
    request.mr_ifindex = link_index;
    request.mr_type = PACKET_MR_PROMISC;
    ::setsockopt(descriptor_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request));
    return true;
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
