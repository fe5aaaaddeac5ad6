// SlimRecord: what a slim file says of the capture that it was made of.
//
// What:    a slim file (deadpeer slim) is a pcapng file of one little-endian section whose application is
//          called "deadpeer slim", compressed with zstd. It holds every frame of the original, at its place,
//          cut to the bytes that the analysis reads, and two blocks of kSlim, a type that pcapng leaves
//          for local use, so that other programs skip it and number the frames as before:
//
//              0   block type, 0x80647073      8   magic, "slim"
//              4   block length                12  version (2), 1 or 2: beginning or end (2)
//              16  options, as those of other blocks; then the block length again
//
//          The first comes right after the section header, the other is the last block. A frame without a
//          usable time has ticks of all ones; a record that is no packet is a custom block of the enterprise
//          number for examples, 32473.
// Options: numbers are 8 bytes, times nanoseconds since 1970.
//          beginning: 1 name, 2 size of the original in bytes (if known)
//          end:       1 format  2 status (complete, truncated, damaged)  3 its detail  4 exit code
//                     5 frames  6 captured bytes  7 dropped by the capture (if known)
//                     8 records whose original length is shorter  9 captured beyond the snap length
//                     10 bad subsecond fields  11 unusable times  12 blocks skipped  13, 14 first, last time
//                     15 TCP segments  16 "reason=frames", once for each reason to skip frames
//          5 to 14 may be absent: then they are 0, or not known. Others are passed over.
// Threads: plain values, pure functions.
// Source:  draft-ietf-opsawg-pcapng, sections 3.1, 3.5 and 10.1 (local use).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/pcapng_block.h"
#include "deadpeer/skip_reason.h"
#include "deadpeer/source.h"

namespace deadpeer::capture {

inline constexpr std::string_view kSlimApplication = "deadpeer slim";
inline constexpr std::string_view kSlimSuffix = ".slim.pcapng.zst";
inline constexpr std::uint32_t kExampleEnterprise = 32'473;  // RFC 5612

// Of a frame without a usable time.
inline constexpr std::uint64_t kNoTicks = ~std::uint64_t{0};

struct SlimBeginning {
    std::string name;  // of the original, without its folder. Untrusted text.
    std::optional<std::uint64_t> size;
};

// Its texts are untrusted, too.
struct SlimEnd {
    std::string format;
    ReadStatus status = ReadStatus::kEnd;  // or kTruncated, kDamaged
    std::string detail;
    std::uint64_t exit_code = 0;
    SourceStats stats;  // of the original, but for bytes_read and bytes_total
    Nanoseconds first_time = kNoTime;
    Nanoseconds last_time = kNoTime;
    std::uint64_t segments = 0;
    std::array<std::uint64_t, kSkipReasonCount> skipped{};
};

void put_slim_beginning(std::string& out, const SlimBeginning& beginning);
void put_slim_end(std::string& out, const SlimEnd& end);

// REQUIRES: the block is of kSlim. No value: it is another program's, or of a version to come, or the name is
// not one that a file may have.
std::optional<SlimBeginning> read_slim_beginning(const pcapng::Block& block);
std::optional<SlimEnd> read_slim_end(const pcapng::Block& block);

// How many bytes of a pcapng file tell whether it is a slim file, and if it is one, of what: more than there
// are, or as many as that takes. REQUIRES: a section header's first 28 bytes are there.
std::size_t slim_bytes_to_open(std::span<const std::uint8_t> so_far);
// REQUIRES: as many are there, or no more come. No value: it is no slim file, or cut before it tells.
bool begins_slim(std::span<const std::uint8_t> beginning);
std::optional<SlimBeginning> slim_beginning_of(std::span<const std::uint8_t> beginning);

}  // namespace deadpeer::capture
