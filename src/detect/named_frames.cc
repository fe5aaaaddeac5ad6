#include "detect/named_frames.h"

#include <algorithm>
#include <span>

namespace deadpeer {
namespace {

bool names(const FrameTrail& trail, std::uint64_t frame) {
    const auto frames = std::span(trail.frames).first(trail.count);
    return std::ranges::find(frames, frame) != frames.end();
}

bool names(const SideWatch& side, std::uint64_t frame) {
    return names(side.probes->frames, frame) || names(side.transmissions->frames, frame) ||
           names(side.unheard->frames, frame) || names(side.large->frames, frame) ||
           names(side.went_back->frames, frame);
}

bool names(const ResetRecord& reset, std::uint64_t frame) {
    return frame == reset.frame || frame == reset.other_frame || frame == reset.provoked_frame ||
           frame == reset.late_request.frame || frame == reset.late_request.fin_frame;
}

}  // namespace

bool names_frame(const Watch& watch, std::uint64_t frame) {
    return names(watch.sides[0], frame) || names(watch.sides[1], frame) || names(*watch.reset, frame) ||
           frame == watch.close->frame || frame == watch.close->request_frame ||
           frame == watch.syn_ack_frame || frame == watch.icmp_frame;
}

}  // namespace deadpeer
