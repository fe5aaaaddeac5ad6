// Summary: what a person wants to know after a run, gathered as a sink and put into words.
//
// What:    incidents first, the worst with what to do; then what was read, the connections
//          and who holds idle ones, the keepalive probes by side, and what was left out and why. Text that
//          others chose is made printable.
// Memory:  one short record per input, and what Incidents and IdleCensus keep.
// Threads: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "deadpeer/sink.h"
#include "report/incident/incidents.h"
#include "report/text/idle_census.h"

namespace deadpeer {

class Summary final : public ReportSink {
public:
    void on_input_end(std::uint32_t, const InputSummary& summary) override { inputs_.push_back(summary); }
    void on_finding(const Finding& finding) override;
    void on_flow(const FlowSummary& flow) override;
    Status finish(const RunSummary& run) override;

    // That connections were forgotten for lack of memory, for who wants no summary; empty if none was.
    [[nodiscard]] std::string forgotten() const;

    struct Style {
        bool verbose = false;                  // every input, every skip reason, memory
        const Inventory* inventory = nullptr;  // names of hosts; null: none
    };
    // REQUIRES: after finish(). Ends with a line end.
    [[nodiscard]] std::string text(Style style);

private:
    struct Side {
        std::uint64_t probes = 0;
        std::uint64_t answered = 0;
    };
    struct Totals;

    [[nodiscard]] Totals totals() const;
    void describe_findings(std::string& out, const Named& named) const;
    void describe_doubtful(std::string& out) const;
    void describe_inputs(std::string& out, Style style) const;
    void describe_connections(std::string& out) const;
    void describe_probes(std::string& out) const;
    void describe_losses(std::string& out, const Totals& all) const;
    void describe_want_of_memory(std::string& out) const;

    std::vector<InputSummary> inputs_;
    Incidents incidents_;
    EventCounts harmless_{};  // events of severity info
    IdleCensus idle_;
    std::array<std::uint64_t, 5> closed_{};  // by Closed
    std::uint64_t one_way_ = 0;
    std::uint64_t suspect_ = 0;
    std::uint64_t unacknowledged_ = 0;  // closed, but data was never acknowledged
    Side initiators_;
    Side responders_;
    RunSummary run_;
};

}  // namespace deadpeer
