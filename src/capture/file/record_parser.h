// RecordParser: bytes of a capture file to frames.
//
// What:    one for each file format. It keeps what the file declared (byte order, interfaces), no bytes
//          and no position: its frames point into the bytes it was given.
// Threads: one thread at a time.
// Errors:  a damaged record is an answer; asked again with the same bytes it says the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "deadpeer/frame.h"
#include "deadpeer/source.h"

namespace deadpeer::capture {

// No record of a sane capture holds more; libpcap and Wireshark have the same limit.
inline constexpr std::uint32_t kMaxCapturedLength = 262'144;

struct SlimEnd;

struct ParseResult {
    enum class Stop : std::uint8_t {
        kBatchFull,
        kNeedMore,  // the next record is not whole; `needed` bytes would show more of it
        kDamaged,   // the next record cannot be right; `detail` says why
    };

    Stop stop = Stop::kBatchFull;
    std::size_t consumed = 0;  // bytes of the records that were read
    std::uint64_t needed = 0;
    const char* needed_for = "";  // "a record header"
    bool mid_record = false;      // the record began in bytes already consumed
    std::string detail;
};

class RecordParser {
public:
    virtual ~RecordParser() = default;

    // Appends frames to the batch, which has room for at least one.
    virtual ParseResult parse(std::span<const std::uint8_t> bytes, FrameBatch& batch) = 0;

    [[nodiscard]] virtual const std::vector<InterfaceInfo>& interfaces() const = 0;
    // Sets the counters that only the parser knows.
    virtual void write_counters(SourceStats& stats) const = 0;
    [[nodiscard]] virtual std::string format() const = 0;
    // What a slim file said last; null: nothing yet, or it is none.
    [[nodiscard]] virtual const SlimEnd* slim_end() const { return nullptr; }
};

}  // namespace deadpeer::capture
