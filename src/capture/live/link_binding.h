// LinkBinding: a capture's socket and the interface that it belongs to, under whatever index that comes back.
//
// Lifetime: the socket stays its owner's, and must be open.
// Threads:  one at a time.
// Errors:   none; what is not as it should be is not done.
#pragma once

#include <net/if.h>

#include <array>
#include <cstdint>
#include <string>

namespace deadpeer::capture {

enum class Followed : std::uint8_t {
    kDone,
    kNotYet,  // it may work later
    kNever    // nor will it: who was asked to is gone
};

class LinkBinding {
public:
    // REQUIRES: a packet socket. `name`: of its interface, unless the kernel has another for it.
    LinkBinding(int descriptor, const std::string& name, bool promiscuous);

    [[nodiscard]] int descriptor() const { return descriptor_; }
    // Of the interface that the socket is bound to; 0: all, -1: it is gone.
    [[nodiscard]] int link_index() const;

    // Index 0: the interface may have been renamed; its name is looked up. Else the socket is bound to the
    // interface of this index, if that has the name of its own, and its own is gone. Done, too, if it is
    // bound to that already. Never kNever.
    Followed follow(int link_index);

private:
    using Name = std::array<char, IFNAMSIZ>;

    [[nodiscard]] Name name_of(int link_index) const;

    int descriptor_;
    std::uint16_t protocol_;  // in network order
    bool promiscuous_;
    Name name_{};
};

}  // namespace deadpeer::capture
