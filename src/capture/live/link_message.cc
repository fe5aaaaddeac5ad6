#include "capture/live/link_message.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace deadpeer::capture {
namespace {

using Bytes = std::span<const std::uint8_t>;

template <typename T>
std::optional<T> read_header(Bytes bytes) {
    T header;
    if (bytes.size() < sizeof(header)) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof(header));
    return header;
}

Bytes without_start(Bytes bytes, std::size_t length) {
    return bytes.subspan(std::min(length, bytes.size()));
}

// The name among a link's attributes.
std::string name_in(Bytes attributes) {
    while (const auto attribute = read_header<rtattr>(attributes)) {
        const std::size_t length = attribute->rta_len;
        if (length < sizeof(rtattr) || length > attributes.size()) break;
        if (attribute->rta_type == IFLA_IFNAME) {
            const Bytes text = attributes.subspan(sizeof(rtattr), length - sizeof(rtattr));
            return {text.begin(), std::find(text.begin(), text.end(), 0)};
        }
        attributes = without_start(attributes, RTA_ALIGN(length));
    }
    return {};
}

std::optional<LinkMessage> link_in(Bytes payload, LinkMessage::Kind kind) {
    const auto info = read_header<ifinfomsg>(payload);
    // Bridges tell of their ports in messages of their own kind: a port that leaves is not gone.
    if (!info || info->ifi_family != AF_UNSPEC) return std::nullopt;
    LinkMessage link;
    link.kind = kind;
    link.index = info->ifi_index;
    link.usable = (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_LOWER_UP) != 0;
    link.hardware_type = info->ifi_type;
    link.name = name_in(without_start(payload, NLMSG_ALIGN(sizeof(ifinfomsg))));
    return link;
}

std::optional<LinkMessage> message_in(const nlmsghdr& header, Bytes payload) {
    LinkMessage only_kind;
    switch (header.nlmsg_type) {
        case RTM_NEWLINK:
            return link_in(payload, LinkMessage::Kind::kLink);
        case RTM_DELLINK:
            return link_in(payload, LinkMessage::Kind::kRemoved);
        case NLMSG_DONE:
            only_kind.kind = LinkMessage::Kind::kDone;
            return only_kind;
        case NLMSG_ERROR:
            only_kind.kind = LinkMessage::Kind::kRefused;
            return only_kind;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::vector<LinkMessage> parse_link_messages(Bytes bytes) {
    std::vector<LinkMessage> messages;
    while (const auto header = read_header<nlmsghdr>(bytes)) {
        const std::size_t length = header->nlmsg_len;
        if (length < sizeof(nlmsghdr) || length > bytes.size()) break;
        const Bytes payload = bytes.subspan(sizeof(nlmsghdr), length - sizeof(nlmsghdr));
        if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0) {
            messages.emplace_back().kind = LinkMessage::Kind::kGarbled;
        }
        if (auto message = message_in(*header, payload)) messages.push_back(std::move(*message));
        bytes = without_start(bytes, NLMSG_ALIGN(length));
    }
    return messages;
}

}  // namespace deadpeer::capture
