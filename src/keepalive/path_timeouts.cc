#include "keepalive/path_timeouts.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace deadpeer {
namespace {

// Idle times are the same within 2 s or 2 %.
Nanoseconds tolerance(Nanoseconds idle) {
    return std::max(2 * kSecond, idle / 50);
}

auto pair_of(const PathExperience& experience) {
    return std::tie(experience.low, experience.high);
}

Nanoseconds longest_survived(std::span<const PathExperience> pair) {
    Nanoseconds longest = kNoTime;
    for (const PathExperience& experience : pair) longest = std::max(longest, experience.survived);
    return longest;
}

Finding describe(std::span<const PathExperience> group, Nanoseconds survived) {
    const PathExperience& first = *std::ranges::min_element(group, {}, &PathExperience::time);
    Finding finding;
    finding.kind = EventKind::kIdleTimeoutOnPath;
    finding.severity = Severity::kWarning;
    finding.confidence = group.size() >= 3 ? Confidence::kHigh : Confidence::kMedium;
    finding.reason = Reason::kSameIdleTime;
    finding.time = std::ranges::max_element(group, {}, &PathExperience::time)->time;
    finding.file = first.file;
    finding.frame = first.frame;
    finding.stream = static_cast<std::int64_t>(first.stream);
    finding.subject = first.failed_end;
    finding.peer = first.other_end;
    finding.idle = group.front().failed;
    finding.survived = survived;
    finding.count = static_cast<std::uint32_t>(group.size());
    for (const PathExperience& experience : group) {
        if (experience.file == first.file) finding.add_evidence(experience.frame);
    }
    return finding;
}

// `pair` is sorted by failed idle time; those that did not fail come first.
void accuse(std::span<const PathExperience> pair, std::vector<Finding>& findings) {
    const Nanoseconds survived = longest_survived(pair);
    const auto failed = [](const PathExperience& experience) { return experience.failed != kNoTime; };
    auto begin = std::ranges::find_if(pair, failed);
    while (begin != pair.end()) {
        const Nanoseconds idle = begin->failed;
        const auto end = std::find_if(begin, pair.end(), [&](const PathExperience& experience) {
            return experience.failed > idle + tolerance(idle);
        });
        const bool shorter_survives = survived != kNoTime && survived > 0 && survived < idle;
        if (end - begin >= 2 && shorter_survives) findings.push_back(describe({begin, end}, survived));
        begin = end;
    }
}

}  // namespace

std::vector<Finding> path_timeouts(std::vector<PathExperience>& experiences) {
    std::ranges::stable_sort(experiences, [](const PathExperience& a, const PathExperience& b) {
        return std::tie(a.low, a.high, a.failed) < std::tie(b.low, b.high, b.failed);
    });
    std::vector<Finding> findings;
    for (auto begin = experiences.begin(); begin != experiences.end();) {
        const auto end = std::find_if(begin, experiences.end(), [&](const PathExperience& other) {
            return pair_of(other) != pair_of(*begin);
        });
        accuse({begin, end}, findings);
        begin = end;
    }
    return findings;
}

}  // namespace deadpeer
