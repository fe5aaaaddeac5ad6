#include "slim/slim_writer.h"

#include <algorithm>

#include "core/pcapng_writer.h"

namespace deadpeer {
namespace {

// Before kEarliestTime, in seconds.
constexpr std::int64_t kBeforeAll = kEarliestTime / kSecond - 1;
// Beyond that the option of a packet cannot tell.
constexpr std::uint8_t kMostPacketFcs = 15;

std::uint64_t ticks(Nanoseconds time, std::int64_t offset_s) {
    const Nanoseconds since = time == kNoTime ? -1 : time - offset_s * kSecond;
    return since < 0 ? capture::kNoTicks : static_cast<std::uint64_t>(since);
}

// Other programs number it as a frame, as they did the record that it stands for.
void put_other_record(std::string& out, const FrameView& cut) {
    const std::size_t block = pcapng::begin_block(out, pcapng::kCustom);
    pcapng::put(out, capture::kExampleEnterprise);
    out.append(reinterpret_cast<const char*>(cut.data), cut.captured_length);
    pcapng::pad(out, cut.captured_length);
    pcapng::end_block(out, block);
}

}  // namespace

SlimWriter::SlimWriter(Output& output, const capture::SlimBeginning& original, int level)
    : compressed_(output, level) {
    pcapng::put_section(compressed_.waiting(), capture::kSlimApplication);
    capture::put_slim_beginning(compressed_.waiting(), original);
}

void SlimWriter::add(std::span<const FrameView> frames, const std::vector<InterfaceInfo>& interfaces) {
    for (const FrameView& frame : frames) add(frame, interfaces);
    compressed_.compress_whole_pieces();
}

void SlimWriter::add(const FrameView& frame, const std::vector<InterfaceInfo>& interfaces) {
    const FrameView cut = cut_to(frame, cut_.bytes(frame));
    ++frames_;
    ++end_.skipped[static_cast<std::size_t>(cut_.reason())];
    end_.segments += cut_.segments();
    if (frame.time != kNoTime) {
        if (end_.first_time == kNoTime) end_.first_time = end_.last_time = frame.time;
        end_.first_time = std::min(end_.first_time, frame.time);
        end_.last_time = std::max(end_.last_time, frame.time);
    }
    if (frame.interface < interfaces.size()) declare(interfaces, frame.interface + std::size_t{1}, &frame);
    put(cut);
}

void SlimWriter::put(const FrameView& cut) {
    std::string& out = compressed_.waiting();
    if (cut.interface == kNotAPacket) return put_other_record(out, cut);
    const std::int64_t offset = cut.interface < offsets_.size() ? offsets_[cut.interface] : 0;
    const std::uint8_t fcs = cut.fcs_bytes <= kMostPacketFcs ? cut.fcs_bytes : std::uint8_t{0};
    pcapng::put_packet(out, cut, cut.interface, ticks(cut.time, offset), {.fcs_bytes = fcs});
}

// When a frame needs them, so that where they stand depends on the frames alone. `first`: of the last one.
void SlimWriter::declare(const std::vector<InterfaceInfo>& interfaces, std::size_t up_to,
                         const FrameView* first) {
    for (std::size_t i = offsets_.size(); i < up_to; ++i) {
        const InterfaceInfo& info = interfaces[i];
        pcapng::InterfaceBlock block = {info.name, info.link_type, info.snap_length};
        if (first != nullptr && i + 1 == up_to) {
            if (first->time != kNoTime && first->time < 0) block.time_offset_s = kBeforeAll;
            if (first->fcs_bytes > kMostPacketFcs) block.fcs_bytes = first->fcs_bytes;
        }
        offsets_.push_back(block.time_offset_s);
        pcapng::put_interface(compressed_.waiting(), block);
    }
}

void SlimWriter::finish(const PacketSource& source, ReadStatus status, std::uint64_t exit_code) {
    declare(source.interfaces(), source.interfaces().size(), nullptr);
    end_.format = source.format();
    end_.status = status;
    end_.detail = source.status_detail();
    end_.exit_code = exit_code;
    end_.stats = source.stats();
    end_.skipped[static_cast<std::size_t>(SkipReason::kNone)] = 0;
    capture::put_slim_end(compressed_.waiting(), end_);
    compressed_.finish();
}

}  // namespace deadpeer
