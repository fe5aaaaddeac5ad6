#include "capture/file/pcapng_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "capture/file/pcapng_options.h"
#include "capture/file/pcapng_parser.h"
#include "capture/file/record_parser.h"
#include "capture/live/load.h"

namespace deadpeer::capture {

using namespace pcapng;

namespace {

// Of Netflix's custom blocks Wireshark numbers those of type 1 (TCP log entries) only.
constexpr std::uint32_t kNetflix = 10'949;
constexpr std::uint32_t kNetflixEvent = 1;

// In the obsolete Packet Block: the number of drops is not known.
constexpr std::uint16_t kDropsUnknown = 0xFFFF;

}  // namespace

std::string version_problem(unsigned major, unsigned minor) {
    if (major == 1 && (minor == 0 || minor == 2)) return "";
    return fmt::format("has version {}.{} of the pcapng format; versions 1.0 and 1.2 can be read", major,
                       minor);
}

bool PcapngContent::refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
}

template <bool kSwapped>
bool PcapngContent::take(const Block& block, FrameBatch& batch) {
    switch (block.type) {
        case kEnhancedPacket:
        case kPacket:
            return take_packet<kSwapped>(block, batch);
        case kSimplePacket:
            return take_simple_packet<kSwapped>(block, batch);
        case kSectionHeader:
            return begin_section<kSwapped>(block);
        case kInterfaceDescription:
            return declare_interface<kSwapped>(block);
        case kInterfaceStatistics:
            take_statistics<kSwapped>(block);
            return true;
        case kCustom:
        case kCustomNotCopied:
            take_custom<kSwapped>(block, batch);
            return true;
        case kJournalEntry:
        case kSystemCall:
        case kSystemCall2:
        case kSystemCallLarge:
            take_other_record(block.from(0), batch);
            return true;
        case kSlim:
            return take_slim(block);
        case kNameResolution:
            if (on_name_) read_names<kSwapped>(block.from(0), on_name_);
            return true;
        case kDecryptionSecrets:
            return true;
        default:
            count_skipped_block();
            return true;
    }
}

template <bool kSwapped>
bool PcapngContent::begin_section(const Block& block) {
    const std::string problem =
        version_problem(load16<kSwapped>(block.body + 4), load16<kSwapped>(block.body + 6));
    if (!problem.empty()) return refuse("the section " + problem);
    section_.clear();
    return true;
}

template <bool kSwapped>
bool PcapngContent::declare_interface(const Block& block) {
    if (infos_.size() == kMaxInterfaces) {
        return refuse(fmt::format("more than {} interfaces are declared", kMaxInterfaces));
    }
    const InterfaceOptions options = read_interface_options<kSwapped>(block.from(8));
    Interface interface;
    interface.scale = TimeScale(options.resolution, options.offset_s);
    interface.link_type = load16<kSwapped>(block.body);
    interface.snap_length = load32<kSwapped>(block.body + 4);
    interface.fcs_bytes = options.fcs_bytes;
    infos_.push_back({options.name, interface.link_type, interface.snap_length});
    section_.push_back(interface);
    return true;
}

// Enhanced Packet Blocks and obsolete Packet Blocks have the same fields, but for the first word.
template <bool kSwapped>
bool PcapngContent::take_packet(const Block& block, FrameBatch& batch) {
    constexpr std::uint32_t kFixedBytes = 20;
    const std::uint32_t captured = load32<kSwapped>(block.body + 12);
    if (captured > kMaxCapturedLength) {
        return refuse(fmt::format("the packet block claims {} captured bytes; the limit is {}", captured,
                                  kMaxCapturedLength));
    }
    if (captured > block.body_bytes - kFixedBytes) {
        return refuse(fmt::format("the packet block has {} bytes for the {} captured that it claims",
                                  block.body_bytes - kFixedBytes, captured));
    }
    FrameView& frame =
        add_frame(batch, block.body + kFixedBytes, captured, load32<kSwapped>(block.body + 16));
    const std::uint32_t id =
        block.type == kPacket ? load16<kSwapped>(block.body) : load32<kSwapped>(block.body);
    on_interface(frame, id);
    if (id >= section_.size()) return true;

    Interface& interface = section_[id];
    const std::uint64_t ticks =
        std::uint64_t{load32<kSwapped>(block.body + 4)} << 32 | load32<kSwapped>(block.body + 8);
    frame.time = interface.scale.to_time(ticks);
    unusable_time_ += frame.time == kNoTime ? 1U : 0U;
    beyond_snap_length_ += captured > interface.snap_length && interface.snap_length != 0 ? 1U : 0U;
    if (block.type == kPacket && !interface.has_statistics) {
        const std::uint16_t drops = load16<kSwapped>(block.body + 2);
        if (drops != kDropsUnknown) {
            interface.dropped += drops;
            dropped_ += drops;
            drops_are_reported_ = true;
        }
    }
    const std::uint32_t options_at = kFixedBytes + (captured + 3) / 4 * 4;
    if (block.body_bytes > options_at)
        take_packet_options<kSwapped>(block.from(options_at), interface, frame);
    return true;
}

template <bool kSwapped>
void PcapngContent::take_packet_options(std::span<const std::uint8_t> bytes, Interface& interface,
                                        FrameView& frame) {
    const PacketOptions options = read_packet_options<kSwapped>(bytes);
    if (options.fcs_bytes) frame.fcs_bytes = *options.fcs_bytes;
    if (options.dropped_before && !interface.has_statistics) {
        interface.dropped += *options.dropped_before;
        dropped_ += *options.dropped_before;
        drops_are_reported_ = true;
    }
}

// The block does not tell how much was captured: it is the original length, cut by the snap length.
template <bool kSwapped>
bool PcapngContent::take_simple_packet(const Block& block, FrameBatch& batch) {
    const std::uint32_t original = load32<kSwapped>(block.body);
    const std::uint32_t room = block.body_bytes - 4;
    std::uint32_t captured = std::min(original, room);
    if (!section_.empty()) {
        const std::uint32_t snap_length = section_[0].snap_length;
        captured = snap_length == 0 ? original : std::min(original, snap_length);
    }
    if (captured > kMaxCapturedLength || captured > room) {
        return refuse(fmt::format("the simple packet block has {} bytes for {} captured", room, captured));
    }
    on_interface(add_frame(batch, block.body + 4, captured, original), 0);
    return true;
}

// The counters of these blocks count from the start of the capture, so the last one holds.
template <bool kSwapped>
void PcapngContent::take_statistics(const Block& block) {
    const std::uint32_t id = load32<kSwapped>(block.body);
    const StatisticsOptions options = read_statistics_options<kSwapped>(block.from(12));
    if (id >= section_.size() || !options.dropped) return;
    Interface& interface = section_[id];
    dropped_ += *options.dropped - interface.dropped;
    interface.dropped = *options.dropped;
    interface.has_statistics = true;
    drops_are_reported_ = true;
}

template <bool kSwapped>
void PcapngContent::take_custom(const Block& block, FrameBatch& batch) {
    const bool netflix = load32<kSwapped>(block.body) == kNetflix;
    if (netflix && (block.body_bytes < 8 || load32<false>(block.body + 4) != kNetflixEvent)) {
        count_skipped_block();
        return;
    }
    take_other_record(block.from(4), batch);
}

// Slim files that were joined are several captures, whose frames are numbered anew in each.
bool PcapngContent::take_slim(const Block& block) {
    if (read_slim_beginning(block)) {
        if (slim_begun_)
            return refuse("another slim file begins; give deadpeer the two as files of their own");
        slim_begun_ = true;
    } else if (auto end = read_slim_end(block)) {
        slim_end_ = std::move(end);
    } else {
        count_skipped_block();
    }
    return true;
}

void PcapngContent::take_other_record(std::span<const std::uint8_t> bytes, FrameBatch& batch) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    FrameView& frame = add_frame(batch, bytes.data(), std::min(length, kMaxCapturedLength), length);
    frame.interface = kNotAPacket;
    frame.link_type = kNoLinkType;
    frame.fcs_bytes = 0;
}

FrameView& PcapngContent::add_frame(FrameBatch& batch, const std::uint8_t* data, std::uint32_t captured,
                                    std::uint32_t original) {
    FrameView& frame = batch.frames[batch.count++];
    frame.data = data;
    frame.captured_length = captured;
    frame.original_length = original;
    frame.time = kNoTime;
    frame.number = ++frames_;
    frame.rejected_by_filter = false;
    original_shorter_ += original < captured ? 1U : 0U;
    return frame;
}

void PcapngContent::on_interface(FrameView& frame, std::uint32_t id) {
    const bool declared = id < section_.size();
    // Interfaces of earlier sections stand before those of this one.
    frame.interface =
        declared ? static_cast<std::uint32_t>(infos_.size() - section_.size()) + id : kUndeclaredInterface;
    frame.link_type = declared ? section_[id].link_type : kNoLinkType;
    frame.fcs_bytes = declared ? section_[id].fcs_bytes : std::uint8_t{0};
}

void PcapngContent::write_counters(SourceStats& stats) const {
    stats.original_shorter_than_captured = original_shorter_;
    stats.captured_beyond_snap_length = beyond_snap_length_;
    stats.unusable_time = unusable_time_;
    stats.blocks_skipped = blocks_skipped_;
    if (drops_are_reported_) stats.dropped_by_capture = dropped_;
}

template bool PcapngContent::take<false>(const Block&, FrameBatch&);
template bool PcapngContent::take<true>(const Block&, FrameBatch&);

}  // namespace deadpeer::capture
