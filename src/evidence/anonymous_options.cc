#include "evidence/anonymous_options.h"

#include <algorithm>

namespace deadpeer {
namespace {

constexpr std::uint8_t kEnd = 0;
constexpr std::uint8_t kNoOperation = 1;

constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestinationOptions = 60;

bool may_stay(std::uint8_t kind) {
    constexpr std::uint8_t kMaximumSegmentSize = 2;
    constexpr std::uint8_t kWindowScale = 3;
    constexpr std::uint8_t kSackPermitted = 4;
    constexpr std::uint8_t kSack = 5;
    constexpr std::uint8_t kTimestamps = 8;
    return kind == kMaximumSegmentSize || kind == kWindowScale || kind == kSackPermitted || kind == kSack ||
           kind == kTimestamps;
}

void overwrite(std::span<std::uint8_t> bytes, std::uint8_t value) {
    std::ranges::fill(bytes, value);
}

}  // namespace

void overwrite_ip_options(std::span<std::uint8_t> options) {
    overwrite(options, kNoOperation);
}

void overwrite_tcp_options(std::span<std::uint8_t> options) {
    while (!options.empty() && options[0] != kEnd) {
        if (options[0] == kNoOperation) {
            options = options.subspan(1);
            continue;
        }
        const std::size_t length = options.size() > 1 ? options[1] : 0;
        if (length < 2 || length > options.size()) return overwrite(options, kNoOperation);
        if (!may_stay(options[0])) overwrite(options.first(length), kNoOperation);
        options = options.subspan(length);
    }
    overwrite(options, kEnd);
}

std::size_t length_of_extension(std::uint8_t number, std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 8) return 0;
    switch (number) {
        case kHopByHop:
        case kDestinationOptions:
        case kRouting:
            return 8U * (bytes[1] + 1U);
        case kAuthentication:
            return 4U * (bytes[1] + 2U);
        case kFragmentHeader:
            return 8;
        default:
            return 0;
    }
}

// Zeros are padding among options; a route that is used up has no next hop.
void overwrite_extension(std::uint8_t number, std::span<std::uint8_t> header) {
    if (number != kFragmentHeader) overwrite(header.subspan(2), 0);
}

}  // namespace deadpeer
