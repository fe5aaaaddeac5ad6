// Headlines: the findings that a person must see first, one line each with the frame to look at.
//
// What:    dead peers and rebooted hosts, then paths that forget connections, servers that run out of
//          connections, and the lesser losses. A reboot is told once for its host, not for each connection.
// Memory:  the worst kMost of them; the others are counted.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/sink.h"
#include "report/named.h"

namespace deadpeer {

class Headlines {
public:
    static constexpr std::size_t kMost = 10;

    void add(const Finding& finding);

    // `inputs`: by the index that findings carry.
    void tell(std::string& out, std::span<const InputSummary> inputs, const Named& named) const;

private:
    std::vector<Finding> worst_;  // the worst first
    std::uint64_t count_ = 0;
};

}  // namespace deadpeer
