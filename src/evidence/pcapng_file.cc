#include "evidence/pcapng_file.h"

#include <algorithm>

namespace deadpeer {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kEnhancedPacket = 6;

constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kComment = 1;
constexpr std::uint16_t kUserApplication = 4;  // of the section
constexpr std::uint16_t kName = 2;             // of an interface, as these
constexpr std::uint16_t kTimeResolution = 9;
constexpr std::uint16_t kFcsLength = 13;

constexpr std::size_t kLongestOption = 0xFFFF;

template <typename Number>
void put(std::string& out, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

void pad(std::string& out) {
    out.append((4 - out.size() % 4) % 4, '\0');
}

void put_option(std::string& body, std::uint16_t code, std::string_view value) {
    value = value.substr(0, kLongestOption);
    put(body, code);
    put(body, static_cast<std::uint16_t>(value.size()));
    body += value;
    pad(body);
}

void put_block(std::string& out, std::uint32_t type, const std::string& body) {
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    put(out, type);
    put(out, length);
    out += body;
    put(out, length);
}

void end_options(std::string& body) {
    put(body, kEndOfOptions);
    put(body, std::uint16_t{0});
}

void put_section(std::string& out) {
    std::string body;
    put(body, kByteOrderMagic);
    put(body, std::uint16_t{1});
    put(body, std::uint16_t{0});
    put(body, ~std::uint64_t{0});  // of unknown length
    put_option(body, kUserApplication, "deadpeer");
    end_options(body);
    put_block(out, kSectionHeader, body);
}

void put_interface(std::string& out, const PcapngFile::Interface& interface) {
    std::string body;
    put(body, interface.link_type);
    put(body, std::uint16_t{0});
    put(body, interface.snap_length);
    if (!interface.name.empty()) put_option(body, kName, interface.name);
    put_option(body, kTimeResolution, "\x09");
    if (interface.fcs_bytes != 0)
        put_option(body, kFcsLength, std::string(1, static_cast<char>(interface.fcs_bytes)));
    end_options(body);
    put_block(out, kInterfaceDescription, body);
}

}  // namespace

std::uint32_t PcapngFile::interface_of(const Interface& interface) {
    auto known = std::ranges::find(interfaces_, interface);
    if (known == interfaces_.end()) known = interfaces_.insert(known, interface);
    return static_cast<std::uint32_t>(known - interfaces_.begin());
}

void PcapngFile::add(const FrameView& frame, std::uint32_t interface, std::string_view comment) {
    const auto time = static_cast<std::uint64_t>(frame.time == kNoTime ? 0 : frame.time);
    std::string body;
    put(body, interface);
    put(body, static_cast<std::uint32_t>(time >> 32U));
    put(body, static_cast<std::uint32_t>(time));
    put(body, frame.captured_length);
    put(body, frame.original_length);
    body.append(reinterpret_cast<const char*>(frame.data), frame.captured_length);
    pad(body);
    put_option(body, kComment, comment);
    end_options(body);
    const std::size_t offset = packets_.size();
    put_block(packets_, kEnhancedPacket, body);
    order_.push_back({frame.time, offset, packets_.size() - offset});
}

void PcapngFile::sort_by_time() {
    std::ranges::stable_sort(order_, {}, &Packet::time);
}

std::string PcapngFile::bytes() const {
    std::string out;
    put_section(out);
    for (const Interface& interface : interfaces_) put_interface(out, interface);
    out.reserve(out.size() + packets_.size());
    for (const Packet& packet : order_) out.append(packets_, packet.offset, packet.size);
    return out;
}

}  // namespace deadpeer
