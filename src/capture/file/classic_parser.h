// Classic pcap files.
//
// What:   a 24-byte file header, then records. Versions 2.0 to 2.4 and DG/UX's 543.0, microseconds and
//         nanoseconds, Kuznetzov's longer record header (magic a1b2cd34), both byte orders.
// Errors: ClassicHeader::read answers with the reason why this file cannot be read.
// Source: pcap-savefile(5); draft-ietf-opsawg-pcap; for older versions, libpcap's behaviour.
#pragma once

#include <memory>
#include <span>

#include "capture/file/record_parser.h"
#include "deadpeer/result.h"

namespace deadpeer::capture {

struct ClassicHeader {
    static constexpr std::size_t kBytes = 24;

    // Versions before 2.3 have the two lengths of a record in the other order; 2.3 has either.
    enum class LengthOrder : std::uint8_t { kCapturedFirst, kOriginalFirst, kGuess };

    bool swapped = false;
    bool nanoseconds = false;
    bool kuznetzov = false;
    LengthOrder length_order = LengthOrder::kCapturedFirst;
    std::uint32_t snap_length = 0;
    LinkType link_type = 0;
    std::uint8_t fcs_bytes = 0;

    // The reason of an Error is the end of a sentence: "has version 9.9 of the pcap format ...".
    static Result<ClassicHeader> read(std::span<const std::uint8_t, kBytes> bytes);
};

// Parses what follows the file header.
std::unique_ptr<RecordParser> make_classic_parser(const ClassicHeader& header);

}  // namespace deadpeer::capture
