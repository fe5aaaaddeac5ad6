#include "core/pcapng_writer.h"

namespace deadpeer::pcapng {
namespace {

constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kComment = 1;
constexpr std::uint16_t kUserApplication = 4;  // of the section
constexpr std::uint16_t kName = 2;             // of an interface, as these
constexpr std::uint16_t kTimeResolution = 9;
constexpr std::uint16_t kFcsLength = 13;
constexpr std::uint16_t kTimeOffset = 14;
constexpr std::uint16_t kPacketFlags = 2;

}  // namespace

std::size_t begin_block(std::string& out, std::uint32_t type) {
    const std::size_t begin = out.size();
    put(out, type);
    put(out, std::uint32_t{0});
    return begin;
}

void end_block(std::string& out, std::size_t begin) {
    const auto length = static_cast<std::uint32_t>(out.size() - begin + 4);
    put(out, length);
    for (std::size_t i = 0; i < 4; ++i) out[begin + 4 + i] = out[out.size() - 4 + i];
}

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
    value = value.substr(0, kLongestOption);
    put(out, code);
    put(out, static_cast<std::uint16_t>(value.size()));
    out += value;
    pad(out, value.size());
}

void end_options(std::string& out) {
    put(out, kEndOfOptions);
    put(out, std::uint16_t{0});
}

void put_section(std::string& out, std::string_view application, std::string_view comment) {
    const std::size_t begin = begin_block(out, kSectionHeader);
    put(out, kByteOrderMagic);
    put(out, std::uint16_t{1});
    put(out, std::uint16_t{0});
    put(out, ~std::uint64_t{0});  // of unknown length
    if (!comment.empty()) put_option(out, kComment, comment);
    put_option(out, kUserApplication, application);
    end_options(out);
    end_block(out, begin);
}

void put_interface(std::string& out, const InterfaceBlock& interface) {
    const std::size_t begin = begin_block(out, kInterfaceDescription);
    put(out, interface.link_type);
    put(out, std::uint16_t{0});
    put(out, interface.snap_length);
    if (!interface.name.empty()) put_option(out, kName, interface.name);
    put_option(out, kTimeResolution, "\x09");
    if (interface.fcs_bytes != 0)
        put_option(out, kFcsLength, std::string(1, static_cast<char>(interface.fcs_bytes)));
    if (interface.time_offset_s != 0) {
        std::string offset;
        put(offset, static_cast<std::uint64_t>(interface.time_offset_s));
        put_option(out, kTimeOffset, offset);
    }
    end_options(out);
    end_block(out, begin);
}

void put_packet(std::string& out, const FrameView& frame, std::uint32_t interface, std::uint64_t time,
                const PacketOptions& options) {
    const std::size_t begin = begin_block(out, kEnhancedPacket);
    put(out, interface);
    put(out, static_cast<std::uint32_t>(time >> 32U));
    put(out, static_cast<std::uint32_t>(time));
    put(out, frame.captured_length);
    put(out, frame.original_length);
    out.append(reinterpret_cast<const char*>(frame.data), frame.captured_length);
    pad(out, frame.captured_length);
    if (!options.comment.empty()) put_option(out, kComment, options.comment);
    if (options.fcs_bytes != 0) {
        // Bits 5 to 8.
        std::string flags;
        put(flags, std::uint32_t{options.fcs_bytes} << 5);
        put_option(out, kPacketFlags, flags);
    }
    if (!options.comment.empty() || options.fcs_bytes != 0) end_options(out);
    end_block(out, begin);
}

}  // namespace deadpeer::pcapng
