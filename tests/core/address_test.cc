#include "deadpeer/address.h"

#include <algorithm>
#include <vector>

#include "support/catch.h"
#include "support/flow_key.h"

namespace deadpeer {
namespace {

using Words = std::array<std::uint64_t, 2>;

Words words_of(const std::vector<std::uint8_t>& bytes) {
    Words words{};
    std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
}

IpAddress address_of(const std::vector<std::uint8_t>& bytes) {
    IpAddress address;
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    address.is_v6 = bytes.size() == 16;
    return address;
}

const std::vector<std::uint8_t> kFirst = {192, 0, 2, 1};
const std::vector<std::uint8_t> kSecond = {192, 0, 2, 200};
const std::vector<std::uint8_t> kDocumentation = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

}  // namespace

TEST_CASE("addresses print as people write them") {
    CHECK(to_string(address_of(kFirst)) == "192.0.2.1");
    CHECK(to_string(address_of(kDocumentation)) == "2001:db8::1");
    CHECK(to_string(address_of({0, 0, 0, 0})) == "0.0.0.0");
    CHECK(to_string(address_of(std::vector<std::uint8_t>(16, 0))) == "::");
}

TEST_CASE("addresses order by family, then by value in network order") {
    CHECK(address_of(kFirst) < address_of(kSecond));
    CHECK(address_of({9, 0, 0, 255}) < address_of({10, 0, 0, 0}));
    CHECK(address_of({255, 255, 255, 255}) < address_of(kDocumentation));
}

TEST_CASE("both directions of a connection have one key") {
    const auto [forward, to_server] = make_flow_key(words_of(kFirst), 40000, words_of(kSecond), 443, false);
    const auto [backward, to_client] = make_flow_key(words_of(kSecond), 443, words_of(kFirst), 40000, false);
    CHECK(forward == backward);
    CHECK(to_server == opposite(to_client));
    CHECK(forward.sender(to_server) == Endpoint{address_of(kFirst), 40000});
    CHECK(forward.receiver(to_server) == Endpoint{address_of(kSecond), 443});
    CHECK(forward.low() == Endpoint{address_of(kFirst), 40000});
}

TEST_CASE("ports decide between equal addresses") {
    const auto [key, direction] = make_flow_key(words_of(kFirst), 9, words_of(kFirst), 8, false);
    CHECK(key.low_port == 8);
    CHECK(direction == Direction::kFromHigh);
    CHECK_FALSE(key.is_self_connection());
}

TEST_CASE("a connection from an endpoint to itself is told") {
    const auto [key, direction] = make_flow_key(words_of(kFirst), 9, words_of(kFirst), 9, false);
    CHECK(key.is_self_connection());
    CHECK(key.sender(direction) == key.receiver(direction));
}

TEST_CASE("IPv6 keys differ from IPv4 keys of the same bytes") {
    const Words zero{};
    CHECK_FALSE(make_flow_key(zero, 1, zero, 2, false).first == make_flow_key(zero, 1, zero, 2, true).first);
    const auto [key, direction] = make_flow_key(words_of(kDocumentation), 1, zero, 2, true);
    CHECK(key.sender(direction).address == address_of(kDocumentation));
}

}  // namespace deadpeer
