// IP addresses and the key of a flow.
//
// What:    IpAddress is 16 bytes in network order, the family and the network (deadpeer/scope.h); an IPv4
//          address fills the first four bytes. Equal addresses in two networks are different. FlowKey is
//          the unordered pair of endpoints (RFC 9293 "socket pair"), stored with the lower endpoint first,
//          so that both directions of a connection have one key.
// Threads: plain values.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "deadpeer/scope.h"

namespace deadpeer {

namespace detail {
constexpr std::uint64_t network_order_value(std::uint64_t word) {
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}
}  // namespace detail

struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v6 : 1 = false;
    Scope scope : 31 = 0;

    // Compared as words: the compiler would call memcmp. Ordered by family, then by bytes in network order.
    friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
        if (a.is_v6 != b.is_v6) return a.is_v6 <=> b.is_v6;
        if (const auto order = a.word(0) <=> b.word(0); order != 0) return order;
        if (const auto order = a.word(1) <=> b.word(1); order != 0) return order;
        return Scope{a.scope} <=> Scope{b.scope};
    }
    friend bool operator==(const IpAddress& a, const IpAddress& b) {
        return a.word(0) == b.word(0) && a.word(1) == b.word(1) && a.last_word() == b.last_word();
    }

    void set_scope(Scope value) { scope = value & kLargestScope; }

    [[nodiscard]] bool is_zero() const { return (word(0) | word(1)) == 0; }

    // As a FlowKey has it: the bytes in network order, of which the second half depends on the scope as well.
    [[nodiscard]] std::array<std::uint64_t, 2> words() const {
        std::array<std::uint64_t, 2> words;
        std::memcpy(words.data(), bytes.data(), sizeof words);
        words[1] ^= scope_mask(scope);
        return words;
    }
    static IpAddress of_words(std::array<std::uint64_t, 2> words, bool is_v6, Scope scope) {
        IpAddress address;
        words[1] ^= scope_mask(scope);
        std::memcpy(address.bytes.data(), words.data(), sizeof words);
        address.is_v6 = is_v6;
        address.set_scope(scope);
        return address;
    }
    static constexpr std::uint64_t scope_mask(Scope scope) { return std::uint64_t{scope} << 32; }

private:
    [[nodiscard]] std::uint64_t word(std::size_t i) const {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + i * sizeof word, sizeof word);
        return detail::network_order_value(word);
    }
    // The family and the scope: one after the other, compilers compare each.
    [[nodiscard]] std::uint32_t last_word() const {
        std::uint32_t word;
        std::memcpy(&word, reinterpret_cast<const std::uint8_t*>(this) + sizeof bytes, sizeof word);
        return word;
    }
};

// "192.0.2.1", or RFC 5952 text for IPv6; without the scope.
std::string to_string(const IpAddress& address);

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    friend std::strong_ordering operator<=>(const Endpoint&, const Endpoint&) = default;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Which endpoint of the FlowKey sent a segment. State is stored by direction and never swapped.
enum class Direction : std::uint8_t { kFromLow = 0, kFromHigh = 1 };

constexpr Direction opposite(Direction d) {
    return d == Direction::kFromLow ? Direction::kFromHigh : Direction::kFromLow;
}
constexpr std::size_t index(Direction d) {
    return static_cast<std::size_t>(d);
}

struct FlowKey {
    // IpAddress::words(): what compares or hashes them tells networks apart without another look.
    std::array<std::uint64_t, 2> low_address{};
    std::array<std::uint64_t, 2> high_address{};
    std::uint16_t low_port = 0;
    std::uint16_t high_port = 0;
    std::uint32_t family_and_scope = 0;  // 1 for IPv6, and the scope times 2

    // Word by word: the compiler would call memcmp.
    friend bool operator==(const FlowKey& a, const FlowKey& b) {
        return ((a.low_address[0] ^ b.low_address[0]) | (a.low_address[1] ^ b.low_address[1]) |
                (a.high_address[0] ^ b.high_address[0]) | (a.high_address[1] ^ b.high_address[1])) == 0 &&
               a.low_port == b.low_port && a.high_port == b.high_port &&
               a.family_and_scope == b.family_and_scope;
    }

    [[nodiscard]] bool is_v6() const { return (family_and_scope & 1U) != 0; }
    [[nodiscard]] Scope scope() const { return family_and_scope >> 1; }

    // A connection from an endpoint to itself: both directions are one.
    [[nodiscard]] bool is_self_connection() const {
        return low_address == high_address && low_port == high_port;
    }
    [[nodiscard]] Endpoint low() const {
        return {IpAddress::of_words(low_address, is_v6(), scope()), low_port};
    }
    [[nodiscard]] Endpoint high() const {
        return {IpAddress::of_words(high_address, is_v6(), scope()), high_port};
    }
    [[nodiscard]] Endpoint sender(Direction d) const { return d == Direction::kFromLow ? low() : high(); }
    [[nodiscard]] Endpoint receiver(Direction d) const { return sender(opposite(d)); }

    // REQUIRES: the key has none yet.
    void set_scope(Scope scope) {
        low_address[1] ^= IpAddress::scope_mask(scope);
        high_address[1] ^= IpAddress::scope_mask(scope);
        family_and_scope |= scope << 1;
    }
};
static_assert(sizeof(FlowKey) == 40);

constexpr std::uint32_t family_and_scope(bool is_v6, Scope scope) {
    return scope << 1 | (is_v6 ? 1U : 0U);
}

// An address as its bytes in network order, in two registers.
struct AddressWords {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

// Writes the key of the flow that a packet from source to destination belongs to, without a scope, and
// answers the packet's direction in it. Which end is lower is a coin toss from packet to packet, so this is
// written without branches: the words are exchanged by exclusive or where the mask is all ones.
// REQUIRES: both addresses of one family, IPv4 zero-padded.
inline Direction write_flow_key(AddressWords source, std::uint16_t source_port, AddressWords destination,
                                std::uint16_t destination_port, bool is_v6, FlowKey& key) {
    using detail::network_order_value;
    const std::uint64_t source_1 = network_order_value(source.first);
    const std::uint64_t source_2 = network_order_value(source.second);
    const std::uint64_t destination_1 = network_order_value(destination.first);
    const std::uint64_t destination_2 = network_order_value(destination.second);
    const unsigned port_greater = source_port > destination_port;
    const unsigned second_greater = static_cast<unsigned>(source_2 > destination_2) |
                                    (static_cast<unsigned>(source_2 == destination_2) & port_greater);
    const unsigned source_is_high = static_cast<unsigned>(source_1 > destination_1) |
                                    (static_cast<unsigned>(source_1 == destination_1) & second_greater);

    const std::uint64_t mask = 0 - static_cast<std::uint64_t>(source_is_high);
    const std::uint64_t swap_1 = (source.first ^ destination.first) & mask;
    const std::uint64_t swap_2 = (source.second ^ destination.second) & mask;
    const std::uint64_t swap_port = static_cast<std::uint64_t>(source_port ^ destination_port) & mask;
    key.low_address = {source.first ^ swap_1, source.second ^ swap_2};
    key.high_address = {destination.first ^ swap_1, destination.second ^ swap_2};
    key.low_port = static_cast<std::uint16_t>(source_port ^ swap_port);
    key.high_port = static_cast<std::uint16_t>(destination_port ^ swap_port);
    key.family_and_scope = family_and_scope(is_v6, 0);
    return static_cast<Direction>(source_is_high);
}

}  // namespace deadpeer
