#include "report/text/idle_census.h"

#include <algorithm>
#include <array>

namespace deadpeer {

void IdleCensus::add(const FlowSummary& flow) {
    if (flow.verdict != Verdict::kIdle) return;
    ++count_;
    holders_.add({flow.key.sender(flow.initiator).address, 1});
}

void IdleCensus::describe(std::string& out, const Named& named) {
    if (count_ == 0) return;
    std::array<Holder, kNamed> most;
    const auto more = [](const Holder& a, const Holder& b) {
        return a.connections != b.connections ? a.connections > b.connections : a.address < b.address;
    };
    const auto end = std::partial_sort_copy(holders_.rows().begin(), holders_.rows().end(), most.begin(),
                                            most.end(), more);
    say(out, "Idle without keepalive: ", Count{count_, "connection", "connections"}, ", opened most by");
    for (auto holder = most.begin(); holder != end; ++holder) {
        say(out, holder == most.begin() ? " " : ", ", named(holder->address), " (", holder->connections, ")");
    }
    out += '\n';
}

}  // namespace deadpeer
