#include "analyzer/input_tally.h"

#include <algorithm>

namespace deadpeer {

InputSummary InputTally::finish(const PacketSource& source, InputSummary::Outcome outcome) const {
    InputSummary summary = summary_;
    summary.format = source.format();
    for (const InterfaceInfo& interface : source.interfaces()) {
        if (std::ranges::find(summary.link_types, interface.link_type) == summary.link_types.end()) {
            summary.link_types.push_back(interface.link_type);
        }
    }
    summary.source = source.stats();
    summary.outcome = outcome;
    summary.outcome_detail = source.status_detail();
    return summary;
}

}  // namespace deadpeer
