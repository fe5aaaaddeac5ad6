#include "report/community_id.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstring>

namespace deadpeer {
namespace {

constexpr std::size_t kSha1Bytes = 20;
constexpr std::size_t kBase64Chars = 28;

struct Input {
    std::array<std::uint8_t, 2 + 16 + 16 + 2 + 4> bytes{};
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
};

Input tuple(const FlowKey& key, std::uint16_t seed) {
    constexpr std::uint8_t kTcp = 6;
    const std::size_t address_bytes = key.is_v6 != 0 ? 16 : 4;
    Input input;
    input.add_big_endian(seed);
    // FlowKey orders its endpoints as the specification does: by address, then by port.
    input.add(key.low_address.data(), address_bytes);
    input.add(key.high_address.data(), address_bytes);
    input.add(kTcp);
    input.add(std::uint8_t{0});
    input.add_big_endian(key.low_port);
    input.add_big_endian(key.high_port);
    return input;
}

}  // namespace

// Kept between flows: fetching the algorithm anew costs many times the hash itself.
// Without OpenSSL's configuration: it says nothing of SHA-1, and the sandbox refuses that it is read.
struct CommunityId::Hash {
    const bool configured = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1;
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    bool ready = configured && context != nullptr && EVP_DigestInit_ex(context, EVP_sha1(), nullptr) == 1;

    Hash() = default;
    ~Hash() { EVP_MD_CTX_free(context); }
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;
};

CommunityId::CommunityId(std::uint16_t seed) : hash_(std::make_unique<Hash>()), seed_(seed) {}
CommunityId::~CommunityId() = default;

std::string_view CommunityId::of(const FlowKey& key) {
    if (!hash_->ready) return {};
    const Input input = tuple(key, seed_);
    std::array<std::uint8_t, kSha1Bytes> digest{};
    if (EVP_DigestInit_ex(hash_->context, nullptr, nullptr) != 1 ||
        EVP_DigestUpdate(hash_->context, input.bytes.data(), input.size) != 1 ||
        EVP_DigestFinal_ex(hash_->context, digest.data(), nullptr) != 1) {
        return {};
    }
    // Writes a NUL after the text, too.
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text_.data() + 2), digest.data(), kSha1Bytes);
    return {text_.data(), 2 + kBase64Chars};
}

}  // namespace deadpeer
