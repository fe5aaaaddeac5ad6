// Opens a capture file, a pipe or standard input as a PacketSource.
//
// What:   the file type is told by content, never by name.
// Errors: Error with a finished sentence that names the file and says what to try; whatever goes wrong
//         later is told by the source itself (ReadStatus, status_detail()).
#pragma once

#include <memory>
#include <string>

#include "deadpeer/result.h"
#include "deadpeer/source.h"

namespace deadpeer {

struct OpenOptions {
    // A capture filter in pcap-filter(7) syntax; frames it rejects come with rejected_by_filter set.
    // It is compiled for each link type when the first frame of that type comes.
    std::string filter;
};

// "-" is standard input.
Result<std::unique_ptr<PacketSource>> open_capture(const std::string& path, const OpenOptions& options = {});

}  // namespace deadpeer
