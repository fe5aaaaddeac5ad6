// Other addresses: those of Crypto-PAn, with the prefixes they share, each its own, of every layer.
#include "report/anonymous/anonymiser.h"

#include <bit>
#include <set>
#include <tuple>
#include <vector>

#include "core/parse_address.h"
#include "deadpeer/scope.h"
#include "report/anonymous/anonymous_sink.h"
#include "support/catch.h"
#include "support/flow_key.h"

using namespace deadpeer;

namespace {

// Of the samples of the reference implementation.
constexpr Anonymiser::Key kReferenceKey = {21,  34, 23,  141, 51, 164, 207, 128, 19,  10,  91,
                                           22,  73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
                                           101, 39, 98,  87,  76, 45,  42,  132, 34,  2};

IpAddress address(const std::string& text) {
    const auto parsed = parse_address(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

std::string hidden(Anonymiser& anonymiser, const std::string& text) {
    return to_string(anonymiser.hidden(address(text)));
}

unsigned shared_bits(const IpAddress& a, const IpAddress& b) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < a.bytes.size(); ++i) {
        const auto differing = static_cast<std::uint8_t>(a.bytes[i] ^ b.bytes[i]);
        if (differing != 0) return bits + static_cast<unsigned>(std::countl_zero(differing));
        bits += 8;
    }
    return bits;
}

// Steps of a generator that needs no library: the same everywhere.
struct Numbers {
    std::uint64_t state = 1;
    std::uint64_t next() { return state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U; }
};

// With every length of a prefix in common.
std::vector<IpAddress> related_addresses(bool is_v6) {
    Numbers numbers;
    IpAddress first;
    first.is_v6 = is_v6;
    const unsigned bits = is_v6 ? 128 : 32;
    for (unsigned i = 0; i < bits / 8; ++i) first.bytes[i] = static_cast<std::uint8_t>(numbers.next() >> 40);
    std::vector<IpAddress> all = {first};
    for (unsigned bit = 0; bit < bits; ++bit) {
        IpAddress other = first;
        other.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
        for (unsigned i = bit / 8 + 1; i < bits / 8; ++i)
            other.bytes[i] = static_cast<std::uint8_t>(numbers.next() >> 40);
        all.push_back(other);
    }
    return all;
}

}  // namespace

TEST_CASE("anonymiser: IPv4 addresses are those of the reference implementation") {
    Anonymiser anonymiser(kReferenceKey);
    const std::pair<const char*, const char*> samples[] = {
        {"128.11.68.132", "135.242.180.132"},   {"129.118.74.4", "134.136.186.123"},
        {"130.132.252.244", "133.68.164.234"},  {"141.223.7.43", "141.167.8.160"},
        {"141.233.145.108", "141.129.237.235"}, {"152.163.225.39", "151.140.114.167"},
        {"156.29.3.236", "147.225.12.42"},      {"165.247.96.84", "162.9.99.234"},
        {"192.102.249.13", "252.138.62.131"},   {"204.184.162.189", "243.192.77.90"},
    };
    for (const auto& [original, other] : samples) CHECK(hidden(anonymiser, original) == other);
}

// As implementations for both families agree.
TEST_CASE("anonymiser: IPv6 addresses are those of others under the same key") {
    Anonymiser anonymiser(kReferenceKey);
    const std::pair<const char*, const char*> samples[] = {
        {"::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed"},
        {"::ffff", "78ff:f001:9fc0:20df:8380:b1f1:704:f838"},
        {"2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e"},
        {"2001:db8::2", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c"},
    };
    for (const auto& [original, other] : samples) CHECK(hidden(anonymiser, original) == other);
}

TEST_CASE("anonymiser: as other implementations with another key, of both families") {
    Anonymiser::Key key;
    const std::string text = "32-char-str-for-AES-key-and-pad.";
    std::copy(text.begin(), text.end(), key.begin());
    Anonymiser anonymiser(key);
    CHECK(hidden(anonymiser, "192.0.2.1") == "192.0.125.244");
    CHECK(hidden(anonymiser, "2001:db8::1") == "27fe:8bc7:fee:1e:1e1f:f0fe:f0e1:83fd");
}

TEST_CASE("anonymiser: prefixes in common stay in common, and no longer ones") {
    Anonymiser anonymiser(Anonymiser::key_of("a phrase for tests"));
    for (const bool is_v6 : {false, true}) {
        const std::vector<IpAddress> all = related_addresses(is_v6);
        for (const IpAddress& a : all) {
            for (const IpAddress& b : all)
                REQUIRE(shared_bits(anonymiser.hidden(a), anonymiser.hidden(b)) == shared_bits(a, b));
        }
    }
}

TEST_CASE("anonymiser: the same for one key, others for another") {
    Anonymiser one(Anonymiser::key_of("a phrase for tests"));
    Anonymiser again(Anonymiser::key_of("a phrase for tests"));
    Anonymiser other(Anonymiser::key_of("a phrase for tests."));
    const IpAddress host = address("10.1.2.3");
    CHECK(one.hidden(host) == again.hidden(host));
    CHECK(one.hidden(host) == one.hidden(host));
    CHECK(one.hidden(host) != other.hidden(host));
    CHECK(one.hidden_mac(0x0200'5e00'0001) == again.hidden_mac(0x0200'5e00'0001));
    CHECK(one.hidden_mac(0x0200'5e00'0001) != other.hidden_mac(0x0200'5e00'0001));
}

TEST_CASE("anonymiser: what is no host's address stays, and no host gets it") {
    Anonymiser anonymiser(kReferenceKey);
    for (const char* text : {"0.0.0.0", "255.255.255.255", "::"}) CHECK(hidden(anonymiser, text) == text);
    CHECK(anonymiser.hidden_mac(0) == 0);
    CHECK(anonymiser.hidden_mac(0xffff'ffff'ffff) == 0xffff'ffff'ffff);
    // Bit by bit: whose other address begins with zeros.
    for (const bool is_zero : {true, false}) {
        IpAddress found = address("0.0.0.1");
        for (unsigned bit = 0; bit < 32; ++bit) {
            const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
            const bool is_set = (anonymiser.hidden(found).bytes[bit / 8] & mask) != 0;
            if (is_set == is_zero) found.bytes[bit / 8] ^= mask;
        }
        // One of the two would become what no host has, and the other becomes its neighbour.
        const std::string one = hidden(anonymiser, to_string(found));
        found.bytes[3] ^= 1;
        const std::string other = hidden(anonymiser, to_string(found));
        const std::string neighbour = is_zero ? "0.0.0.1" : "255.255.255.254";
        CHECK(((one == neighbour) != (other == neighbour)));
        for (const std::string& text : {one, other}) {
            CHECK(text != "0.0.0.0");
            CHECK(text != "255.255.255.255");
        }
    }
}

TEST_CASE("anonymiser: of link-layer addresses the prefixes stay, and who is a group") {
    Anonymiser anonymiser(kReferenceKey);
    const std::uint64_t one = anonymiser.hidden_mac(0x0050'5612'3456);
    const std::uint64_t same_vendor = anonymiser.hidden_mac(0x0050'56ab'cdef);
    const std::uint64_t other_vendor = anonymiser.hidden_mac(0x0050'5712'3456);
    CHECK(one != 0x0050'5612'3456);
    CHECK(one >> 48 == 0);
    CHECK((one >> 24) == (same_vendor >> 24));
    CHECK((one >> 24) != (other_vendor >> 24));
    CHECK((one >> 25) == (other_vendor >> 25));
    for (const std::uint64_t mac :
         {0x0050'5612'3456U, 0x0200'5612'3456U, 0x0100'5e12'3456U, 0x3333'ff12'3456U})
        CHECK((anonymiser.hidden_mac(mac) >> 40 & 3U) == (mac >> 40 & 3U));
    std::set<std::uint64_t> all;
    for (std::uint64_t mac = 1; mac <= 5000; ++mac) all.insert(anonymiser.hidden_mac(mac));
    CHECK(all.size() == 5000);
}

TEST_CASE("anonymiser: numbers of networks stay, those made of addresses do not") {
    Anonymiser anonymiser(kReferenceKey);
    for (const ScopeKind kind :
         {ScopeKind::kVlan, ScopeKind::kVni, ScopeKind::kService, ScopeKind::kGre, ScopeKind::kInterface}) {
        const Scope scope = scope_of(kind, 4711);
        CHECK(anonymiser.hidden(scope) == scope);
    }
    CHECK(anonymiser.hidden(Scope{0}) == 0);
    for (const ScopeKind kind : {ScopeKind::kTunnel, ScopeKind::kSeveral}) {
        const Scope scope = scope_of(kind, 4711);
        CHECK(anonymiser.hidden(scope) != scope);
        CHECK(kind_of(anonymiser.hidden(scope)) == kind);
        CHECK(anonymiser.hidden(scope) == anonymiser.hidden(scope));
    }
}

TEST_CASE("anonymiser: of a flow the ends may change places, and directions with them") {
    Anonymiser anonymiser(kReferenceKey);
    Numbers numbers;
    int swapped = 0;
    for (int i = 0; i < 200; ++i) {
        const bool is_v6 = i % 2 != 0;
        const auto half = [&] { return is_v6 ? numbers.next() : numbers.next() >> 32; };
        const std::uint64_t low = half();
        const std::uint64_t high = half();
        Segment segment;
        std::tie(segment.key, segment.direction) =
            make_flow_key({low, is_v6 ? 7U : 0U}, 40'000, {high, is_v6 ? 9U : 0U}, 80, is_v6);
        const Scope scope = scope_of(ScopeKind::kVlan, 5);
        segment.key.set_scope(scope);
        const Segment before = segment;
        hide(segment, anonymiser);
        const Endpoint source = {anonymiser.hidden(before.source().address), before.source().port};
        const Endpoint destination = {anonymiser.hidden(before.destination().address),
                                      before.destination().port};
        REQUIRE(segment.source() == source);
        REQUIRE(segment.destination() == destination);
        REQUIRE(segment.key.scope() == scope);
        swapped += segment.direction != before.direction ? 1 : 0;
    }
    // Whether they do depends on the bit in which they differ first.
    CHECK(swapped > 0);
    CHECK(swapped < 200);
}
