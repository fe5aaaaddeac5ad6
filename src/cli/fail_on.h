// FailOn: the events and verdicts that end a run with exit code 10, and the sink that looks out for them.
//
// Threads: one thread at a time.
#pragma once

#include <bitset>
#include <string>

#include "deadpeer/sink.h"

namespace deadpeer::cli {

struct FailOn {
    std::bitset<32> events;    // by EventKind
    std::bitset<32> verdicts;  // by Verdict

    [[nodiscard]] bool empty() const { return events.none() && verdicts.none(); }
};

// "peer_dead,host_rebooted": names of events and verdicts; "any" is every event.
// Error: which word is none of them.
Result<FailOn> parse_fail_on(const std::string& words);

class FailOnSink final : public ReportSink {
public:
    explicit FailOnSink(const FailOn& fail_on) : fail_on_(fail_on) {}

    [[nodiscard]] bool matched() const { return matched_; }

    void on_finding(const Finding& finding) override {
        matched_ |= fail_on_.events[static_cast<std::size_t>(finding.kind)];
    }
    void on_flow(const FlowSummary& flow) override {
        matched_ |= fail_on_.verdicts[static_cast<std::size_t>(flow.verdict)];
    }

private:
    FailOn fail_on_;
    bool matched_ = false;
};

}  // namespace deadpeer::cli
