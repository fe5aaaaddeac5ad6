// Blocks of pcapng: type, length, body, the length again.
//
// Source: draft-ietf-opsawg-pcapng, sections 3.1 and 4; the registered block types of its section 11.1.
#pragma once

#include <cstdint>
#include <span>

namespace deadpeer::pcapng {

enum BlockType : std::uint32_t {
    kInterfaceDescription = 1,
    kPacket = 2,
    kSimplePacket = 3,
    kNameResolution = 4,
    kInterfaceStatistics = 5,
    kEnhancedPacket = 6,
    kJournalEntry = 9,
    kDecryptionSecrets = 10,
    kSystemCall = 0x204,
    kSystemCall2 = 0x216,
    kSystemCallLarge = 0x221,
    kCustom = 0x00000BAD,
    kCustomNotCopied = 0x40000BAD,
    kSlim = 0x80647073,  // ours, see capture/file/slim_record.h; types from 0x80000000 on are for local use
    kSectionHeader = 0x0A0D0D0A,  // reads the same in both byte orders
};

inline constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;

// Bytes of a block around its body: type and length before, length behind.
inline constexpr std::uint32_t kBlockHeaderBytes = 8;
inline constexpr std::uint32_t kBlockFrameBytes = 12;

// A whole block; `body` is what stands between the two lengths.
struct Block {
    std::uint32_t type;
    const std::uint8_t* body;
    std::uint32_t body_bytes;

    // REQUIRES: offset <= body_bytes.
    [[nodiscard]] std::span<const std::uint8_t> from(std::uint32_t offset) const {
        return {body + offset, body_bytes - offset};
    }
};

// Body bytes that every block of the type has.
constexpr std::uint32_t smallest_body(std::uint32_t type) {
    switch (type) {
        case kSectionHeader:
            return 16;
        case kInterfaceDescription:
            return 8;
        case kEnhancedPacket:
        case kPacket:
            return 20;
        case kInterfaceStatistics:
            return 12;
        case kSimplePacket:
        case kCustom:
        case kCustomNotCopied:
            return 4;
        default:
            return 0;
    }
}

// Whether the content matters: such a block must be whole in memory.
constexpr bool is_looked_into(std::uint32_t type) {
    return smallest_body(type) != 0 || type == kJournalEntry || type == kSystemCall || type == kSystemCall2 ||
           type == kSystemCallLarge || type == kSlim;
}

}  // namespace deadpeer::pcapng
