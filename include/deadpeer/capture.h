// open_capture: a capture file as a PacketSource.
//
// What:   pcap and pcapng, also compressed, told by content, never by name; "-" is standard input. A pipe is
//         waited for as long as it takes.
// Errors: Error with a finished sentence that names the file and says what to try; whatever goes wrong
//         later is told by the source itself (ReadStatus, status_detail()).
// Limits: a program that wants to survive a file which is cut short while it is read handles SIGBUS: files
//         are mapped.
#pragma once

#include <memory>
#include <string>

#include "deadpeer/result.h"
#include "deadpeer/source.h"

namespace deadpeer {

Result<std::unique_ptr<PacketSource>> open_capture(const std::string& path);

}  // namespace deadpeer
