// Proofs: what the events of a run name as evidence, and of which connections, until its incidents are known.
//
// What:    each event that an incident can be made of, with its sentence; of connections that such an event,
//          or their verdict, is about the addresses, ports and frames.
// Memory:  bounded: kMost of each. Beyond that events and connections get no part in evidence.
// Threads: one thread at a time.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "report/incident/incident.h"

namespace deadpeer {

// A frame of an input.
struct FramePlace {
    std::uint32_t file = 0;
    std::uint64_t frame = 0;

    friend auto operator<=>(const FramePlace&, const FramePlace&) = default;
};

struct Proof {
    EventKind kind{};
    Reason reason{};
    Confidence confidence{};
    Tries tries{};
    std::uint32_t file = 0;
    std::uint64_t frame = 0;  // 0: silence decided
    std::int64_t stream = -1;
    Nanoseconds time = kNoTime;
    Endpoint subject;
    Endpoint peer;
    std::array<std::uint64_t, 16> evidence{};
    std::uint8_t evidence_count = 0;
    std::string what;  // happened, in a sentence

    [[nodiscard]] std::span<const std::uint64_t> frames() const { return {evidence.data(), evidence_count}; }
};

struct ProvenFlow {
    FlowKey key;
    FramePlace first;
    FramePlace last;
};

class Proofs {
public:
    static constexpr std::size_t kMost = 65536;

    void add(const Finding& finding);
    void add(const FlowSummary& flow);

    // Those that the incident is made of. Which events that are is known by connection, kind and time.
    [[nodiscard]] std::vector<const Proof*> of(const Incident& incident) const;
    // nullptr: not known.
    [[nodiscard]] const ProvenFlow* flow(StreamNumber stream) const;

private:
    std::vector<Proof> proofs_;
    std::unordered_map<StreamNumber, std::vector<std::uint32_t>> of_stream_;  // places in proofs_
    std::unordered_map<StreamNumber, ProvenFlow> flows_;
};

// What an event says of its frames.
Proof proof_of(const Finding& finding);

}  // namespace deadpeer
