#include "capture/file/pcapng_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "capture/file/pcapng_content.h"
#include "capture/live/load.h"
#include "core/pcapng_block.h"

namespace deadpeer::capture {

using namespace pcapng;

namespace {

// Of blocks that are looked into; libpcap has the same limit for all.
constexpr std::uint32_t kMaxBlockBytes = 16U << 20;

// Other blocks longer than this are not collected, but skipped piece by piece as they come.
constexpr std::uint32_t kSkipInPiecesAbove = 1U << 20;

class PcapngParser final : public RecordParser {
public:
    explicit PcapngParser(NameListener on_name) : content_(std::move(on_name)) {}

    ParseResult parse(std::span<const std::uint8_t> bytes, FrameBatch& batch) override;
    const std::vector<InterfaceInfo>& interfaces() const override { return content_.interfaces(); }
    std::string format() const override { return "pcapng"; }
    const SlimEnd* slim_end() const override { return content_.slim_end(); }
    void write_counters(SourceStats& stats) const override { content_.write_counters(stats); }

private:
    // Both answer whether to go on with the next block; if not, `result` says why.
    template <bool kSwapped>
    bool take_block(std::span<const std::uint8_t> left, FrameBatch& batch, ParseResult& result);
    bool find_byte_order(std::span<const std::uint8_t> left, ParseResult& result);
    void skip(std::size_t available, ParseResult& result);

    PcapngContent content_;
    bool swapped_ = false;
    std::uint64_t skip_ = 0;  // bytes left of a block that is skipped piece by piece
};

bool need_more(ParseResult& result, std::uint64_t needed, const char* needed_for) {
    result.stop = ParseResult::Stop::kNeedMore;
    result.needed = needed;
    result.needed_for = needed_for;
    return false;
}

bool damaged(ParseResult& result, std::string detail) {
    result.stop = ParseResult::Stop::kDamaged;
    result.detail = std::move(detail);
    return false;
}

ParseResult PcapngParser::parse(std::span<const std::uint8_t> bytes, FrameBatch& batch) {
    ParseResult result;
    bool go_on = true;
    while (go_on && !batch.full()) {
        if (skip_ > 0) skip(bytes.size() - result.consumed, result);
        const auto left = bytes.subspan(result.consumed);
        if (skip_ > 0) {
            need_more(result, skip_, "a skipped block");
            result.mid_record = true;
            break;
        }
        if (left.size() < kBlockFrameBytes) {
            need_more(result, kBlockFrameBytes, "a block");
            break;
        }
        const bool new_section = load32<false>(left.data()) == kSectionHeader;
        if (new_section && !find_byte_order(left, result)) break;
        go_on = swapped_ ? take_block<true>(left, batch, result) : take_block<false>(left, batch, result);
    }
    return result;
}

void PcapngParser::skip(std::size_t available, ParseResult& result) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(available, skip_));
    skip_ -= now;
    result.consumed += now;
}

bool PcapngParser::find_byte_order(std::span<const std::uint8_t> left, ParseResult& result) {
    if (load32<false>(left.data() + 8) == kByteOrderMagic) {
        swapped_ = false;
    } else if (load32<true>(left.data() + 8) == kByteOrderMagic) {
        swapped_ = true;
    } else {
        return damaged(result, "the section header has no byte-order magic");
    }
    return true;
}

template <bool kSwapped>
bool PcapngParser::take_block(std::span<const std::uint8_t> left, FrameBatch& batch, ParseResult& result) {
    const std::uint32_t type = load32<kSwapped>(left.data());
    const std::uint32_t length = load32<kSwapped>(left.data() + 4);
    if (length % 4 != 0 || length < kBlockFrameBytes + smallest_body(type)) {
        return damaged(result, fmt::format("a block of type {:#x} claims a length of {}", type, length));
    }
    if (length > left.size()) {
        if (is_looked_into(type)) {
            if (length <= kMaxBlockBytes) return need_more(result, length, "a block");
            return damaged(result, fmt::format("a block of type {:#x} claims {} bytes; the limit is {}", type,
                                               length, kMaxBlockBytes));
        }
        if (length <= kSkipInPiecesAbove) return need_more(result, length, "a block");
        content_.count_skipped_block();
        skip_ = length;
        return true;
    }
    if (load32<kSwapped>(left.data() + length - 4) != length) {
        return damaged(result, fmt::format("the two lengths of a block differ: {} and {}", length,
                                           load32<kSwapped>(left.data() + length - 4)));
    }
    const Block block = {type, left.data() + kBlockHeaderBytes, length - kBlockFrameBytes};
    if (!content_.take<kSwapped>(block, batch)) return damaged(result, content_.problem());
    result.consumed += length;
    return true;
}

}  // namespace

Status check_first_section(std::span<const std::uint8_t> beginning) {
    if (beginning.size() < kSectionHeaderBytes) {
        return Error{
            fmt::format("ends inside the pcapng section header ({} of {} bytes); was it copied completely?",
                        beginning.size(), kSectionHeaderBytes)};
    }
    const std::uint8_t* bytes = beginning.data();
    const bool native = load32<false>(bytes + 8) == kByteOrderMagic;
    if (!native && load32<true>(bytes + 8) != kByteOrderMagic) {
        return Error{
            "begins like a pcapng file but has no byte-order magic; it is damaged or something else"};
    }
    const std::string problem = native ? version_problem(load16<false>(bytes + 12), load16<false>(bytes + 14))
                                       : version_problem(load16<true>(bytes + 12), load16<true>(bytes + 14));
    if (!problem.empty()) return Error{problem};
    return success();
}

std::unique_ptr<RecordParser> make_pcapng_parser(NameListener on_name) {
    return std::make_unique<PcapngParser>(std::move(on_name));
}

}  // namespace deadpeer::capture
