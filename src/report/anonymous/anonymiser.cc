#include "report/anonymous/anonymiser.h"

// As for community_id: the functions of any algorithm take as long to set one up as a block itself takes.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/aes.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace deadpeer {
namespace {

constexpr std::uint64_t kBroadcast = 0xffff'ffff'ffff;
constexpr unsigned kMacBits = 48;
// Of the first octet: a group's address (1), one that is given locally (2).
constexpr unsigned kLocalBit = 6;
constexpr unsigned kGroupBit = 7;

constexpr std::uint8_t mask_of(unsigned bit) {
    return static_cast<std::uint8_t>(0x80U >> bit % 8);
}

bool is_no_host(const IpAddress& address) {
    if (address.is_zero()) return true;
    const auto end = address.bytes.begin() + 4;
    return !address.is_v6 && std::all_of(address.bytes.begin(), end, [](auto byte) { return byte == 0xff; });
}

AddressWords words_of(const IpAddress& address) {
    AddressWords words;
    std::memcpy(&words.first, address.bytes.data(), sizeof words.first);
    std::memcpy(&words.second, address.bytes.data() + sizeof words.first, sizeof words.second);
    return words;
}

}  // namespace

struct Anonymiser::Cipher {
    AES_KEY key;
};

Anonymiser::Key Anonymiser::key_of(std::string_view phrase) {
    constexpr int kRounds = 200'000;
    constexpr std::string_view kSalt = "deadpeer --anonymise";
    Key key;
    const int done = ::PKCS5_PBKDF2_HMAC(
        phrase.data(), static_cast<int>(phrase.size()), reinterpret_cast<const unsigned char*>(kSalt.data()),
        static_cast<int>(kSalt.size()), kRounds, ::EVP_sha256(), static_cast<int>(key.size()), key.data());
    // It fails for lack of memory only; under half a key nobody would be hidden.
    if (done != 1) throw std::bad_alloc();
    return key;
}

Anonymiser::Anonymiser(const Key& key) : cipher_(std::make_unique<Cipher>()) {
    ::AES_set_encrypt_key(key.data(), 128, &cipher_->key);
    std::copy(key.begin() + 16, key.end(), pad_.begin());
    pad_ = encrypted(pad_);
    Block other = pad_;
    other.back() ^= 1;
    pad_of_macs_ = encrypted(other);
    other.back() ^= 3;
    pad_of_scopes_ = encrypted(other);
}

Anonymiser::~Anonymiser() = default;

Anonymiser::Block Anonymiser::encrypted(const Block& block) const {
    Block out;
    ::AES_encrypt(block.data(), out.data(), &cipher_->key);
    return out;
}

// Each bit by what comes before it: the block is the pad, but for these bits.
void Anonymiser::flip(std::uint8_t* bytes, unsigned bits, const Block& pad) const {
    Block block = pad;
    for (unsigned bit = 0; bit < bits; ++bit) {
        const std::uint8_t mask = mask_of(bit);
        const std::uint8_t original = bytes[bit / 8] & mask;
        if ((encrypted(block)[0] & 0x80U) != 0) bytes[bit / 8] ^= mask;
        block[bit / 8] = static_cast<std::uint8_t>((block[bit / 8] & ~mask) | original);
    }
}

IpAddress Anonymiser::computed(IpAddress address) const {
    if (is_no_host(address)) return address;
    do {
        flip(address.bytes.data(), address.is_v6 ? 128 : 32, pad_);
    } while (is_no_host(address));
    return address;
}

IpAddress Anonymiser::hidden(const IpAddress& address) {
    const auto known = kept_.find(address);
    if (known != kept_.end()) return known->second;
    if (kept_.size() >= kMostKept) kept_.clear();
    IpAddress other = computed(address);
    other.set_scope(hidden(Scope{address.scope}));
    return kept_.emplace(address, other).first->second;
}

std::uint64_t Anonymiser::computed_mac(std::uint64_t mac) const {
    std::array<std::uint8_t, 6> bytes;
    for (unsigned i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(mac >> (40 - 8 * i));
    const std::uint8_t kept = mask_of(kLocalBit) | mask_of(kGroupBit);
    const std::uint8_t first = bytes[0];
    flip(bytes.data(), kMacBits, pad_of_macs_);
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & ~kept) | (first & kept));
    std::uint64_t other = 0;
    for (const std::uint8_t byte : bytes) other = other << 8 | byte;
    return other;
}

std::uint64_t Anonymiser::hidden_mac(std::uint64_t mac) {
    if (mac == 0 || mac == kBroadcast) return mac;
    const auto known = kept_macs_.find(mac);
    if (known != kept_macs_.end()) return known->second;
    if (kept_macs_.size() >= kMostKept) kept_macs_.clear();
    std::uint64_t other = computed_mac(mac);
    while (other == 0 || other == kBroadcast) other = computed_mac(other);
    return kept_macs_.emplace(mac, other).first->second;
}

Scope Anonymiser::hidden(Scope scope) const {
    const ScopeKind kind = kind_of(scope);
    if (kind != ScopeKind::kTunnel && kind != ScopeKind::kSeveral) return scope;
    Block block = pad_of_scopes_;
    for (unsigned i = 0; i < sizeof scope; ++i) block[i] ^= static_cast<std::uint8_t>(scope >> 8 * i);
    block = encrypted(block);
    std::uint32_t value = 0;
    for (unsigned i = 0; i < sizeof value; ++i) value = value << 8 | block[i];
    return scope_of(kind, value);
}

bool Anonymiser::hide(FlowKey& key) {
    const Endpoint low = {hidden(key.low().address), key.low_port};
    const Endpoint high = {hidden(key.high().address), key.high_port};
    const Direction low_to_high = write_flow_key(words_of(low.address), low.port, words_of(high.address),
                                                 high.port, low.address.is_v6, key);
    key.set_scope(low.address.scope);
    return low_to_high != Direction::kFromLow;
}

}  // namespace deadpeer
