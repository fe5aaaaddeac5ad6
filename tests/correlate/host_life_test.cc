// Signs of life of hosts by frames that are not TCP segments.
#include "correlate/host_life.h"

#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr std::uint64_t kMac = 0x0200'0000'0001;
constexpr std::uint64_t kOtherMac = 0x0200'0000'0002;
constexpr std::size_t kBytes = std::size_t{1} << 20;

IpAddress v4(std::uint8_t last) {
    IpAddress address;
    address.bytes = {10, 0, 0, last};
    return address;
}

IpAddress v6(std::uint8_t last) {
    IpAddress address;
    address.bytes = {0x20, 0x01, 0x0d, 0xb8};
    address.bytes[15] = last;
    address.is_v6 = true;
    return address;
}

Heard frame(Nanoseconds time, const IpAddress& host, std::uint64_t mac = 0, bool claims = false) {
    Heard heard;
    heard.time = time;
    heard.host = host;
    heard.mac = mac;
    heard.claims_host = claims;
    return heard;
}

// Within 100 s and 200 s, of a host of which there were these frames.
Nanoseconds silence(const std::vector<Heard>& frames) {
    HostLife life(kBytes, 1);
    life.expect(v4(1), 0);
    for (const Heard& heard : frames) life.hear(heard);
    return life.silence(v4(1), 100 * kSecond, 200 * kSecond).length();
}

TEST_CASE("a host that was never heard was silent all the time") {
    CHECK(silence({}) == 100 * kSecond);
    CHECK(silence({frame(150 * kSecond, v4(2))}) == 100 * kSecond);
}

TEST_CASE("any frame of its address breaks the silence") {
    CHECK(silence({frame(50 * kSecond, v4(1))}) == 100 * kSecond);
    CHECK(silence({frame(190 * kSecond, v4(1))}) == 90 * kSecond);
    CHECK(silence({frame(140 * kSecond, v4(1))}) == 60 * kSecond);
    CHECK(silence({frame(133 * kSecond, v4(1)), frame(166 * kSecond, v4(1))}) == 0);  // none stands out
    CHECK(silence({frame(101 * kSecond, v4(1)), frame(199 * kSecond, v4(1))}) == 98 * kSecond);
}

TEST_CASE("a host that renews its lease was up for a minute before") {
    const auto silence_with_renewal = [](std::vector<Nanoseconds> heard) {
        HostLife life(kBytes, 1);
        life.expect(v4(1), kMac);
        for (const Nanoseconds time : heard) life.hear(frame(time, v4(1), kMac));
        life.note_renewal(v4(1), kMac, heard.back());
        return life.silence(v4(1), 100 * kSecond, 200 * kSecond).length();
    };
    CHECK(silence_with_renewal({100 * kSecond, 150 * kSecond}) == 50 * kSecond);  // after it
    CHECK(silence_with_renewal({150 * kSecond}) == 50 * kSecond);
    CHECK(silence_with_renewal({100 * kSecond, 199 * kSecond}) == 39 * kSecond);  // before that minute
    CHECK(silence_with_renewal({199 * kSecond}) == 39 * kSecond);
    CHECK(silence_with_renewal({100 * kSecond, 159 * kSecond, 198 * kSecond}) == 59 * kSecond);
}

TEST_CASE("whether another machine sends as the host is known once it had a connection") {
    HostLife life(kBytes, 1);
    CHECK_FALSE(life.sends_from_another(v4(1), kMac));
}

TEST_CASE("frames count from when the host is expected: it has a connection from then on") {
    HostLife life(kBytes, 1);
    life.hear(frame(120 * kSecond, v4(1), kMac));
    const std::size_t at_first = life.memory();
    life.hear(frame(121 * kSecond, v4(1), kMac));
    CHECK(life.memory() == at_first);
    life.expect(v4(1), kMac);
    life.hear(frame(190 * kSecond, v4(1), kMac));
    CHECK(life.silence(v4(1), 100 * kSecond, 200 * kSecond).length() == 90 * kSecond);
}

TEST_CASE("less than five seconds are no silence") {
    std::vector<Heard> frames;
    for (int i = 100; i <= 200; i += 4) frames.push_back(frame(i * kSecond, v4(1)));
    CHECK(silence(frames) == 0);
    frames.erase(frames.begin() + 10);
    CHECK(silence(frames) == 8 * kSecond);
}

TEST_CASE("a silence between two frames that is as long as the host's others is its interval, no absence") {
    const auto length = [](Nanoseconds from, Nanoseconds to) {
        HostLife life(kBytes, 1);
        life.expect(v4(1), 0);
        for (const Nanoseconds at : {93, 100, 107, 114}) life.hear(frame(at * kSecond, v4(1)));
        return life.silence(v4(1), from * kSecond, to * kSecond).length() / kSecond;
    };
    CHECK(length(105, 116) == 0);
    CHECK(length(108, 113) == 5);  // it may have been away in between
    CHECK(length(113, 140) == 26);
}

TEST_CASE("a silence before the IP id that was last is known with it") {
    HostLife life(kBytes, 1);
    life.expect(v4(1), 0);
    Heard heard = frame(120 * kSecond, v4(1));
    heard.ip_id = 77;
    life.hear(heard);
    CHECK(life.silence(v4(1), 100 * kSecond, 200 * kSecond).ip_id_before == 77);
    heard.time = 190 * kSecond;
    heard.ip_id = 3;
    life.hear(heard);
    CHECK(life.silence(v4(1), 100 * kSecond, 200 * kSecond).ip_id_before == 77);
}

TEST_CASE("IP ids that went on over a silence are known once a frame after it has one") {
    const auto ran_on = [](std::uint16_t after) {
        HostLife life(kBytes, 1);
        life.expect(v4(1), 0);
        Heard heard = frame(120 * kSecond, v4(1));
        heard.ip_id = 77;
        life.hear(heard);
        heard.time = 190 * kSecond;
        heard.ip_id = 0;
        life.hear(heard);
        CHECK_FALSE(life.ip_id_ran_on(v4(1), 100 * kSecond, 200 * kSecond));
        heard.time = 191 * kSecond;
        heard.ip_id = after;
        life.hear(heard);
        CHECK_FALSE(life.ip_id_ran_on(v4(1), 100 * kSecond, 120 * kSecond));
        CHECK_FALSE(life.ip_id_ran_on(v4(1), 190 * kSecond, 200 * kSecond));
        heard.ip_id = 30'000;  // what came next is of no matter
        life.hear(heard);
        return life.ip_id_ran_on(v4(1), 100 * kSecond, 130 * kSecond);
    };
    CHECK(ran_on(78));
    CHECK_FALSE(ran_on(76));
    CHECK_FALSE(ran_on(5));
}

TEST_CASE("frames of the link-layer address that claims the host's count, whatever they carry") {
    const Heard claim = frame(10 * kSecond, v4(1), kMac, true);
    const Heard other_protocol = frame(160 * kSecond, {}, kMac);
    CHECK(silence({claim}) == 100 * kSecond);
    CHECK(silence({claim, other_protocol}) == 60 * kSecond);
    CHECK(silence({claim, frame(160 * kSecond, v6(9), kMac)}) == 60 * kSecond);
    CHECK(silence({claim, frame(160 * kSecond, {}, kOtherMac)}) == 100 * kSecond);
    // A router sends the frames of others: that does not make them its own.
    CHECK(silence({frame(10 * kSecond, v4(1), kMac), other_protocol}) == 100 * kSecond);
}

TEST_CASE("the addresses that one machine claims are one host") {
    HostLife life(kBytes, 1);
    life.hear(frame(1, v4(1), kMac, true));
    life.hear(frame(2, v6(1), kMac, true));
    life.hear(frame(3, v4(2), kOtherMac, true));
    CHECK(life.machine_of(v6(1)) == v4(1));
    CHECK(life.machine_of(v4(1)) == v4(1));
    CHECK(life.machine_of(v4(2)) == v4(2));
    CHECK(life.machine_of(v4(3)) == v4(3));
    CHECK(life.addresses_of(v6(1)) == std::vector{v4(1), v6(1)});
    CHECK(life.addresses_of(v4(3)) == std::vector{v4(3)});
}

TEST_CASE(
    "an address whose segments come from a machine that ARP names, and from no router, is the machine's") {
    HostLife life(kBytes, 1);
    life.note_on_link(v6(1), kMac);
    CHECK(life.machine_of(v6(1)) == v6(1));  // nobody has named the machine yet
    life.hear(frame(1, v4(1), kMac, true));
    life.hear(frame(2, v4(2), kOtherMac, true));
    life.note_on_link(v6(1), kMac);
    CHECK(life.machine_of(v6(1)) == v4(1));
    CHECK(life.addresses_of(v4(1)) == std::vector{v4(1), v6(1)});
    life.note_on_link(v4(2), kMac);  // ARP says otherwise
    CHECK(life.machine_of(v4(2)) == v4(2));
    life.hear(frame(3, v6(1), kOtherMac, true));
    CHECK(life.machine_of(v6(1)) == v4(2));
    for (std::uint8_t i = 0; i < 20; ++i) life.note_on_link(v6(100 + i), kMac);
    CHECK(life.addresses_of(v4(1)).size() == 8);
}

TEST_CASE("what claims more addresses than a machine has answers for others") {
    HostLife life(kBytes, 1);
    for (std::uint8_t i = 1; i <= 3; ++i) life.hear(frame(i, v4(i), kMac, true));
    CHECK(life.addresses_of(v4(2)).size() == 3);
    life.hear(frame(4, v4(4), kMac, true));
    CHECK(life.addresses_of(v4(2)) == std::vector{v4(2)});
    CHECK(life.machine_of(v4(2)) == v4(2));
}

TEST_CASE("an address moves when another machine claims it") {
    HostLife life(kBytes, 1);
    life.hear(frame(10, v4(1), kMac, true));
    life.hear(frame(20, v4(1), kMac, true));
    CHECK_FALSE(life.address_moved(v4(1), 0, 100));
    life.hear(frame(25, v4(1), kOtherMac));
    CHECK_FALSE(life.address_moved(v4(1), 0, 100));
    life.hear(frame(30, v4(1), kOtherMac, true));
    CHECK(life.address_moved(v4(1), 30, 30));
    CHECK_FALSE(life.address_moved(v4(1), 31, 100));
    CHECK_FALSE(life.address_moved(v4(1), 0, 29));
    CHECK(life.machine_of(v4(1)) == v4(1));
    CHECK(life.addresses_of(v4(1)) == std::vector{v4(1)});
}

TEST_CASE("of many hosts the latest are known, of others nothing is said, and memory is bounded") {
    constexpr std::size_t kBound = std::size_t{1} << 18;
    HostLife life(kBound, 1);
    std::size_t most = 0;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        IpAddress host = v6(0);
        host.bytes[12] = static_cast<std::uint8_t>(i >> 16U);
        host.bytes[13] = static_cast<std::uint8_t>(i >> 8U);
        host.bytes[14] = static_cast<std::uint8_t>(i);
        life.hear(frame(i * kSecond, host, i + 1, true));
        most = std::max(most, life.memory());
    }
    CHECK(most <= 3 * kBound + kBound / 2);
    CHECK(life.silence(v4(1), 100 * kSecond, 200 * kSecond).length() == 0);
    CHECK(life.silence(v4(1), 100'000 * kSecond, 100'100 * kSecond).length() == 100 * kSecond);
}

TEST_CASE("of a host that is silent again and again only the latest silences are known") {
    HostLife life(kBytes, 1);
    life.expect(v4(1), 0);
    for (int i = 0; i < 10; ++i) life.hear(frame(i * 100 * kSecond, v4(1)));
    CHECK(life.silence(v4(1), 0, 90 * kSecond).length() == 0);
    CHECK(life.silence(v4(1), 810 * kSecond, 890 * kSecond).length() == 80 * kSecond);
}

}  // namespace
}  // namespace deadpeer
