#include "capture/file/file_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "capture/live/load.h"

namespace deadpeer::capture {
namespace {

using namespace std::string_view_literals;

constexpr std::array kClassicMagics = {0xA1B2C3D4U, 0xA1B23C4DU, 0xA1B2CD34U};
constexpr std::string_view kZip = "PK\x03\x04"sv;
constexpr std::string_view kPcapngMagic = "\x0A\x0D\x0D\x0A"sv;

struct Known {
    std::string_view magic;
    std::string_view name;
};

// Captures of other programs, all of which editcap converts.
constexpr std::array kCaptures = {
    Known{"\x1C\0\x01\xAC"sv, "an Ixia capture (hardware time stamps)"},
    Known{"\xAC\x01\0\x1C"sv, "an Ixia capture (hardware time stamps)"},
    Known{"\x1C\0\x01\xAB"sv, "an Ixia capture (software time stamps)"},
    Known{"\xAB\x01\0\x1C"sv, "an Ixia capture (software time stamps)"},
    Known{"snoop\0\0\0"sv, "a snoop capture"},
    Known{"btsnoop\0"sv, "a Bluetooth HCI capture"},
    Known{"TRSNIFF data"sv, "a Sniffer capture"},
    Known{"XCP\0"sv, "a NetXRay capture"},
    Known{"RTSS"sv, "a Network Monitor capture"},
    Known{"GMBU"sv, "a Network Monitor capture"},
    Known{"ObserverPktBuff"sv, "an Observer capture"},
    Known{"\x7Fver"sv, "an EtherPeek capture"},
};

constexpr std::array kFiles = {
    Known{"\x7F"
          "ELF"sv,
          "a program (ELF)"},
    Known{"MZ"sv, "a program (Windows)"},
    Known{"%PDF"sv, "a PDF document"},
    Known{"\x89PNG"sv, "a picture (PNG)"},
};

bool begins_with(std::span<const std::uint8_t> bytes, std::string_view magic) {
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

bool begins_with_any(std::span<const Known> kinds, std::span<const std::uint8_t> bytes) {
    return std::ranges::any_of(kinds, [&](const Known& kind) { return begins_with(bytes, kind.magic); });
}

bool is_classic_magic(const std::uint8_t* bytes) {
    return std::ranges::any_of(kClassicMagics, [&](std::uint32_t magic) {
        return load32<false>(bytes) == magic || load32<true>(bytes) == magic;
    });
}

bool is_text(std::span<const std::uint8_t> bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) {
        return (byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\n' || byte == '\r';
    });
}

// ERF has no magic; its records begin with a time stamp, a type, flags, the record's length and, after a
// counter, the length on the wire. Seconds stand in the second word.
bool looks_like_erf(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 16) return false;
    const std::uint32_t seconds = load32<false>(bytes.data() + 4);
    const unsigned type = bytes[8] & 0x7FU;
    const unsigned record_length = bytes[10] * 256U + bytes[11];
    const unsigned wire_length = bytes[14] * 256U + bytes[15];
    return seconds > 800'000'000 && type >= 1 && type <= 50 && record_length >= 16 && wire_length > 0 &&
           record_length % 8 == 0;
}

std::string hex(std::span<const std::uint8_t> bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
        text += fmt::format("{}{:02x}", text.empty() ? "" : " ", byte);
    }
    return text;
}

std::string convert(const std::string& name, const std::string& path, std::string_view what) {
    return fmt::format("{} is {}, which deadpeer does not read; convert it with \"editcap {} new.pcapng\"",
                       name, what, path);
}

}  // namespace

FileType file_type(std::span<const std::uint8_t> beginning) {
    if (beginning.size() < 4) return FileType::kOther;
    if (is_classic_magic(beginning.data())) return FileType::kClassic;
    return begins_with(beginning, kPcapngMagic) ? FileType::kPcapng : FileType::kOther;
}

bool is_no_capture(std::span<const std::uint8_t> beginning) {
    return file_type(beginning) == FileType::kOther && !begins_with_any(kCaptures, beginning) &&
           !looks_like_erf(beginning);
}

std::string refusal(const std::string& name, const std::string& path,
                    std::span<const std::uint8_t> beginning) {
    if (begins_with(beginning, kZip)) {
        return fmt::format("{} is compressed (zip): use \"unzip -p {} | deadpeer -\"", name, path);
    }
    for (const Known& kind : kCaptures) {
        if (begins_with(beginning, kind.magic)) return convert(name, path, kind.name);
    }
    for (const Known& kind : kFiles) {
        if (begins_with(beginning, kind.magic)) {
            return fmt::format("{} is {}, not a capture; deadpeer reads pcap and pcapng files", name,
                               kind.name);
        }
    }
    if (beginning.empty()) return fmt::format("{} is empty: there is nothing to analyse", name);
    if (beginning.size() < 4) {
        return fmt::format("{} has only {} bytes, too few for a capture; was it copied completely?", name,
                           beginning.size());
    }
    if (is_text(beginning)) {
        return fmt::format(
            "{} is text, not a capture; deadpeer reads pcap and pcapng files, "
            "as \"tcpdump -w FILE\" writes them",
            name);
    }
    if (looks_like_erf(beginning)) return convert(name, path, "an ERF capture (Endace)");
    return fmt::format(
        "{} is no capture that deadpeer knows (it begins with {}); it reads pcap and pcapng files", name,
        hex(beginning));
}

}  // namespace deadpeer::capture
