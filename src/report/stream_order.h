// StreamOrder: connections come when they end and leave by stream number.
//
// What:    add() hands a connection on at once if it is the next by number, and then those that waited for
//          it; else it waits in a spool, at the place of its number.
// Memory:  bounded by the spool's.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "deadpeer/flow_summary.h"
#include "report/spool.h"

namespace deadpeer {

class StreamOrder {
public:
    explicit StreamOrder(std::string spool_folder) : waiting_(std::move(spool_folder)) {}

    // REQUIRES: a stream number that was not added before; numbers without large gaps.
    template <typename Emit>
    void add(const FlowSummary& flow, const Emit& emit) {
        if (flow.stream > next_) {
            waiting_.change(flow.stream) = {flow, true};
            ++waiting_count_;
            return;
        }
        emit(flow);
        next_ = flow.stream + 1;
        while (waiting_count_ > 0 && emit_waiting(emit)) {
        }
    }

    // Hands on what still waits; missing numbers are passed over.
    template <typename Emit>
    void finish(const Emit& emit) {
        while (waiting_count_ > 0 && next_ < waiting_.size()) {
            if (!emit_waiting(emit)) ++next_;
        }
    }

    [[nodiscard]] Status status() const { return waiting_.status(); }
    [[nodiscard]] bool failed() const { return waiting_.failed(); }

private:
    struct Slot {
        FlowSummary flow;
        bool filled;  // false in a slot never written: the spool reads as zero there
    };

    template <typename Emit>
    bool emit_waiting(const Emit& emit) {
        if (next_ >= waiting_.size()) return false;
        const Slot& slot = waiting_.at(next_);
        if (!slot.filled) return false;
        emit(slot.flow);
        ++next_;
        --waiting_count_;
        return true;
    }

    Spool<Slot> waiting_;
    std::uint64_t waiting_count_ = 0;
    std::uint64_t next_ = 0;
};

}  // namespace deadpeer
