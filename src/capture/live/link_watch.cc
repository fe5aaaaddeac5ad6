#include "capture/live/link_watch.h"

#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace deadpeer::capture {

std::vector<LinkChange> LinkBook::apply(const LinkMessage& message) {
    switch (message.kind) {
        case LinkMessage::Kind::kRemoved:
            return remove(message.index);
        case LinkMessage::Kind::kDone:
            return end_list();
        case LinkMessage::Kind::kRefused:
        case LinkMessage::Kind::kGarbled:
            listed_.reset();
            return {};
        case LinkMessage::Kind::kLink:
            break;
    }
    if (listed_) listed_->insert(message.index);
    const auto known = links_.find(message.index);
    LinkChange change{message.index, std::nullopt, Link{message.name, message.usable, message.hardware_type}};
    if (known != links_.end()) {
        change.before = known->second;
        if (message.name.empty()) change.after->name = known->second.name;
        if (change.before == change.after) return {};
    }
    links_[message.index] = *change.after;
    return {std::move(change)};
}

std::vector<LinkChange> LinkBook::remove(int index) {
    const auto known = links_.find(index);
    if (known == links_.end()) return {};
    LinkChange change{index, std::move(known->second), std::nullopt};
    links_.erase(known);
    return {std::move(change)};
}

std::vector<LinkChange> LinkBook::end_list() {
    std::vector<LinkChange> changes;
    if (!listed_) return changes;
    std::erase_if(links_, [&](const auto& link) {
        if (listed_->contains(link.first)) return false;
        changes.push_back({link.first, link.second, std::nullopt});
        return true;
    });
    listed_.reset();
    return changes;
}

Result<LinkWatch> LinkWatch::open() {
    LinkWatch watch(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl address = {};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK;
    if (watch.descriptor_ < 0 ||
        ::bind(watch.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        !watch.ask()) {
        return Error{
            fmt::format("cannot watch the network's links (rtnetlink): {}; try as root, outside of a "
                        "sandbox that forbids netlink sockets",
                        std::strerror(errno))};
    }
    // The kernel answers at once; the time is for a busy machine.
    constexpr int kAttempts = 50;
    constexpr int kWaitMs = 100;
    for (int i = 0; i < kAttempts && watch.answer_outstanding_; ++i) {
        pollfd news = {watch.descriptor_, POLLIN, 0};
        ::poll(&news, 1, kWaitMs);
        watch.read();
    }
    return watch;
}

LinkWatch::~LinkWatch() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

LinkWatch::LinkWatch(LinkWatch&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      book_(std::move(other.book_)),
      answer_outstanding_(other.answer_outstanding_),
      must_ask_(other.must_ask_) {}

bool LinkWatch::ask() {
    struct {
        nlmsghdr header;
        ifinfomsg info;
    } request = {};
    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = RTM_GETLINK;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.info.ifi_family = AF_UNSPEC;
    if (::write(descriptor_, &request, sizeof(request)) < 0) return false;
    answer_outstanding_ = true;
    must_ask_ = false;
    book_.begin_list();
    return true;
}

std::vector<LinkChange> LinkWatch::read() {
    std::vector<LinkChange> changes;
    std::array<std::uint8_t, 64 * 1024> buffer;
    for (;;) {
        sockaddr_nl sender = {};
        socklen_t length = sizeof(sender);
        const ssize_t got = ::recvfrom(descriptor_, buffer.data(), buffer.size(), 0,
                                       reinterpret_cast<sockaddr*>(&sender), &length);
        if (got >= 0) {
            const bool from_kernel = sender.nl_pid == 0;
            if (from_kernel) hear({buffer.data(), static_cast<std::size_t>(got)}, changes);
        } else if (errno == ENOBUFS) {
            must_ask_ = true;
        } else if (errno != EINTR) {
            const bool asked = must_ask_ && !answer_outstanding_ && ask();
            if (!asked) return changes;
        }
    }
}

void LinkWatch::hear(std::span<const std::uint8_t> bytes, std::vector<LinkChange>& changes) {
    for (const LinkMessage& message : parse_link_messages(bytes)) {
        using Kind = LinkMessage::Kind;
        if (message.kind == Kind::kGarbled) must_ask_ = true;
        if (message.kind == Kind::kDone || message.kind == Kind::kRefused) answer_outstanding_ = false;
        for (LinkChange& change : book_.apply(message)) changes.push_back(std::move(change));
    }
}

}  // namespace deadpeer::capture
