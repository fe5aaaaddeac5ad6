#include "capture/file/classic_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "capture/file/file_type.h"
#include "capture/file/pcapng_parser.h"
#include "capture/live/load.h"

namespace deadpeer::capture {
namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kMagicNanoseconds = 0xA1B23C4D;
constexpr std::uint32_t kMagicKuznetzov = 0xA1B2CD34;

constexpr std::size_t kRecordHeaderBytes = 16;
constexpr std::size_t kKuznetzovRecordHeaderBytes = 24;

// A file comes from memory that the processor has not met, and where a record begins is known only once the
// one before it was read. So some is asked for ahead: what comes so many bytes later, and the second line of
// this record's headers, which the decoder will read.
constexpr std::size_t kReadAhead = 4096;
constexpr std::size_t kCacheLine = 64;

// The link type field: 4 bits of FCS length in 16-bit words, 1 bit that says they hold, the type.
constexpr std::uint32_t kFcsPresent = 0x04000000;
constexpr std::uint32_t kLinkTypeMask = 0x03FFFFFF;

template <bool kSwapped>
Result<ClassicHeader> read_header(const std::uint8_t* bytes, std::uint32_t magic) {
    ClassicHeader header;
    header.swapped = kSwapped;
    header.nanoseconds = magic == kMagicNanoseconds;
    header.kuznetzov = magic == kMagicKuznetzov;

    const std::uint16_t major = load16<kSwapped>(bytes + 4);
    const std::uint16_t minor = load16<kSwapped>(bytes + 6);
    const bool dg_ux = major == 543 && minor == 0;
    if (!dg_ux && (major != 2 || minor > 4)) {
        return Error{fmt::format("has version {}.{} of the pcap format; versions 2.0 to 2.4 can be read",
                                 major, minor)};
    }
    if (dg_ux || minor < 3) {
        header.length_order = ClassicHeader::LengthOrder::kOriginalFirst;
    } else if (minor == 3) {
        header.length_order = ClassicHeader::LengthOrder::kGuess;
    }

    header.snap_length = load32<kSwapped>(bytes + 16);
    const std::uint32_t network = load32<kSwapped>(bytes + 20);
    const std::uint32_t link_type = network & kLinkTypeMask;
    if (link_type > 0xFFFF) {
        return Error{fmt::format("has link type {}, which is not assigned", link_type)};
    }
    header.link_type = static_cast<LinkType>(link_type);
    if ((network & kFcsPresent) != 0) {
        header.fcs_bytes = static_cast<std::uint8_t>(2 * (network >> 28));
    }
    return header;
}

class ClassicParser final : public RecordParser {
public:
    explicit ClassicParser(const ClassicHeader& header)
        : header_(header), interfaces_{{{}, header.link_type, header.snap_length}} {}

    ParseResult parse(std::span<const std::uint8_t> bytes, FrameBatch& batch) override;
    const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    void write_counters(SourceStats& stats) const override {
        stats.original_shorter_than_captured = counters_.original_shorter;
        stats.captured_beyond_snap_length = counters_.beyond_snap_length;
        stats.bad_subsecond = counters_.bad_subsecond;
    }
    std::string format() const override {
        return header_.nanoseconds ? "pcap, nanoseconds" : header_.kuznetzov ? "pcap, Kuznetzov" : "pcap";
    }

private:
    using LengthOrder = ClassicHeader::LengthOrder;

    struct Counters {
        std::uint64_t frames = 0;
        std::uint64_t original_shorter = 0;
        std::uint64_t beyond_snap_length = 0;
        std::uint64_t bad_subsecond = 0;
    };

    // Stops at the header of another capture, too: as if it were damaged, without a detail.
    template <bool kSwapped>
    ParseResult parse_records(std::span<const std::uint8_t> bytes, FrameBatch& batch);
    void order_lengths(std::uint32_t& captured, std::uint32_t& original) const;

    ClassicHeader header_;
    std::vector<InterfaceInfo> interfaces_;
    Counters counters_;
};

// Captures that were written one after the other (`cat a.pcap b.pcap`) are one.
ParseResult ClassicParser::parse(std::span<const std::uint8_t> bytes, FrameBatch& batch) {
    std::size_t consumed = 0;
    for (;;) {
        const auto left = bytes.subspan(consumed);
        ParseResult result =
            header_.swapped ? parse_records<true>(left, batch) : parse_records<false>(left, batch);
        consumed += result.consumed;
        result.consumed = consumed;
        if (result.stop != ParseResult::Stop::kDamaged || !result.detail.empty()) return result;
        const auto next = ClassicHeader::read(bytes.subspan(consumed).first<ClassicHeader::kBytes>());
        if (!next) {
            result.detail = fmt::format("another capture begins here, which {}", next.error().message);
            return result;
        }
        header_ = next.value();
        const InterfaceInfo& last = interfaces_.back();
        if (header_.link_type != last.link_type || header_.snap_length != last.snap_length) {
            if (interfaces_.size() == kMaxInterfaces) {
                result.detail = fmt::format("more than {} captures of different link types", kMaxInterfaces);
                return result;
            }
            interfaces_.push_back({{}, header_.link_type, header_.snap_length});
        }
        consumed += ClassicHeader::kBytes;
    }
}

// As a record it would be one without a byte, at one of six seconds.
bool is_file_header(const std::uint8_t* bytes) {
    return load32<false>(bytes + 8) == 0 && load32<false>(bytes + 12) == 0 &&
           file_type({bytes, 4}) == FileType::kClassic;
}

void ClassicParser::order_lengths(std::uint32_t& captured, std::uint32_t& original) const {
    if (header_.length_order == LengthOrder::kOriginalFirst || captured > original) {
        std::swap(captured, original);
    }
}

ParseResult cut(std::size_t needed, const char* needed_for) {
    ParseResult result;
    result.stop = ParseResult::Stop::kNeedMore;
    result.needed = needed;
    result.needed_for = needed_for;
    return result;
}

ParseResult too_long(std::uint32_t captured) {
    ParseResult result;
    result.stop = ParseResult::Stop::kDamaged;
    result.detail =
        fmt::format("the record claims {} captured bytes; the limit is {}", captured, kMaxCapturedLength);
    return result;
}

// The counters are local while the loop runs: stores to frames could otherwise be stores to them.
template <bool kSwapped>
ParseResult ClassicParser::parse_records(std::span<const std::uint8_t> bytes, FrameBatch& batch) {
    const ClassicHeader header = header_;
    const std::size_t header_bytes = header.kuznetzov ? kKuznetzovRecordHeaderBytes : kRecordHeaderBytes;
    const Nanoseconds unit = header.nanoseconds ? 1 : kMicrosecond;
    const auto units_per_second = static_cast<std::uint32_t>(kSecond / unit);
    const std::uint32_t snap_length = header.snap_length == 0 ? kMaxCapturedLength : header.snap_length;
    const auto interface = static_cast<std::uint32_t>(interfaces_.size() - 1);
    Counters counters = counters_;
    std::size_t count = batch.count;
    const std::uint8_t* record = bytes.data();
    const std::uint8_t* const end = record + bytes.size();
    ParseResult result;

    for (; count < FrameBatch::kCapacity; ++count) {
        const auto left = static_cast<std::size_t>(end - record);
        if (left < header_bytes) {
            result = cut(header_bytes, "a record header");
            break;
        }
        std::uint32_t captured = load32<kSwapped>(record + 8);
        std::uint32_t original = load32<kSwapped>(record + 12);
        if (header.length_order != LengthOrder::kCapturedFirst) order_lengths(captured, original);
        if (captured == 0 && is_file_header(record)) {
            if (left >= ClassicHeader::kBytes) {
                result.stop = ParseResult::Stop::kDamaged;
            } else {
                result = cut(ClassicHeader::kBytes, "a file header");
            }
            break;
        }
        if (captured > kMaxCapturedLength) {
            result = too_long(captured);
            break;
        }
        if (left - header_bytes < captured) {
            result = cut(header_bytes + captured, "a record");
            break;
        }
        __builtin_prefetch(record + std::min(left, kReadAhead));
        __builtin_prefetch(record + std::min(left, kCacheLine));
        const std::uint32_t subsecond = load32<kSwapped>(record + 4);
        FrameView& frame = batch.frames[count];
        frame.data = record + header_bytes;
        frame.captured_length = captured;
        frame.original_length = original;
        // A sub-second field of a second or more carries over, as the sum has it.
        frame.time = Nanoseconds{load32<kSwapped>(record)} * kSecond + Nanoseconds{subsecond} * unit;
        frame.number = ++counters.frames;
        frame.interface = interface;
        frame.link_type = header.link_type;
        frame.fcs_bytes = header.fcs_bytes;
        frame.rejected_by_filter = false;
        counters.bad_subsecond += subsecond >= units_per_second ? 1U : 0U;
        counters.original_shorter += original < captured ? 1U : 0U;
        counters.beyond_snap_length += captured > snap_length ? 1U : 0U;
        record += header_bytes + captured;
    }
    batch.count = count;
    counters_ = counters;
    result.consumed = static_cast<std::size_t>(record - bytes.data());
    return result;
}

}  // namespace

Result<ClassicHeader> ClassicHeader::read(std::span<const std::uint8_t, kBytes> bytes) {
    for (const std::uint32_t magic : {kMagicMicroseconds, kMagicNanoseconds, kMagicKuznetzov}) {
        if (load32<false>(bytes.data()) == magic) return read_header<false>(bytes.data(), magic);
        if (load32<true>(bytes.data()) == magic) return read_header<true>(bytes.data(), magic);
    }
    return Error{"is not a pcap file"};
}

std::unique_ptr<RecordParser> make_classic_parser(const ClassicHeader& header) {
    return std::make_unique<ClassicParser>(header);
}

}  // namespace deadpeer::capture
