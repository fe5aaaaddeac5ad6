#include "capture/file/slim_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "capture/file/pcapng_options.h"
#include "capture/file/pcapng_parser.h"
#include "capture/live/load.h"
#include "core/parse_number.h"
#include "core/pcapng_writer.h"

namespace deadpeer::capture {
namespace {

constexpr std::string_view kMagic = "slim";
constexpr std::uint16_t kVersion = 1;
constexpr std::uint16_t kBeginning = 1;
constexpr std::uint16_t kEnd = 2;
constexpr std::size_t kHeaderBytes = 8;  // of the body
constexpr std::size_t kMostBeginningBytes = 4096;

enum BeginningOption : std::uint16_t { kName = 1, kSize };
enum EndOption : std::uint16_t {
    kFormat = 1,
    kStatus,
    kDetail,
    kExitCode,
    kFrames,
    kCapturedBytes,
    kDropped,
    kOriginalShorter,
    kBeyondSnapLength,
    kBadSubsecond,
    kUnusableTime,
    kBlocksSkipped,
    kFirstTime,
    kLastTime,
    kSegments,
    kSkipped,
};

void put_number(std::string& out, std::uint16_t code, std::uint64_t number) {
    std::string bytes;
    pcapng::put(bytes, number);
    pcapng::put_option(out, code, bytes);
}

std::size_t begin(std::string& out, std::uint16_t part) {
    const std::size_t block = pcapng::begin_block(out, pcapng::kSlim);
    out += kMagic;
    pcapng::put(out, kVersion);
    pcapng::put(out, part);
    return block;
}

void end(std::string& out, std::size_t block) {
    pcapng::end_options(out);
    pcapng::end_block(out, block);
}

// The options of a block of that part; none if it is no such block.
std::optional<std::span<const std::uint8_t>> options_of(const pcapng::Block& block, std::uint16_t part) {
    if (block.body_bytes < kHeaderBytes || std::memcmp(block.body, kMagic.data(), kMagic.size()) != 0)
        return std::nullopt;
    if (load16<false>(block.body + 4) != kVersion || load16<false>(block.body + 6) != part)
        return std::nullopt;
    return block.from(kHeaderBytes);
}

std::uint64_t number(std::span<const std::uint8_t> value) {
    return value.size() == sizeof(std::uint64_t) ? load64<false>(value.data()) : 0;
}

std::string text(std::span<const std::uint8_t> value) {
    return {reinterpret_cast<const char*>(value.data()), value.size()};
}

void count_skipped(const std::string& count, SlimEnd& end) {
    const std::size_t equals = count.find('=');
    const auto reason = std::ranges::find(kSkipReasonNames, count.substr(0, equals));
    if (equals == std::string::npos || reason == kSkipReasonNames.end()) return;
    const auto frames = parse_number<std::uint64_t>(std::string_view(count).substr(equals + 1));
    end.skipped[static_cast<std::size_t>(reason - kSkipReasonNames.begin())] = frames.value_or(0);
}

// As in the column `status` of capture.csv.
constexpr std::pair<ReadStatus, std::string_view> kStatusNames[] = {
    {ReadStatus::kEnd, "complete"}, {ReadStatus::kTruncated, "truncated"}, {ReadStatus::kDamaged, "damaged"}};

std::string_view name_of(ReadStatus status) {
    return std::ranges::find(kStatusNames, status, &std::pair<ReadStatus, std::string_view>::first)->second;
}

ReadStatus status_named(std::string_view name) {
    for (const auto& [status, known] : kStatusNames) {
        if (known == name) return status;
    }
    return ReadStatus::kDamaged;
}

struct Counter {
    EndOption code;
    std::uint64_t SourceStats::*count;
};
constexpr Counter kCounters[] = {
    {kFrames, &SourceStats::frames},
    {kCapturedBytes, &SourceStats::captured_bytes},
    {kOriginalShorter, &SourceStats::original_shorter_than_captured},
    {kBeyondSnapLength, &SourceStats::captured_beyond_snap_length},
    {kBadSubsecond, &SourceStats::bad_subsecond},
    {kUnusableTime, &SourceStats::unusable_time},
    {kBlocksSkipped, &SourceStats::blocks_skipped},
};

void take_end(std::uint16_t code, std::span<const std::uint8_t> value, SlimEnd& end) {
    for (const Counter& counter : kCounters) {
        if (counter.code == code) end.stats.*counter.count = number(value);
    }
    if (code == kFormat) end.format = text(value);
    if (code == kStatus) end.status = status_named(text(value));
    if (code == kDetail) end.detail = text(value);
    if (code == kExitCode) end.exit_code = number(value);
    if (code == kDropped) end.stats.dropped_by_capture = number(value);
    if (code == kFirstTime) end.first_time = static_cast<Nanoseconds>(number(value));
    if (code == kLastTime) end.last_time = static_cast<Nanoseconds>(number(value));
    if (code == kSegments) end.segments = number(value);
    if (code == kSkipped) count_skipped(text(value), end);
}

// A file may be made that is called so.
bool is_file_name(const std::string& name) {
    const bool is_folder = name.empty() || name == "." || name == "..";
    return !is_folder && name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
}

const std::string& slim_section() {
    static const std::string section = [] {
        std::string text;
        pcapng::put_section(text, kSlimApplication);
        return text;
    }();
    return section;
}

}  // namespace

void put_slim_beginning(std::string& out, const SlimBeginning& beginning) {
    const std::size_t block = begin(out, kBeginning);
    pcapng::put_option(out, kName, beginning.name);
    if (beginning.size) put_number(out, kSize, *beginning.size);
    end(out, block);
}

void put_slim_end(std::string& out, const SlimEnd& record) {
    const SourceStats& stats = record.stats;
    const std::size_t block = begin(out, kEnd);
    pcapng::put_option(out, kFormat, record.format);
    pcapng::put_option(out, kStatus, name_of(record.status));
    if (!record.detail.empty()) pcapng::put_option(out, kDetail, record.detail);
    put_number(out, kExitCode, record.exit_code);
    for (const Counter& counter : kCounters) put_number(out, counter.code, stats.*counter.count);
    if (stats.dropped_by_capture) put_number(out, kDropped, *stats.dropped_by_capture);
    if (record.first_time != kNoTime) {
        put_number(out, kFirstTime, static_cast<std::uint64_t>(record.first_time));
        put_number(out, kLastTime, static_cast<std::uint64_t>(record.last_time));
    }
    put_number(out, kSegments, record.segments);
    for (std::size_t i = 0; i < kSkipReasonCount; ++i) {
        if (record.skipped[i] != 0)
            pcapng::put_option(out, kSkipped, fmt::format("{}={}", kSkipReasonNames[i], record.skipped[i]));
    }
    end(out, block);
}

std::optional<SlimBeginning> read_slim_beginning(const pcapng::Block& block) {
    const auto options = options_of(block, kBeginning);
    if (!options) return std::nullopt;
    SlimBeginning beginning;
    for_each_option<false>(*options, [&](std::uint16_t code, std::span<const std::uint8_t> value) {
        if (code == kName) beginning.name = text(value);
        if (code == kSize) beginning.size = number(value);
    });
    if (!is_file_name(beginning.name)) return std::nullopt;
    return beginning;
}

std::optional<SlimEnd> read_slim_end(const pcapng::Block& block) {
    const auto options = options_of(block, kEnd);
    if (!options) return std::nullopt;
    SlimEnd record;
    for_each_option<false>(*options, [&](std::uint16_t code, std::span<const std::uint8_t> value) {
        take_end(code, value, record);
    });
    return record;
}

bool begins_slim(std::span<const std::uint8_t> beginning) {
    const std::string& section = slim_section();
    return beginning.size() >= section.size() &&
           std::memcmp(beginning.data(), section.data(), section.size()) == 0;
}

std::size_t slim_bytes_to_open(std::span<const std::uint8_t> so_far) {
    const std::string& section = slim_section();
    if (std::memcmp(so_far.data(), section.data(), pcapng::kBlockHeaderBytes) != 0)
        return kSectionHeaderBytes;
    if (so_far.size() < section.size()) return section.size();
    if (!begins_slim(so_far)) return kSectionHeaderBytes;
    const std::size_t header = section.size() + pcapng::kBlockHeaderBytes;
    if (so_far.size() < header) return header;
    const std::uint32_t length = load32<false>(so_far.data() + section.size() + 4);
    return length <= kMostBeginningBytes ? section.size() + length : header;
}

std::optional<SlimBeginning> slim_beginning_of(std::span<const std::uint8_t> beginning) {
    const std::size_t at = slim_section().size();
    if (!begins_slim(beginning) || beginning.size() < at + pcapng::kBlockFrameBytes) return std::nullopt;
    const std::uint8_t* const bytes = beginning.data() + at;
    const std::uint32_t length = load32<false>(bytes + 4);
    const bool whole = length >= pcapng::kBlockFrameBytes && length <= beginning.size() - at;
    if (load32<false>(bytes) != pcapng::kSlim || !whole) return std::nullopt;
    return read_slim_beginning(
        {pcapng::kSlim, bytes + pcapng::kBlockHeaderBytes, length - pcapng::kBlockFrameBytes});
}

}  // namespace deadpeer::capture
