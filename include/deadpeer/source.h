// PacketSource: where frames come from: a capture file, a pipe, an interface.
//
// Lifetime: frames of a batch are valid until the next call of next() or the source's end, but for
//           frames_stay().
// Threads:  one thread at a time.
// Errors:   opening returns Result; after that a source never fails: it says how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "deadpeer/frame.h"

namespace deadpeer {

enum class ReadStatus : std::uint8_t {
    kFrames,     // the batch holds at least one frame; call again
    kEnd,        // everything was read
    kTruncated,  // the input ends inside a record: everything before it was handed out
    kDamaged,    // a record cannot be right: everything before it was handed out
    kIdle,       // live, or a pipe whose reader was told not to wait: nothing arrived; not an end
    kFailed,     // live: the capture cannot go on (interface gone)
};

struct InterfaceInfo {
    std::string name;  // pcapng if_name or the live interface; empty if unknown. Untrusted text.
    LinkType link_type = 0;
    std::uint32_t snap_length = 0;  // as declared; 0 = unlimited or unknown
};

struct SourceStats {
    std::uint64_t frames = 0;                          // handed out, filtered ones included
    std::uint64_t captured_bytes = 0;                  // sum of their captured_length
    std::uint64_t bytes_read = 0;                      // of the input, headers included; for progress
    std::optional<std::uint64_t> bytes_total;          // where known
    std::optional<std::uint64_t> dropped_by_capture;   // where the input says (pcapng ISB, libpcap)
    std::uint64_t dropped_by_interface = 0;            // live: of these, before they came to the capture
    std::uint64_t original_shorter_than_captured = 0;  // records whose lengths contradict each other
    std::uint64_t captured_beyond_snap_length = 0;     // records longer than the file declared possible
    std::uint64_t bad_subsecond = 0;                   // records whose sub-second field overflows
    std::uint64_t unusable_time = 0;                   // time stamps outside of the years 1896 to 2116
    std::uint64_t blocks_skipped = 0;                  // pcapng blocks that are neither packets nor known
};

class PacketSource {
public:
    virtual ~PacketSource() = default;

    // Clears the batch and fills it. Any answer but kFrames leaves it empty: frames read before an
    // end or damage are handed out first, by a kFrames of their own.
    virtual ReadStatus next(FrameBatch& batch) = 0;

    // Frames are valid as long as the source, and not only until the next call of next().
    [[nodiscard]] virtual bool frames_stay() const { return false; }

    [[nodiscard]] virtual const SourceStats& stats() const = 0;

    // Grows while reading: pcapng declares interfaces anywhere. The reference is good until the next call of
    // next().
    [[nodiscard]] virtual const std::vector<InterfaceInfo>& interfaces() const = 0;

    // "pcap", "pcapng", "live", with the variant where it matters ("pcap, nanoseconds").
    [[nodiscard]] virtual std::string format() const = 0;

    // After kTruncated, kDamaged or kFailed: what was wrong, and of a file at which byte. Else empty.
    [[nodiscard]] virtual std::string status_detail() const = 0;
};

}  // namespace deadpeer
