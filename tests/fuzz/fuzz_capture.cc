// Fuzz target: any bytes as a capture file, compressed or not; and the same bytes as they trickle in.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/file/classic_parser.h"
#include "capture/file/file_source.h"
#include "capture/file/file_type.h"
#include "capture/file/pcapng_parser.h"
#include "capture/open.h"
#include "fuzz/memory_file.h"

namespace {

using namespace deadpeer;
using fuzz::require;

// Enough for all that an input of a few kilobytes can say, a bomb left aside.
constexpr std::size_t kMostFrames = 20'000;

struct Reading {
    std::vector<std::string> frames;
    ReadStatus status = ReadStatus::kFrames;
    std::string detail;
};

std::string text_of(const FrameView& frame) {
    std::uint64_t sum = 0;
    for (const std::uint8_t byte : frame.bytes()) sum = sum * 31 + byte;
    return std::to_string(frame.number) + ' ' + std::to_string(frame.time) + ' ' +
           std::to_string(frame.captured_length) + '/' + std::to_string(frame.original_length) + ' ' +
           std::to_string(frame.link_type) + ' ' + std::to_string(frame.interface) + ' ' +
           std::to_string(sum);
}

Reading read(PacketSource& source) {
    Reading reading;
    FrameBatch batch;
    std::uint64_t number = 0;
    while (reading.frames.size() < kMostFrames) {
        reading.status = source.next(batch);
        if (reading.status != ReadStatus::kFrames) break;
        require(batch.count > 0 && batch.count <= FrameBatch::kCapacity);
        for (const FrameView& frame : batch.view()) {
            require(frame.captured_length <= capture::kMaxCapturedLength);
            require(frame.number > number);
            number = frame.number;
            require(frame.time == kNoTime || (frame.time >= kEarliestTime && frame.time <= kLatestTime));
            const bool declared = frame.interface < source.interfaces().size();
            require(declared || frame.interface == kUndeclaredInterface || frame.interface == kNotAPacket);
            reading.frames.push_back(text_of(frame));
        }
    }
    if (reading.status != ReadStatus::kFrames) require(source.stats().frames == reading.frames.size());
    const bool at_fault = reading.status == ReadStatus::kDamaged || reading.status == ReadStatus::kTruncated;
    reading.detail = source.status_detail();
    require(at_fault == !reading.detail.empty());
    require(!source.format().empty());
    return reading;
}

// A few bytes more at each call, each time at another place, of the exact size: the sanitizer sees any byte
// too far.
class Trickle final : public capture::ByteSource {
public:
    explicit Trickle(std::span<const std::uint8_t> all) : all_(all) { show(kFirst); }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const override {
        return {shown_.get() + taken_, size_ - taken_};
    }
    void consume(std::size_t count) override { taken_ += count; }
    More more() override {
        const std::size_t from = from_ + taken_;
        if (from_ + size_ == all_.size()) return More::kEnd;
        const std::size_t held = size_ - taken_;
        from_ = from;
        taken_ = 0;
        show(held + 1 + from % 61);
        return More::kMore;
    }
    [[nodiscard]] std::optional<std::uint64_t> total() const override { return std::nullopt; }
    [[nodiscard]] std::string fault() const override { return {}; }

private:
    static constexpr std::size_t kFirst = capture::ClassicHeader::kBytes;

    void show(std::size_t size) {
        size_ = std::min(size, all_.size() - from_);
        shown_ = std::make_unique<std::uint8_t[]>(size_);
        std::copy_n(all_.data() + from_, size_, shown_.get());
    }

    std::span<const std::uint8_t> all_;
    std::unique_ptr<std::uint8_t[]> shown_;
    std::size_t from_ = 0;  // of all, where what is shown begins
    std::size_t size_ = 0;
    std::size_t taken_ = 0;
};

// Names of hosts, one after the other.
capture::NameListener appends_to(std::string& names) {
    return [&names](const IpAddress& address, std::string_view name) {
        require(!name.empty());
        names.append(to_string(address)).append(" ").append(name).append("\n");
    };
}

std::unique_ptr<PacketSource> trickling(std::span<const std::uint8_t> bytes, std::string& names) {
    auto trickle = std::make_unique<Trickle>(bytes);
    if (capture::file_type(bytes) == capture::FileType::kPcapng)
        return std::make_unique<capture::FileSource>(
            std::move(trickle), capture::make_pcapng_parser(appends_to(names)), capture::FrameFilter(), 0);
    const auto header = capture::ClassicHeader::read(bytes.first<capture::ClassicHeader::kBytes>());
    trickle->consume(capture::ClassicHeader::kBytes);
    return std::make_unique<capture::FileSource>(std::move(trickle),
                                                 capture::make_classic_parser(header.value()),
                                                 capture::FrameFilter(), capture::ClassicHeader::kBytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file({reinterpret_cast<const char*>(data), size});
    std::string names;
    OpenOptions options;
    options.on_name = appends_to(names);
    const auto source = open_capture(file.path(), options);
    if (!source) {
        require(!source.error().message.empty());
        return 0;
    }
    const Reading whole = read(*source.value());
    const std::span bytes(data, size);
    if (capture::file_type(bytes) == capture::FileType::kOther) return 0;  // compressed
    std::string names_trickled;
    const Reading trickled = read(*trickling(bytes, names_trickled));
    require(names_trickled == names);
    require(trickled.frames == whole.frames);
    // A slim file's end tells of the original.
    if (original_of(*source.value()) != nullptr) return 0;
    require(trickled.status == whole.status);
    require(trickled.detail == whole.detail);
    return 0;
}
