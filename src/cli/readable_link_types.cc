#include "cli/readable_link_types.h"

#include <fmt/format.h>

#include <cstdint>

#include "capture/link_type.h"
#include "decode/decode.h"

namespace deadpeer::cli {
namespace {

constexpr LinkType kLinkTypes = 512;  // more than there are numbers with a decoder

bool has_decoder(LinkType type) {
    const std::uint8_t byte = 0;
    FrameView frame;
    frame.data = &byte;
    frame.captured_length = frame.original_length = 1;
    frame.link_type = type;
    SegmentBatch segments;
    return decode(frame, 0, segments) != SkipReason::kUnsupportedLinkType;
}

}  // namespace

std::vector<LinkType> readable_link_types() {
    std::vector<LinkType> types;
    for (LinkType type = 0; type < kLinkTypes; ++type) {
        if (has_decoder(type)) types.push_back(type);
    }
    return types;
}

std::string unreadable_link_type(const PacketSource& source) {
    if (source.interfaces().empty()) return {};  // pcapng declares them on the way
    for (const InterfaceInfo& interface : source.interfaces()) {
        if (has_decoder(interface.link_type)) return {};
    }
    const LinkType type = source.interfaces().front().link_type;
    const std::string number = std::to_string(type);
    const std::string name = link_type_name(type);
    return fmt::format("has link type {}{}, which deadpeer does not read; capture on an interface with IP",
                       number, name == number ? "" : " (" + name + ")");
}

}  // namespace deadpeer::cli
