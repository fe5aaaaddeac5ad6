// Opens network interfaces with libpcap.
//
// Threads: one at a time.
// Errors:  finished sentences that say what to try.
#pragma once

#include <pcap.h>

#include <memory>
#include <string>
#include <vector>

#include "capture/live/live_capture.h"
#include "deadpeer/result.h"

namespace deadpeer::capture {

struct ClosePcap {
    void operator()(pcap_t* handle) const { ::pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, ClosePcap>;

// How long the kernel may keep a block of frames that is not full yet, at most.
inline constexpr int kLongestBlockTimeoutMs = 200;

struct OpenedInterface {
    PcapHandle handle;
    std::vector<std::string> warnings;
};

// In the order of their names; with their filters, and not blocking. Waits for those that are not there, or
// down, if the options say so.
Result<std::vector<OpenedInterface>> open_interfaces(const LiveOptions& options);

}  // namespace deadpeer::capture
