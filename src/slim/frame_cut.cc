#include "slim/frame_cut.h"

#include <algorithm>
#include <tuple>

#include "knowledge/announced_keepalive.h"

namespace deadpeer {
namespace {

constexpr std::size_t kFragmentBytes = std::size_t{4} << 20;

auto fields_of(const SackBlock& block) {
    return std::tuple(block.left, block.right);
}

// All but where the payload is, and how much of it was captured.
auto header_of(const Segment& s) {
    return std::tuple(s.key, s.direction, s.seq, s.ack, s.payload_length, s.window, s.flags, s.tsval, s.tsecr,
                      s.ip_id, s.ttl, s.header_length, s.sack_blocks, s.window_scale, s.mptcp_subtypes,
                      bool(s.has_timestamps), bool(s.sack_permitted), bool(s.analysed),
                      bool(s.labels_printed), bool(s.options_complete), bool(s.bad_options),
                      bool(s.icmp_quote), bool(s.cut_before_window));
}

bool same_header(const Segment& a, const Segment& b) {
    return header_of(a) == header_of(b) &&
           std::equal(a.sack.begin(), a.sack.begin() + a.sack_blocks, b.sack.begin(),
                      [](const SackBlock& x, const SackBlock& y) { return fields_of(x) == fields_of(y); });
}

bool same_segment(const Segment& a, const Segment& b) {
    return same_header(a, b) && a.payload_offset == b.payload_offset;
}

bool same_notice(const Notice& a, const Notice& b) {
    if (a.kind != b.kind || a.host != b.host || a.header_quoted != b.header_quoted) return false;
    if (!a.is_quote()) return true;
    if (a.header_quoted) return same_header(a.quote, b.quote);
    return a.quote.key == b.quote.key && a.quote.direction == b.quote.direction && a.quote.seq == b.quote.seq;
}

bool same_heard(const Heard& a, const Heard& b) {
    return a.mac == b.mac && a.host == b.host && a.ip_id == b.ip_id && a.claims_host == b.claims_host;
}

bool same_network(const InVirtualNetwork& a, const InVirtualNetwork& b) {
    return a.segment == b.segment && a.network == b.network;
}

bool same_batch(const SegmentBatch& a, const SegmentBatch& b) {
    return std::ranges::equal(a.view(), b.view(), same_segment) &&
           std::ranges::equal(a.notice_view(), b.notice_view(), same_notice) &&
           std::ranges::equal(a.heard_view(), b.heard_view(), same_heard) &&
           std::ranges::equal(a.in_network_view(), b.in_network_view(), same_network) &&
           a.lacked_reassembler == b.lacked_reassembler;
}

// Bytes of the payload.
std::uint32_t kept_payload(const FrameView& frame, const Segment& segment) {
    const std::uint32_t captured = segment.captured_payload;
    if (segment.payload_length <= FrameCut::kSmallPayload) return captured;
    const auto payload = frame.bytes().subspan(segment.payload_offset, captured);
    return may_announce_keepalive(payload) ? std::min(captured, FrameCut::kAnnouncement) : 0;
}

// The next length that is tried: where headers end in steps of four, then in larger ones.
std::uint32_t next_length(std::uint32_t length) {
    constexpr std::uint32_t kLinkHeader = 14;
    if (length < kLinkHeader) return kLinkHeader;
    if (length < 128) return length + 4;
    return length < 512 ? length + 16 : length + length / 4;
}

}  // namespace

FrameView cut_to(const FrameView& frame, std::uint32_t bytes) {
    FrameView cut = frame;
    // Where a file lies, its frame is as long as what was captured of it.
    cut.original_length = std::max(frame.original_length, frame.captured_length);
    cut.captured_length = bytes;
    return cut;
}

FrameCut::FrameCut()
    : whole_(std::make_unique<SegmentBatch>()),
      cut_(std::make_unique<SegmentBatch>()),
      fragments_(kFragmentBytes, 1) {
    // Those networks tell more than their absence.
    whole_->scope = cut_->scope = {.vlan = true, .tunnel = true};
}

SkipReason FrameCut::decode_into(SegmentBatch& batch, const FrameView& frame) {
    batch.clear();
    return decode(frame, 0, batch);
}

bool FrameCut::is_same(const FrameView& frame, std::uint32_t bytes) {
    const SkipReason reason = decode_into(*cut_, cut_to(frame, bytes));
    return reason == whole_reason_ && same_batch(*cut_, *whole_);
}

std::uint32_t FrameCut::bytes(const FrameView& frame) {
    whole_reason_ = decode_into(*whole_, frame);
    count(frame);
    const std::uint32_t captured = frame.captured_length;
    // A custom block is as long as its content, in words.
    if (frame.interface == kNotAPacket) return std::min<std::uint32_t>(captured, 4);
    const bool cut_tcp = whole_reason_ == SkipReason::kCutHeader || whole_reason_ == SkipReason::kShortTcp;
    if (captured == 0 || whole_->lacked_reassembler || cut_tcp) return captured;
    std::uint32_t needed = 1;
    for (const Segment& segment : whole_->view()) {
        needed = std::max(needed, segment.payload_offset + kept_payload(frame, segment));
    }
    const std::uint32_t length = shortest(frame, needed);
    const std::uint32_t ports = whole_reason_ == SkipReason::kNotTcp ? kPorts : 0;
    return std::min(length + ports, captured);
}

// From that length on.
std::uint32_t FrameCut::shortest(const FrameView& frame, std::uint32_t length) {
    while (length < frame.captured_length && !is_same(frame, length)) length = next_length(length);
    return std::min(length, frame.captured_length);
}

void FrameCut::count(const FrameView& frame) {
    reason_ = whole_reason_;
    if (whole_->lacked_reassembler) {
        cut_->reassembler = &fragments_;
        reason_ = decode_into(*cut_, frame);
        cut_->reassembler = nullptr;
    }
    const SegmentBatch& found = whole_->lacked_reassembler ? *cut_ : *whole_;
    if (reason_ == SkipReason::kNone && found.segments[0].cut_before_window) reason_ = SkipReason::kCutHeader;
    segments_ = reason_ == SkipReason::kNone ? found.count : 0;
}

}  // namespace deadpeer
