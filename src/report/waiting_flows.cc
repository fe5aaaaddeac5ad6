#include "report/waiting_flows.h"

#include <algorithm>
#include <span>

namespace deadpeer {
namespace {

constexpr std::size_t kWindow = 32;  // records read or written at a time

}  // namespace

WaitingFlows::WaitingFlows(SpoolFolder folder, std::size_t memory_bytes)
    : capacity_(std::max<std::size_t>(1, memory_bytes / sizeof(FlowSummary))), file_(std::move(folder)) {}

void WaitingFlows::push(const FlowSummary& flow) {
    if (order_.size() == capacity_) write_run();
    std::size_t slot = slots_.size();
    if (free_slots_.empty()) {
        slots_.push_back(flow);
    } else {
        slot = free_slots_.back();
        free_slots_.pop_back();
        slots_[slot] = flow;
    }
    order_.push_back({flow.stream, slot});
    std::push_heap(order_.begin(), order_.end(), later);
}

bool WaitingFlows::lowest_is_in_memory() const {
    if (runs_.empty()) return true;
    return !order_.empty() && order_.front().stream < runs_.front().stream();
}

std::uint64_t WaitingFlows::lowest() const {
    return lowest_is_in_memory() ? order_.front().stream : runs_.front().stream();
}

FlowSummary WaitingFlows::pop() {
    return lowest_is_in_memory() ? pop_from_memory() : pop_from_runs();
}

FlowSummary WaitingFlows::pop_from_memory() {
    const std::size_t slot = order_.front().slot;
    std::pop_heap(order_.begin(), order_.end(), later);
    order_.pop_back();
    free_slots_.push_back(slot);
    return slots_[slot];
}

FlowSummary WaitingFlows::pop_from_runs() {
    std::pop_heap(runs_.begin(), runs_.end(), run_later);
    Run& run = runs_.back();
    const FlowSummary flow = run.window[run.at++];
    if (run.at == run.window.size()) refill(run);
    if (run.window.empty()) {
        runs_.pop_back();
    } else {
        std::push_heap(runs_.begin(), runs_.end(), run_later);
    }
    return flow;
}

void WaitingFlows::refill(Run& run) {
    run.at = 0;
    run.window.resize(std::min<std::uint64_t>(kWindow, run.end - run.next));
    file_.read(run.next * sizeof(FlowSummary), std::as_writable_bytes(std::span(run.window)));
    run.next += run.window.size();
}

void WaitingFlows::write_run() {
    std::sort(order_.begin(), order_.end(),
              [](const Entry& a, const Entry& b) { return a.stream < b.stream; });
    Run run = {records_in_file_, records_in_file_ + order_.size(), {}, 0};
    std::vector<FlowSummary> piece;
    for (std::size_t i = 0; i < order_.size(); i += piece.size()) {
        piece.clear();
        const std::size_t end = std::min(i + kWindow, order_.size());
        for (std::size_t entry = i; entry < end; ++entry) piece.push_back(slots_[order_[entry].slot]);
        file_.write(records_in_file_ * sizeof(FlowSummary), std::as_bytes(std::span(piece)));
        records_in_file_ += piece.size();
    }
    order_.clear();
    slots_.clear();
    free_slots_.clear();
    refill(run);
    runs_.push_back(std::move(run));
    std::push_heap(runs_.begin(), runs_.end(), run_later);
}

}  // namespace deadpeer
