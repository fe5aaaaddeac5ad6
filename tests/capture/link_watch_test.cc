// What rtnetlink's messages say, and what is known of links after them.
#include "capture/live/link_watch.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <cstring>
#include <random>

#include "support/catch.h"

namespace deadpeer::capture {
namespace {

using Kind = LinkMessage::Kind;

template <typename T>
std::string raw(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string padded(std::string bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
    return bytes;
}

std::string message(std::uint16_t type, const std::string& payload, std::uint16_t flags = 0) {
    nlmsghdr header = {};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + payload.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    return padded(raw(header) + payload);
}

std::string attribute(std::uint16_t type, const std::string& value) {
    rtattr header = {};
    header.rta_len = static_cast<std::uint16_t>(sizeof(header) + value.size());
    header.rta_type = type;
    return padded(raw(header) + value);
}

std::string link(int index, const std::string& name, unsigned flags = IFF_UP | IFF_LOWER_UP,
                 unsigned char family = AF_UNSPEC) {
    ifinfomsg info = {};
    info.ifi_family = family;
    info.ifi_type = ARPHRD_ETHER;
    info.ifi_index = index;
    info.ifi_flags = flags;
    return raw(info) + attribute(IFLA_MTU, "\xDC\x05\0\0") + attribute(IFLA_IFNAME, name + '\0');
}

std::vector<LinkMessage> parse(const std::string& bytes) {
    // In a block of its own, so that a sanitizer sees any byte too far.
    const std::vector<std::uint8_t> block(bytes.begin(), bytes.end());
    return parse_link_messages(block);
}

std::string text_of(const std::vector<LinkMessage>& messages) {
    std::string text;
    for (const LinkMessage& one : messages) {
        const char* kinds[] = {"link", "removed", "done", "refused", "garbled"};
        text += std::string(text.empty() ? "" : "; ") + kinds[static_cast<int>(one.kind)];
        if (one.index != 0)
            text += " " + std::to_string(one.index) + " " + one.name + (one.usable ? " usable" : "");
    }
    return text;
}

TEST_CASE("links are told with name and state") {
    CHECK(text_of(parse(message(RTM_NEWLINK, link(3, "eth0")))) == "link 3 eth0 usable");
    CHECK(text_of(parse(message(RTM_NEWLINK, link(3, "eth0", IFF_UP)))) == "link 3 eth0");
    CHECK(text_of(parse(message(RTM_NEWLINK, link(3, "eth0", IFF_LOWER_UP)))) == "link 3 eth0");
    CHECK(text_of(parse(message(RTM_DELLINK, link(3, "eth0", 0)))) == "removed 3 eth0");
    CHECK(text_of(parse(message(RTM_NEWLINK, link(3, "a")) + message(RTM_NEWLINK, link(4, "bcd")) +
                        message(NLMSG_DONE, "\0\0\0\0"))) == "link 3 a usable; link 4 bcd usable; done");
    CHECK(parse(message(RTM_NEWLINK, link(3, "eth0")))[0].hardware_type == ARPHRD_ETHER);
}

TEST_CASE("a port that leaves its bridge is not removed") {
    CHECK(text_of(parse(message(RTM_DELLINK, link(3, "eth0", IFF_UP, AF_BRIDGE)))).empty());
}

TEST_CASE("what is of another kind is left out") {
    CHECK(text_of(parse(message(RTM_NEWADDR, link(3, "eth0")) + message(RTM_NEWLINK, link(4, "b")))) ==
          "link 4 b usable");
    CHECK(text_of(parse(message(NLMSG_ERROR, std::string(4, '\xFF')))) == "refused");
    CHECK(text_of(parse(message(RTM_NEWLINK, link(3, "a"), NLM_F_DUMP_INTR))) == "garbled; link 3 a usable");
}

TEST_CASE("cut or damaged messages end the reading, never more") {
    const std::string whole = message(RTM_NEWLINK, link(3, "eth0")) + message(RTM_NEWLINK, link(4, "eth1"));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK(parse(whole.substr(0, length)).size() <= 1);
    }
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        std::string damaged = whole;
        for (int j = 0; j < 3; ++j) damaged[random() % damaged.size()] = static_cast<char>(random());
        CHECK(parse(damaged).size() <= whole.size() / sizeof(nlmsghdr));
    }
}

LinkMessage told(Kind kind, int index = 0, const std::string& name = "", bool usable = true) {
    LinkMessage message;
    message.kind = kind;
    message.index = index;
    message.name = name;
    message.usable = usable;
    return message;
}

std::string text_of(const std::optional<Link>& link) {
    return link ? link->name + (link->usable ? "+" : "-") : "none";
}

std::string text_of(const std::vector<LinkChange>& changes) {
    std::string text;
    for (const LinkChange& change : changes) {
        text += (text.empty() ? "" : "; ") + std::to_string(change.index) + ": " + text_of(change.before) +
                " > " + text_of(change.after);
    }
    return text;
}

TEST_CASE("only what is new is a change") {
    LinkBook book;
    CHECK(text_of(book.apply(told(Kind::kLink, 3, "a"))) == "3: none > a+");
    CHECK(text_of(book.apply(told(Kind::kLink, 3, "a"))).empty());
    CHECK(text_of(book.apply(told(Kind::kLink, 3, "a", false))) == "3: a+ > a-");
    CHECK(text_of(book.apply(told(Kind::kLink, 3, "b", false))) == "3: a- > b-");
    CHECK(text_of(book.apply(told(Kind::kLink, 3, "", true))) == "3: b- > b+");
    CHECK(text_of(book.apply(told(Kind::kRemoved, 3))) == "3: b+ > none");
    CHECK(text_of(book.apply(told(Kind::kRemoved, 3))).empty());
}

TEST_CASE("a link that a new list of all lacks is gone") {
    LinkBook book;
    for (int index = 1; index <= 3; ++index) book.apply(told(Kind::kLink, index, "x"));
    CHECK(text_of(book.apply(told(Kind::kDone))).empty());
    book.begin_list();
    CHECK(text_of(book.apply(told(Kind::kLink, 1, "x"))).empty());
    CHECK(text_of(book.apply(told(Kind::kLink, 4, "y"))) == "4: none > y+");
    CHECK(text_of(book.apply(told(Kind::kLink, 3, "z"))) == "3: x+ > z+");
    CHECK(text_of(book.apply(told(Kind::kDone))) == "2: x+ > none");
    CHECK(text_of(book.apply(told(Kind::kDone))).empty());
}

TEST_CASE("a list that is refused or not whole removes nothing") {
    for (const Kind kind : {Kind::kRefused, Kind::kGarbled}) {
        LinkBook book;
        book.apply(told(Kind::kLink, 1, "x"));
        book.begin_list();
        CHECK(text_of(book.apply(told(kind))).empty());
        CHECK(text_of(book.apply(told(Kind::kDone))).empty());
        CHECK(book.links().size() == 1);
    }
}

}  // namespace
}  // namespace deadpeer::capture
