// The events of a live capture that still hold at its end.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/names.h"
#include "support/catch.h"

namespace deadpeer::test {

// Without what was taken back, and without what takes it back. Checks that each of those was told.
inline std::vector<Finding> standing(std::span<const Finding> findings) {
    std::vector<Finding> events;
    for (const Finding& finding : findings) {
        if (finding.kind != EventKind::kVerdictChanged) {
            events.push_back(finding);
            continue;
        }
        const auto told = std::find_if(events.rbegin(), events.rend(), [&](const Finding& event) {
            return event.stream == finding.stream && event.kind == finding.taken_back;
        });
        INFO("stream " << finding.stream << ": " << to_string(finding.taken_back));
        CHECK(told != events.rend());
        if (told != events.rend()) events.erase(std::next(told).base());
    }
    return events;
}

}  // namespace deadpeer::test
