#include "report/columns/community_id.h"

// The functions of this one algorithm: those of any algorithm take as long to set one up as the hash itself
// takes, and refuse SHA-1 where a policy of the system does that is about signatures.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <cstring>

namespace deadpeer {
namespace {

constexpr std::size_t kDigestWords = 5;
constexpr std::size_t kBase64Chars = 28;

// What is hashed, padded to one block (FIPS 180-4 section 5.1.1).
struct Block {
    std::array<std::uint8_t, SHA_CBLOCK> bytes{};
    std::size_t size = 0;

    void add(const void* data, std::size_t length) {
        std::memcpy(bytes.data() + size, data, length);
        size += length;
    }
    void add(std::uint8_t byte) { bytes[size++] = byte; }
    void add_big_endian(std::uint16_t value) {
        add(static_cast<std::uint8_t>(value >> 8U));
        add(static_cast<std::uint8_t>(value));
    }
    void pad() {
        const auto bits = static_cast<std::uint16_t>(8 * size);
        add(std::uint8_t{0x80});
        size = bytes.size() - sizeof bits;
        add_big_endian(bits);
    }
};
Block block_of(const FlowKey& key, std::uint16_t seed) {
    constexpr std::uint8_t kTcp = 6;
    Block block;
    block.add_big_endian(seed);
    // FlowKey orders its endpoints as the specification does: by address, then by port.
    if (key.is_v6()) {
        block.add(key.low().address.bytes.data(), 16);
        block.add(key.high().address.bytes.data(), 16);
    } else {
        block.add(key.low_address.data(), 4);
        block.add(key.high_address.data(), 4);
    }
    block.add(kTcp);
    block.add(std::uint8_t{0});
    block.add_big_endian(key.low_port);
    block.add_big_endian(key.high_port);
    block.pad();
    return block;
}

std::array<std::uint32_t, kDigestWords> sha1(const Block& block) {
    SHA_CTX state;
    SHA1_Init(&state);
    SHA1_Transform(&state, block.bytes.data());
    return {state.h0, state.h1, state.h2, state.h3, state.h4};
}

// RFC 4648 section 4, of 20 bytes: the last character is padding.
void write_base64(const std::array<std::uint32_t, kDigestWords>& words, char* out) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint64_t bits = 0;
    int pending = 0;
    char* const end = out + kBase64Chars - 1;
    for (const std::uint32_t word : words) {
        bits = bits << 32 | word;
        for (pending += 32; pending >= 6; pending -= 6) *out++ = kAlphabet[bits >> (pending - 6) & 63U];
    }
    if (pending > 0) *out++ = kAlphabet[bits << (6 - pending) & 63U];
    for (; out <= end; ++out) *out = '=';
}

}  // namespace

std::string_view CommunityId::of(const FlowKey& key) {
    write_base64(sha1(block_of(key, seed_)), text_.data() + 2);
    return {text_.data(), 2 + kBase64Chars};
}

}  // namespace deadpeer
