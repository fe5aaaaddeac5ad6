#include "capture/classic_parser.h"

#include <fmt/format.h>

#include <utility>

#include "capture/load.h"

namespace deadpeer::capture {
namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kMagicNanoseconds = 0xA1B23C4D;
constexpr std::uint32_t kMagicKuznetzov = 0xA1B2CD34;

constexpr std::size_t kRecordHeaderBytes = 16;
constexpr std::size_t kKuznetzovRecordHeaderBytes = 24;

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

    ParseResult parse(std::span<const std::uint8_t> bytes, FrameBatch& batch) override {
        return header_.swapped ? parse_records<true>(bytes, batch) : parse_records<false>(bytes, batch);
    }
    const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    void write_counters(SourceStats& stats) const override {
        stats.original_shorter_than_captured = original_shorter_;
        stats.captured_beyond_snap_length = beyond_snap_length_;
        stats.bad_subsecond = bad_subsecond_;
    }
    std::string format() const override {
        return header_.nanoseconds ? "pcap, nanoseconds" : header_.kuznetzov ? "pcap, Kuznetzov" : "pcap";
    }

private:
    template <bool kSwapped>
    ParseResult parse_records(std::span<const std::uint8_t> bytes, FrameBatch& batch);
    void order_lengths(std::uint32_t& captured, std::uint32_t& original) const;

    ClassicHeader header_;
    std::vector<InterfaceInfo> interfaces_;
    std::uint64_t frames_ = 0;
    std::uint64_t original_shorter_ = 0;
    std::uint64_t beyond_snap_length_ = 0;
    std::uint64_t bad_subsecond_ = 0;
};

void ClassicParser::order_lengths(std::uint32_t& captured, std::uint32_t& original) const {
    if (header_.length_order == ClassicHeader::LengthOrder::kOriginalFirst || captured > original) {
        std::swap(captured, original);
    }
}

template <bool kSwapped>
ParseResult ClassicParser::parse_records(std::span<const std::uint8_t> bytes, FrameBatch& batch) {
    const std::size_t header_bytes = header_.kuznetzov ? kKuznetzovRecordHeaderBytes : kRecordHeaderBytes;
    const Nanoseconds unit = header_.nanoseconds ? 1 : kMicrosecond;
    const std::uint32_t units_per_second = static_cast<std::uint32_t>(kSecond / unit);
    const std::uint32_t snap_length = header_.snap_length == 0 ? kMaxCapturedLength : header_.snap_length;
    const bool in_order = header_.length_order == ClassicHeader::LengthOrder::kCapturedFirst;

    const std::uint8_t* record = bytes.data();
    const std::uint8_t* const end = record + bytes.size();
    ParseResult result;
    while (!batch.full()) {
        const auto left = static_cast<std::size_t>(end - record);
        if (left < header_bytes) {
            result.stop = ParseResult::Stop::kNeedMore;
            result.needed = header_bytes;
            result.needed_for = "a record header";
            break;
        }
        std::uint32_t captured = load32<kSwapped>(record + 8);
        std::uint32_t original = load32<kSwapped>(record + 12);
        if (!in_order) order_lengths(captured, original);
        if (captured > kMaxCapturedLength) {
            result.stop = ParseResult::Stop::kDamaged;
            result.detail = fmt::format("the record claims {} captured bytes; the limit is {}", captured,
                                        kMaxCapturedLength);
            break;
        }
        if (left - header_bytes < captured) {
            result.stop = ParseResult::Stop::kNeedMore;
            result.needed = header_bytes + captured;
            result.needed_for = "a record";
            break;
        }
        const std::uint32_t subsecond = load32<kSwapped>(record + 4);
        FrameView& frame = batch.frames[batch.count++];
        frame.data = record + header_bytes;
        frame.captured_length = captured;
        frame.original_length = original;
        // A sub-second field of a second or more carries over, as the sum has it.
        frame.time = Nanoseconds{load32<kSwapped>(record)} * kSecond + Nanoseconds{subsecond} * unit;
        frame.number = ++frames_;
        frame.interface = 0;
        frame.link_type = header_.link_type;
        frame.fcs_bytes = header_.fcs_bytes;
        frame.rejected_by_filter = false;
        bad_subsecond_ += subsecond >= units_per_second ? 1U : 0U;
        original_shorter_ += original < captured ? 1U : 0U;
        beyond_snap_length_ += captured > snap_length ? 1U : 0U;
        record += header_bytes + captured;
    }
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
