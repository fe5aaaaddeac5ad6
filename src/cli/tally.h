// Tally: counts what the analysis tells, for metrics and statistics.
//
// What:    as a sink of the running analyzer it counts events and the connections that ended; as the sink
//          of a snapshot those that are open, and what was read so far. Both together are everything.
// Threads: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "deadpeer/sink.h"

namespace deadpeer::cli {

class Tally final : public ReportSink {
public:
    static constexpr std::size_t kCodes = 64;  // more than there are event kinds, and more than reasons

    void on_input_end(std::uint32_t, const InputSummary& summary) override { inputs.push_back(summary); }
    void on_finding(const Finding& finding) override {
        ++all_events;
        ++events.at(static_cast<std::size_t>(finding.kind));
        if (finding.kind == EventKind::kPeerDead) ++dead_peers.at(static_cast<std::size_t>(finding.reason));
    }
    void on_flow(const FlowSummary& flow) override {
        for (const SideSummary* side : {&flow.initiator_side, &flow.responder_side}) {
            probes += side->probes;
            probes_unanswered += side->probes - side->probes_answered;
        }
        if (flow.closed != Closed::kOpen) return;
        ++open;
        if (flow.verdict == Verdict::kIdle) ++idle;
    }
    Status finish(const RunSummary& summary) override {
        run = summary;
        return success();
    }

    std::uint64_t all_events = 0;
    std::array<std::uint64_t, kCodes> events{};      // by EventKind
    std::array<std::uint64_t, kCodes> dead_peers{};  // peer_dead, by Reason
    std::uint64_t probes = 0;
    std::uint64_t probes_unanswered = 0;
    std::uint64_t open = 0;
    std::uint64_t idle = 0;  // of these
    std::vector<InputSummary> inputs;
    RunSummary run;
};

}  // namespace deadpeer::cli
