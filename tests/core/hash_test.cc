#include "core/hash.h"

#include <cstring>
#include <vector>

#include "support/catch.h"
#include "support/flow_key.h"

namespace deadpeer {
namespace {

// An address scan or a range of ports: keys on an arithmetic progression.
FlowKey scan_key(std::uint32_t i, bool by_port) {
    std::array<std::uint64_t, 2> source{};
    std::array<std::uint64_t, 2> destination{};
    const std::uint32_t scanner = by_port ? 0x0b00'0000U + i / 60'000 : 0x0b00'0000U + i;
    const std::uint32_t network_order = __builtin_bswap32(scanner);
    std::memcpy(source.data(), &network_order, sizeof network_order);
    destination[0] = 0x0200'000aU;
    const auto port = static_cast<std::uint16_t>(by_port ? 1024 + i % 60'000 : 40'000);
    return make_flow_key(source, port, destination, 80, false).first;
}

// Slots looked at beyond the first, per key, in a table of linear probing.
double probes_per_insert(const SeededHash& hash, bool by_port) {
    constexpr std::size_t kSlots = std::size_t{1} << 14;
    constexpr std::uint32_t kKeys = 9'000;
    std::vector<bool> taken(kSlots);
    std::size_t probes = 0;
    for (std::uint32_t i = 0; i < kKeys; ++i) {
        std::size_t slot = hash(scan_key(i, by_port)) % kSlots;
        for (; taken[slot]; slot = (slot + 1) % kSlots) ++probes;
        taken[slot] = true;
    }
    return static_cast<double>(probes) / kKeys;
}

TEST_CASE("neighbouring keys spread under every seed") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const SeededHash hash(seed);
        CAPTURE(seed);
        CHECK(probes_per_insert(hash, false) < 1.5);
        CHECK(probes_per_insert(hash, true) < 1.5);
    }
}

TEST_CASE("a seed makes the hash, and another seed another") {
    const FlowKey key = scan_key(7, false);
    CHECK(SeededHash(5)(key) == SeededHash(5)(key));
    CHECK(SeededHash(5)(key) != SeededHash(6)(key));
    CHECK(SeededHash(0)(key) != SeededHash(0)(key));
}

}  // namespace
}  // namespace deadpeer
