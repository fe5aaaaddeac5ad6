// Opens a capture file, a pipe or standard input as a PacketSource.
//
// What:   the file type is told by content, never by name.
// Errors: Error with a finished sentence that names the file and says what to try; whatever goes wrong
//         later is told by the source itself (ReadStatus, status_detail()).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "deadpeer/result.h"
#include "deadpeer/source.h"

namespace deadpeer {

struct OpenOptions {
    // A capture filter in pcap-filter(7) syntax; frames it rejects come with rejected_by_filter set.
    // It is compiled for each link type when the first frame of that type comes; where it makes no sense
    // for a type, it rejects all frames of it.
    std::string filter;

    // Asked several times a second, and after signals, while a pipe is silent. When it says false, next()
    // returns kIdle, and open_capture itself gives a source that has nothing. Without it a pipe is waited
    // for without end.
    std::function<bool()> keep_waiting;
};

// "-" is standard input.
Result<std::unique_ptr<PacketSource>> open_capture(const std::string& path, const OpenOptions& options = {});

}  // namespace deadpeer
