// StreamOrder: connections come when they end and leave by stream number.
//
// What:     add() hands a connection on at once if it is the next by number, and then those that waited for
//           it; else it waits. After ascend() the others come in ascending order, whatever numbers are
//           missing, but for those that wait() takes.
// Memory:   bounded by SortedSpool.
// Threads:  one thread at a time.
#pragma once

#include <cstdint>

#include "deadpeer/flow_summary.h"
#include "report/storage/sorted_spool.h"

namespace deadpeer {

struct StreamOf {
    StreamNumber operator()(const FlowSummary& flow) const { return flow.stream; }
};
using WaitingFlows = SortedSpool<FlowSummary, StreamOf>;

class StreamOrder {
public:
    // `waiting_bytes`: memory for those that wait.
    explicit StreamOrder(SpoolFolder spool_folder, std::size_t waiting_bytes = WaitingFlows::kDefaultMemory)
        : waiting_(std::move(spool_folder), waiting_bytes) {}

    // REQUIRES: a stream number that was not added before.
    template <typename Emit>
    void add(const FlowSummary& flow, const Emit& emit) {
        if (ascending_) {
            while (!waiting_.empty() && waiting_.lowest() < flow.stream) emit(waiting_.pop());
            return emit(flow);
        }
        if (flow.stream != next_) return waiting_.push(flow);
        emit(flow);
        ++next_;
        while (!waiting_.empty() && waiting_.lowest() == next_) {
            emit(waiting_.pop());
            ++next_;
        }
    }

    void ascend() { ascending_ = true; }

    // One that comes before its turn. REQUIRES: none with a higher number was handed on.
    void wait(const FlowSummary& flow) { waiting_.push(flow); }

    // Hands on what still waits; missing numbers are passed over.
    template <typename Emit>
    void finish(const Emit& emit) {
        while (!waiting_.empty()) emit(waiting_.pop());
    }

    [[nodiscard]] Status status() const { return waiting_.status(); }
    [[nodiscard]] bool failed() const { return waiting_.failed(); }

private:
    WaitingFlows waiting_;
    StreamNumber next_ = 0;
    bool ascending_ = false;
};

}  // namespace deadpeer
