// ReportFlows: what an earlier run's flows.csv says of the connections that this host has now.
//
// What:    expect() names the connections, read() takes of the report what is about them; of two with the
//          same endpoints the later row.
// Memory:  a record for each connection that was named, whatever the report's size.
// Threads: one thread at a time.
// Errors:  read() names the file, the line and what is wrong with it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/hash.h"
#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/result.h"
#include "deadpeer/time.h"

namespace deadpeer {

// As the probes of one side showed it; kNoTime and 0 where they did not.
struct InferredKeepalive {
    Nanoseconds idle = kNoTime;
    Nanoseconds interval = kNoTime;
    std::uint64_t count = 0;
    std::uint64_t probes = 0;
};

struct ReportFlow {
    std::optional<std::uint64_t> stream;
    Verdict verdict = Verdict::kNone;
    InferredKeepalive local;  // of this host's side
};

class ReportFlows {
public:
    ReportFlows() : flows_(0, SeededHash(0)) {}

    void expect(const Endpoint& local, const Endpoint& remote);

    // `folder`: as -o made it.
    Status read(const std::string& folder);

    // Nothing: the report does not have it.
    [[nodiscard]] std::optional<ReportFlow> find(const Endpoint& local, const Endpoint& remote) const;

private:
    struct Row {
        bool found = false;
        Verdict verdict = Verdict::kNone;
        std::optional<std::uint64_t> stream;
        std::array<InferredKeepalive, 2> by_sender;  // by Direction
    };

    // Remote ends choose their ports.
    std::unordered_map<FlowKey, Row, SeededHash> flows_;
};

}  // namespace deadpeer
