#include "evidence/pcapng_file.h"

#include <algorithm>

namespace deadpeer {

std::uint32_t PcapngFile::interface_of(const Interface& interface) {
    auto known = std::ranges::find(interfaces_, interface);
    if (known == interfaces_.end()) known = interfaces_.insert(known, interface);
    return static_cast<std::uint32_t>(known - interfaces_.begin());
}

void PcapngFile::add(const FrameView& frame, std::uint32_t interface, std::string_view comment) {
    const auto time = static_cast<std::uint64_t>(frame.time == kNoTime ? 0 : frame.time);
    const std::size_t offset = packets_.size();
    pcapng::put_packet(packets_, frame, interface, time, {.comment = comment});
    order_.push_back({frame.time, offset, packets_.size() - offset});
}

void PcapngFile::sort_by_time() {
    std::ranges::stable_sort(order_, {}, &Packet::time);
}

std::string PcapngFile::bytes() const {
    std::string out;
    pcapng::put_section(out, "deadpeer", comment_);
    for (const Interface& interface : interfaces_) pcapng::put_interface(out, interface);
    out.reserve(out.size() + packets_.size());
    for (const Packet& packet : order_) out.append(packets_, packet.offset, packet.size);
    return out;
}

}  // namespace deadpeer
