#include "diff/service.h"

#include <utility>

namespace deadpeer {

void note_servers(const std::vector<FlowRecord>& flows, Servers& servers) {
    for (const FlowRecord& flow : flows) {
        if (!flow.roles_guessed) servers.insert(flow.responder);
    }
}

void turn_to_servers(std::vector<FlowRecord>& flows, const Servers& servers) {
    for (FlowRecord& flow : flows) {
        if (flow.roles_guessed && servers.contains(flow.initiator) && !servers.contains(flow.responder)) {
            std::swap(flow.initiator, flow.responder);
        }
    }
}

bool is_problem(Verdict verdict) {
    switch (verdict) {
        case Verdict::kNone:
        case Verdict::kUnknown:
        case Verdict::kClosed:
        case Verdict::kAlive:
        case Verdict::kIdle:
        case Verdict::kScan:
            return false;
        default:
            return true;
    }
}

}  // namespace deadpeer
