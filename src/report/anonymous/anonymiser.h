// Anonymiser: addresses as others that tell nothing of them, but for what they have in common.
//
//     Anonymiser anonymiser(Anonymiser::key_of("a long phrase"));
//     IpAddress other = anonymiser.hidden(address);
//
// What:     Crypto-PAn: two addresses that share a prefix of n bits share one of n bits afterwards, and under
//           one key an address is always the same other one. IPv4 and IPv6 addresses, and Ethernet's, each by
//           themselves; of the latter the bits for group and local addresses stay. What is no host's address
//           stays: 0.0.0.0, ::, broadcasts; an address that would become one of these becomes another.
//           Numbers of VLANs and virtual networks stay, those that are made of addresses do not.
// Strength: who knows some pairs of addresses, or can guess by what hosts do, knows what prefixes they share
//           with others. That is the price of prefixes that are kept.
// Cost:     an AES block for each bit of an address; kMostKept are remembered.
// Threads:  one thread at a time.
// Source:   Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002; for IPv6 the same
//           with 128 bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "core/hash.h"
#include "deadpeer/address.h"

namespace deadpeer {

class Anonymiser {
public:
    // The first half is AES' key, of the second half the padding is made.
    using Key = std::array<std::uint8_t, 32>;
    static constexpr std::size_t kMostKept = 65'536;

    // Takes a tenth of a second, so that phrases are dear to try.
    static Key key_of(std::string_view phrase);

    explicit Anonymiser(const Key& key);
    ~Anonymiser();
    Anonymiser(const Anonymiser&) = delete;
    Anonymiser& operator=(const Anonymiser&) = delete;

    [[nodiscard]] IpAddress hidden(const IpAddress& address);
    // Of the lower 48 bits.
    [[nodiscard]] std::uint64_t hidden_mac(std::uint64_t mac);
    [[nodiscard]] Scope hidden(Scope scope) const;

    // Answers whether the ends have changed places, as the other addresses may have another order.
    [[nodiscard]] bool hide(FlowKey& key);

private:
    using Block = std::array<std::uint8_t, 16>;
    struct Cipher;

    [[nodiscard]] Block encrypted(const Block& block) const;
    void flip(std::uint8_t* bytes, unsigned bits, const Block& pad) const;
    [[nodiscard]] IpAddress computed(IpAddress address) const;
    [[nodiscard]] std::uint64_t computed_mac(std::uint64_t mac) const;

    std::unique_ptr<Cipher> cipher_;
    Block pad_{};
    Block pad_of_macs_{};
    Block pad_of_scopes_{};
    std::unordered_map<IpAddress, IpAddress, SeededHash> kept_{0, SeededHash(0)};
    std::unordered_map<std::uint64_t, std::uint64_t, SeededHash> kept_macs_{0, SeededHash(0)};
};

}  // namespace deadpeer
