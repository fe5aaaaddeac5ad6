// SeededHash: the hash of flow keys, and of addresses and numbers that strangers choose.
//
// What:   NH (the universal hash of UMAC, RFC 4418 section 5.2, on 64-bit words) under a random key, so
//         that nobody who does not know the key can choose colliding flows. Not a cryptographic hash.
// Cost:   three 64 x 64 bit multiplications, or fewer.
#pragma once

#include <array>
#include <cstdint>

#include "deadpeer/address.h"

namespace deadpeer {

class SeededHash {
public:
    // Equal seeds give equal hashes. Seed 0 draws a random key from the system.
    explicit SeededHash(std::uint64_t seed);

    [[nodiscard]] std::uint64_t operator()(const FlowKey& key) const {
        const std::uint64_t ports = (std::uint64_t{key.low_port} << 16) | key.high_port;
        const unsigned __int128 sum = product(key.low_address[0] + key_[0], key.high_address[0] + key_[1]) +
                                      product(key.low_address[1] + key_[2], key.high_address[1] + key_[3]) +
                                      product(ports + key_[4], key.family_and_scope + key_[5]);
        return mixed(static_cast<std::uint64_t>(sum) ^ static_cast<std::uint64_t>(sum >> 64));
    }

    [[nodiscard]] std::uint64_t operator()(const IpAddress& address) const {
        const std::array<std::uint64_t, 2> words = address.words();
        const unsigned __int128 sum = product(words[0] + key_[0], words[1] + key_[1]) +
                                      product((address.is_v6 ? 1U : 0U) + key_[2], key_[3]);
        return mixed(static_cast<std::uint64_t>(sum) ^ static_cast<std::uint64_t>(sum >> 64));
    }

    // Of a number.
    [[nodiscard]] std::uint64_t operator()(std::uint64_t number) const {
        const unsigned __int128 sum = product((number & 0xffff'ffffU) + key_[0], (number >> 32) + key_[1]);
        return mixed(static_cast<std::uint64_t>(sum) ^ static_cast<std::uint64_t>(sum >> 64));
    }

private:
    // NH is linear in each word: without this, neighbouring addresses would fall on an arithmetic progression
    // of slots, and under some keys into one heap.
    static std::uint64_t mixed(std::uint64_t x) {
        x = (x ^ (x >> 32)) * 0xd6e8'feb8'6659'fd93U;
        return x ^ (x >> 32);
    }

    static unsigned __int128 product(std::uint64_t a, std::uint64_t b) {
        return static_cast<unsigned __int128>(a) * b;
    }

    std::array<std::uint64_t, 6> key_;
};

}  // namespace deadpeer
