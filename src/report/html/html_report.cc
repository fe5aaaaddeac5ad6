#include "report/html/html_report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "report/html/page.h"
#include "report/unacknowledged_close.h"

namespace deadpeer {
namespace {

// Deaths, then what may be one, then idle ones.
int rank_of(Verdict verdict) {
    if (is_death(verdict)) return 0;
    if (verdict == Verdict::kSuspect) return 1;
    return verdict == Verdict::kIdle ? 2 : 3;
}

bool is_worse(const FlowSummary& a, const FlowSummary& b) {
    const auto key = [](const FlowSummary& f) {
        return std::make_tuple(rank_of(f.verdict), -static_cast<int>(f.confidence),
                               -std::max<Nanoseconds>(f.half_open, 0), f.stream);
    };
    return key(a) < key(b);
}

IpAddress failed_host(const FlowSummary& flow) {
    const bool initiator = flow.failed_side_known && flow.failed_side_initiator;
    return (initiator ? flow.key.sender(flow.initiator) : flow.key.receiver(flow.initiator)).address;
}

}  // namespace

void HtmlReport::on_input_end(std::uint32_t file, const InputSummary& summary) {
    if (data_.inputs.size() <= file) data_.inputs.resize(file + 1);
    data_.inputs[file] = summary;
}

void HtmlReport::on_finding(const Finding& finding) {
    incidents_.add(finding);
    if (finding.kind == EventKind::kHostRebooted && finding.left_out == 0)
        hosts_.reboot(finding.subject.address, finding.time);
}

void HtmlReport::on_flow(const FlowSummary& flow) {
    ++data_.connections;
    if (const auto verdict = static_cast<std::size_t>(flow.verdict); verdict < kVerdictKinds)
        ++data_.verdicts[verdict];
    if (is_death(flow.verdict)) ++(flow.confidence > Confidence::kLow ? data_.deaths : data_.maybe_deaths);
    data_.unacknowledged += is_unacknowledged_close(flow) ? 1 : 0;
    data_.longest_half_open = std::max(data_.longest_half_open, flow.half_open);
    hosts_.add(flow);
    data_.flows.push_back(flow);
    if (data_.flows.size() == 4 * kMostConnections) keep_worst();
}

// The worst, but not all of one host: each incident shall find some of its connections here.
void HtmlReport::keep_worst() {
    if (data_.flows.size() <= kMostConnections) return;
    std::ranges::sort(data_.flows, is_worse);
    std::map<std::pair<int, IpAddress>, std::size_t> of_host;
    std::vector<std::pair<std::size_t, std::size_t>> order;  // how many of its host are worse, place
    order.reserve(data_.flows.size());
    for (std::size_t i = 0; i < data_.flows.size(); ++i) {
        const FlowSummary& flow = data_.flows[i];
        const int rank = rank_of(flow.verdict);
        const std::size_t before = of_host[{rank, failed_host(flow)}]++;
        order.emplace_back(static_cast<std::size_t>(rank) * data_.flows.size() + before, i);
    }
    std::ranges::nth_element(order, order.begin() + kMostConnections);
    order.resize(kMostConnections);
    std::vector<FlowSummary> kept;
    kept.reserve(4 * kMostConnections);
    for (const auto& [before, place] : order) kept.push_back(data_.flows[place]);
    data_.flows = std::move(kept);
}

Status HtmlReport::finish(const RunSummary&) {
    keep_worst();
    std::ranges::sort(data_.flows, is_worse);
    data_.incidents = incidents_.list();
    data_.left_out = incidents_.left_out_text();
    data_.hosts = &hosts_;
    return write_(page_of(data_));
}

}  // namespace deadpeer
