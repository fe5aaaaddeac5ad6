// LinkWatch: hears of the network links of this network namespace.
//
// What:    an rtnetlink socket and what it told so far. Where the kernel had no room for all its news, it is
//          asked for everything again, and what changed in between is told as one change.
// Threads: one at a time.
// Errors:  open() says why. After that nothing fails; a watch that hears nothing tells nothing.
// Source:  rtnetlink(7), netlink(7).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "capture/live/link_message.h"
#include "deadpeer/result.h"

namespace deadpeer::capture {

struct Link {
    std::string name;
    bool usable = false;              // up, and with a carrier
    std::uint16_t hardware_type = 0;  // ARPHRD_

    bool operator==(const Link&) const = default;
};

// From no value: a new link, or one that came to this namespace; to no value: one that is gone from it.
struct LinkChange {
    int index = 0;
    std::optional<Link> before;
    std::optional<Link> after;
};

// The arithmetic of LinkWatch, without its socket.
class LinkBook {
public:
    // What `message` changes, in this order. A link is gone when that is told, or when a list of all links,
    // begun by begin_list(), ends without it.
    std::vector<LinkChange> apply(const LinkMessage& message);
    void begin_list() { listed_.emplace(); }

    [[nodiscard]] const std::map<int, Link>& links() const { return links_; }

private:
    std::vector<LinkChange> remove(int index);
    std::vector<LinkChange> end_list();

    std::map<int, Link> links_;
    std::optional<std::set<int>> listed_;  // while a list is told
};

class LinkWatch {
public:
    static Result<LinkWatch> open();
    ~LinkWatch();
    LinkWatch(LinkWatch&& other) noexcept;
    LinkWatch& operator=(LinkWatch&&) = delete;

    // Readable when there is news.
    [[nodiscard]] int descriptor() const { return descriptor_; }

    // All changes since the last call, in order; does not wait.
    std::vector<LinkChange> read();

    // As told so far, by index.
    [[nodiscard]] const std::map<int, Link>& links() const { return book_.links(); }

private:
    explicit LinkWatch(int descriptor) : descriptor_(descriptor) {}
    [[nodiscard]] bool ask();
    void hear(std::span<const std::uint8_t> bytes, std::vector<LinkChange>& changes);

    int descriptor_;
    LinkBook book_;
    bool answer_outstanding_ = false;
    bool must_ask_ = false;
};

}  // namespace deadpeer::capture
