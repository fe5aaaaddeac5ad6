// Fuzz target: any bytes as a frame of any link type.
//
// Input: link type (2 bytes, big-endian), original length (4), frame check sequence length (1), then the
//        captured bytes. Shorter inputs are filled with zeros. Fragments are put together with those of
//        earlier inputs.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "decode/decode.h"
#include "decode/reassembler.h"
#include "evidence/anonymous_frame.h"

namespace {

using namespace deadpeer;

void require(bool holds) {
    if (!holds) std::abort();
}

FrameView frame_of(const std::uint8_t* data, std::size_t size, std::unique_ptr<std::uint8_t[]>& copy) {
    constexpr std::size_t kHeader = 7;
    std::array<std::uint32_t, kHeader> header{};
    std::copy_n(data, std::min(size, kHeader), header.begin());
    const std::size_t captured = size - std::min(size, kHeader);
    // A block of the exact size: the sanitizer sees any byte too far.
    copy = std::make_unique<std::uint8_t[]>(captured);
    std::copy_n(data + size - captured, captured, copy.get());
    FrameView frame;
    frame.data = copy.get();
    frame.captured_length = static_cast<std::uint32_t>(captured);
    frame.link_type = static_cast<LinkType>(header[0] << 8 | header[1]);
    frame.original_length = header[2] << 24 | header[3] << 16 | header[4] << 8 | header[5];
    frame.fcs_bytes = static_cast<std::uint8_t>(header[6]);
    return frame;
}

void check(const Segment& segment, const FrameView& frame) {
    constexpr std::uint32_t kLargestDatagram = 2 * 65'536;  // a fragment may begin near 65,535
    const std::uint32_t wire_length = std::max(frame.original_length, frame.captured_length);
    require(segment.payload_length <= std::max(wire_length, kLargestDatagram));
    require(segment.payload_offset + segment.captured_payload <= frame.captured_length);
    require(segment.captured_payload <= segment.payload_length || !segment.analysed);
    require(segment.header_length <= 60);
    require(segment.sack_blocks <= segment.sack.size());
    require(segment.options_complete == segment.labels_printed ||
            (segment.options_complete && segment.bad_options));
    require(!segment.cut_before_window || !segment.analysed);
}

// Networks that are told apart change nothing but the addresses' scopes.
void check_scopes(const FrameView& frame) {
    static SegmentBatch plain;
    static SegmentBatch scoped;
    scoped.scope = {.vlan = true, .tunnel = true, .interface = true};
    for (SegmentBatch* batch : {&plain, &scoped}) batch->clear();
    const SkipReason reason = decode(frame, 0, plain);
    require(decode_in_interface(frame, 0, scoped) == reason);
    require(scoped.count == plain.count && scoped.notice_count == plain.notice_count &&
            scoped.heard_count == plain.heard_count);
    for (std::size_t i = 0; i < plain.count; ++i) {
        Endpoint sender = scoped.segments[i].source();
        sender.address.scope = 0;
        require(sender == plain.segments[i].source());
    }
}

// What is made of it for strangers is no longer, and ends within its bytes.
void check_anonymous(const FrameView& frame) {
    static Anonymiser anonymiser(Anonymiser::Key{1});
    static AnonymousFrame anonymous(anonymiser);
    const FrameView other = anonymous.of(frame);
    require(other.captured_length <= frame.captured_length);
    require(other.original_length == frame.original_length);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static SegmentBatch batch;
    static Reassembler fragments(std::size_t{1} << 20, 1);
    std::unique_ptr<std::uint8_t[]> copy;
    const FrameView frame = frame_of(data, size, copy);
    batch.clear();
    batch.reassembler = &fragments;
    const SkipReason reason = decode(frame, 0, batch);
    require((reason == SkipReason::kNone) == (batch.count > 0));
    require(batch.count <= SegmentBatch::kSegmentsPerFrame);
    for (const Segment& segment : batch.view()) check(segment, frame);
    check_scopes(frame);
    check_anonymous(frame);
    require(batch.notice_count + (batch.count > 0) <= 1);
    for (const Notice& notice : batch.notice_view()) {
        require(notice.is_quote() == notice.quote.icmp_quote &&
                !(notice.is_quote() && notice.quote.analysed));
        require(notice.quote.payload_offset + notice.quote.captured_payload <= frame.captured_length);
    }
    return 0;
}
