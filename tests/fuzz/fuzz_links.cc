// Fuzz target: any bytes as rtnetlink messages.
#include <algorithm>
#include <cstdint>
#include <memory>

#include "capture/live/link_message.h"
#include "fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace deadpeer;
    // A block of the exact size: the sanitizer sees any byte too far.
    const auto copy = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(data, size, copy.get());
    constexpr std::size_t kSmallestMessage = 16;
    const auto messages = capture::parse_link_messages({copy.get(), size});
    // One may tell besides that the list was interrupted.
    fuzz::require(messages.size() <= size / kSmallestMessage * 2);
    for (const capture::LinkMessage& message : messages) {
        fuzz::require(message.name.size() < size);
        fuzz::require(message.name.find('\0') == std::string::npos);
    }
    return 0;
}
