// HtmlReport: the incident report, one page for people; gathered as a sink.
//
// What:    a self-contained page without script and without requests: what happened, worst first, each with
//          the ladder of its decisive segments; the life of the worst connections; keepalive settings;
//          tables. All text that others chose is escaped.
// Size:    bounded: about 1 MB whatever was captured.
// Memory:  what Incidents and a small HostTable keep, and the kMostConnections worst connections.
// Lifetime: the ladders, and what the options refer to, must outlive it.
// Threads: one thread at a time.
// Errors:  finish() hands on that of `write`.
#pragma once

#include <functional>
#include <string_view>

#include "report/html/page_data.h"
#include "report/incident/incidents.h"

namespace deadpeer {

class HtmlReport final : public ReportSink {
public:
    static constexpr std::size_t kMostConnections = 500;

    using Write = std::function<Status(std::string_view page)>;

    HtmlReport(const HtmlOptions& options, const LadderBook& ladders, Write write)
        : data_{.options = options, .ladders = &ladders}, write_(std::move(write)) {}

    void on_input_end(std::uint32_t file, const InputSummary& summary) override;
    void on_finding(const Finding& finding) override;
    void on_flow(const FlowSummary& flow) override;
    Status finish(const RunSummary& run) override;

private:
    static constexpr std::size_t kHosts = 4096;

    void keep_worst();

    PageData data_;
    Write write_;
    Incidents incidents_;
    HostTable hosts_{kHosts, kHosts};
};

}  // namespace deadpeer
