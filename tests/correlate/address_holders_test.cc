// Which machines of a link had an address.
#include "correlate/address_holders.h"

#include "decode/link_source.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr std::uint64_t kOne = 0x0200'0000'000b;
constexpr std::uint64_t kOther = 0x0200'0000'000c;
constexpr std::size_t kBytes = std::size_t{1} << 20;

IpAddress v4(std::uint8_t last) {
    IpAddress address;
    address.bytes = {10, 0, 0, last};
    return address;
}

void send(LinkSenders& senders, std::uint64_t mac, const IpAddress& as, bool is_fresh = true,
          bool is_own = true) {
    senders.meet(mac, folded(as), is_fresh, [is_own] { return is_own; });
}

// Of an Ethernet frame with that after its two addresses.
std::uint64_t found_source(std::vector<std::uint8_t> packet, std::vector<std::uint8_t> type,
                           const IpAddress& sender) {
    std::vector<std::uint8_t> bytes{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0x0b};
    bytes.insert(bytes.end(), type.begin(), type.end());
    bytes.insert(bytes.end(), packet.begin(), packet.end());
    FrameView frame;
    frame.data = bytes.data();
    frame.captured_length = static_cast<std::uint32_t>(bytes.size());
    frame.link_type = 1;
    return decoding::link_source_of(frame, sender);
}

std::vector<std::uint8_t> ipv4_from(std::uint8_t last) {
    std::vector<std::uint8_t> packet(20);
    packet[0] = 0x45;
    packet[12] = 10;
    packet[15] = last;
    return packet;
}

}  // namespace

TEST_CASE("a machine has few addresses, a router carries many") {
    LinkSenders senders;
    CHECK(senders.is_machine(kOne, 1));  // was never seen
    CHECK(senders.senders(kOne).empty());
    send(senders, kOne, v4(1));
    send(senders, kOne, v4(1));
    CHECK(senders.is_machine(kOne, 1));
    CHECK(senders.senders(kOne).size() == 1);
    for (std::uint8_t last = 2; last <= LinkSenders::kMost; ++last) send(senders, kOne, v4(last));
    CHECK(senders.is_machine(kOne, LinkSenders::kMost));
    CHECK_FALSE(senders.is_machine(kOne, 2));
    send(senders, kOne, v4(1));
    CHECK(senders.is_machine(kOne, LinkSenders::kMost));
    send(senders, kOne, v4(LinkSenders::kMost + 1));
    CHECK_FALSE(senders.is_machine(kOne, LinkSenders::kMost));
}

TEST_CASE("who sends what a router counted down, or what is within a tunnel, is no machine") {
    LinkSenders senders;
    send(senders, kOne, v4(1), false);
    CHECK_FALSE(senders.is_machine(kOne, LinkSenders::kMost));
    send(senders, kOther, v4(2), true, false);
    CHECK_FALSE(senders.is_machine(kOther, LinkSenders::kMost));
}

TEST_CASE("of link-layer addresses that share a place nothing is told") {
    LinkSenders senders;
    send(senders, kOne, v4(1));
    for (std::uint64_t other = 0; other < 100'000; ++other) send(senders, 0x0300'0000'0000 + other, v4(2));
    CHECK_FALSE(senders.is_machine(kOne, LinkSenders::kMost));
}

TEST_CASE("addresses that several machines share by design are no machine's") {
    for (const std::uint64_t mac :
         {std::uint64_t{0x00005E000107}, std::uint64_t{0x00005E000207}, std::uint64_t{0x00000C07AC05},
          std::uint64_t{0x00000C9FF123}, std::uint64_t{0x000573A00123}, std::uint64_t{0x0007B4001234},
          std::uint64_t{0x02BF0A000002}, std::uint64_t{0x02010A000002}}) {
        INFO(mac);
        CHECK(is_shared(mac, v4(2)));
    }
    CHECK(is_shared(0xFFFF'FFFF'FFFF, v4(2)));
    CHECK(is_shared(0, v4(2)));
    CHECK_FALSE(is_shared(kOne, v4(2)));
    CHECK_FALSE(is_shared(0x00005E000307, v4(2)));
}

TEST_CASE("an address was its last holder's up to a second after that was heard") {
    AddressHolders holders(kBytes);
    const IpAddress host = v4(2);
    CHECK(holders.holder_at({host, 7}, 5 * kSecond, kOther) == kOther);
    holders.note_change({host, 7}, {kOne, kOther, 10 * kSecond, 60 * kSecond}, kNoTime);
    CHECK(holders.holder_at({host, 7}, 60 * kSecond, kOther) == kOther);
    CHECK(holders.holder_at({host, 7}, 11 * kSecond, kOther) == kOne);
    CHECK(holders.holder_at({host, 7}, 11 * kSecond + 1, kOther) == 0);
    CHECK(holders.has_left({host, 7}, kOne, kOther));
    CHECK(holders.are_two_machines({host, 7}, kOne, kOther));
    CHECK_FALSE(holders.are_two_machines({host, 7}, kOne, kOne));
}

TEST_CASE("a connection that goes on from another link-layer address is of one machine") {
    AddressHolders holders(kBytes);
    const IpAddress host = v4(2);
    holders.note_change({host, 7}, {kOne, kOther, 10 * kSecond, 60 * kSecond}, 10 * kSecond);
    CHECK_FALSE(holders.are_two_machines({host, 7}, kOne, kOther));
}

TEST_CASE("a frame's source is its sender's if the packet is, and not one within it") {
    CHECK(found_source(ipv4_from(2), {0x08, 0x00}, v4(2)) == kOne);
    CHECK(found_source(ipv4_from(2), {0x81, 0x00, 0, 5, 0x08, 0x00}, v4(2)) == kOne);
    CHECK(found_source(ipv4_from(2), {0x88, 0xA8, 0, 5, 0x81, 0x00, 0, 6, 0x08, 0x00}, v4(2)) == kOne);
    CHECK(found_source(ipv4_from(3), {0x08, 0x00}, v4(2)) == 0);
    CHECK(found_source(ipv4_from(2), {0x86, 0xDD}, v4(2)) == 0);
    CHECK(found_source({}, {0x08, 0x00}, v4(2)) == 0);
    CHECK(found_source({}, {0x81, 0x00}, v4(2)) == 0);
    CHECK(found_source({}, {}, v4(2)) == 0);
    IpAddress v6;
    v6.is_v6 = true;
    v6.bytes = {0x20, 0x01, 0x0d, 0xb8};
    std::vector<std::uint8_t> packet(40);
    std::copy(v6.bytes.begin(), v6.bytes.end(), packet.begin() + 8);
    CHECK(found_source(packet, {0x86, 0xDD}, v6) == kOne);
    packet.resize(23);
    CHECK(found_source(packet, {0x86, 0xDD}, v6) == 0);
}

}  // namespace deadpeer
