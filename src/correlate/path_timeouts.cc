#include "correlate/path_timeouts.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <tuple>

#include "core/equal_run.h"

namespace deadpeer {
namespace {

Nanoseconds longest_survived(std::span<const PathFailure> failures) {
    return std::ranges::max_element(failures, {}, &PathFailure::survived)->survived;
}

Finding describe(std::span<const PathFailure> group, Nanoseconds survived, Reason reason) {
    const PathFailure& first = *std::ranges::min_element(group, {}, &PathFailure::time);
    Finding finding;
    finding.kind = EventKind::kIdleTimeoutOnPath;
    finding.severity = Severity::kWarning;
    const bool sure = group.size() >= 3 && reason == Reason::kSameIdleTime;
    finding.confidence = sure ? Confidence::kHigh : Confidence::kMedium;
    finding.reason = reason;
    finding.time = std::ranges::max_element(group, {}, &PathFailure::time)->time;
    finding.file = first.file;
    finding.frame = first.frame;
    finding.stream = static_cast<std::int64_t>(first.stream);
    finding.opened = first.opened;
    finding.subject = first.failed_end;
    finding.peer = first.other_end;
    finding.idle = group.front().idle;
    finding.survived = survived;
    finding.count = static_cast<std::uint32_t>(group.size());
    for (const PathFailure& failure : group) {
        if (failure.file == first.file) finding.add_evidence(failure.frame);
    }
    return finding;
}

// `failures` of one pair of hosts, sorted by idle time.
void accuse_same(std::span<const PathFailure> failures, Nanoseconds survived,
                 std::vector<Finding>& findings) {
    for (auto begin = failures.begin(); begin != failures.end();) {
        const Nanoseconds idle = begin->idle;
        const auto end = std::find_if(begin, failures.end(), [&](const PathFailure& failure) {
            return failure.idle > idle + same_idle_tolerance(idle);
        });
        if (end - begin >= 2 && survived < idle)
            findings.push_back(describe({begin, end}, survived, Reason::kSameIdleTime));
        begin = end;
    }
}

// Of a host that was down nobody knows what the path did.
void accuse_known(std::span<const PathFailure> failures, Nanoseconds survived,
                  const PathTimeouts::KnownTimeout& known, std::vector<Finding>& findings) {
    std::vector<PathFailure> of_path;
    std::ranges::copy_if(failures, std::back_inserter(of_path), &PathFailure::host_was_up);
    if (of_path.size() >= 2 && known(of_path.front().idle, survived) != kNoTime)
        findings.push_back(describe(of_path, survived, Reason::kKnownTimeout));
}

void accuse(std::span<const PathFailure> failures, Nanoseconds survived,
            const PathTimeouts::KnownTimeout& known, std::vector<Finding>& findings) {
    if (survived <= 0) return;  // that is not known
    const std::size_t before = findings.size();
    accuse_same(failures, survived, findings);
    if (findings.size() == before) accuse_known(failures, survived, known, findings);
}

}  // namespace

void PathTimeouts::add_survival(const HostPair& hosts, Nanoseconds idle) {
    survivals_.push_back({hosts, idle});
    if (survivals_.size() < room_) return;
    unite_survivals();
    if (survivals_.size() > most_survivals_ / 2) survivals_.resize(most_survivals_ / 2);
    room_ = std::max(room_, 2 * survivals_.size());
}

void PathTimeouts::unite_survivals() {
    std::ranges::sort(survivals_, [](const Survival& a, const Survival& b) {
        return a.hosts != b.hosts ? a.hosts < b.hosts : a.idle > b.idle;
    });
    // Not std::ranges::unique: clang 14 cannot compile libstdc++'s.
    const auto same = [](const Survival& a, const Survival& b) { return a.hosts == b.hosts; };
    survivals_.erase(std::unique(survivals_.begin(), survivals_.end(), same), survivals_.end());
}

void PathTimeouts::withdraw(StreamNumber stream) {
    if (failures_.empty()) return;
    withdrawn_.push_back({stream, failures_.size()});
    if (withdrawn_.size() >= most_failures_) drop_withdrawn();
}

void PathTimeouts::drop_withdrawn() {
    if (withdrawn_.empty()) return;
    std::ranges::sort(withdrawn_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < failures_.size(); ++i) {
        const auto later = std::ranges::lower_bound(withdrawn_, Withdrawal{failures_[i].stream, i + 1});
        const bool withdrawn = later != withdrawn_.end() && later->stream == failures_[i].stream;
        if (!withdrawn) failures_[kept++] = failures_[i];
    }
    failures_.resize(kept);
    withdrawn_.clear();
}

void PathTimeouts::forget_earlier() {
    drop_withdrawn();
    const auto middle = failures_.begin() + static_cast<std::ptrdiff_t>(failures_.size() / 2);
    std::ranges::nth_element(failures_, middle, {}, &PathFailure::time);
    failures_.erase(failures_.begin(), middle);
}

std::vector<Finding> PathTimeouts::findings(const KnownTimeout& known, const Longest& alive) {
    std::vector<Finding> findings;
    drop_withdrawn();
    if (failures_.empty()) return findings;
    unite_survivals();
    std::ranges::stable_sort(failures_, [](const PathFailure& a, const PathFailure& b) {
        return std::tie(a.hosts, a.idle) < std::tie(b.hosts, b.idle);
    });
    for (auto begin = failures_.begin(); begin != failures_.end();) {
        const auto end = std::find_if(begin, failures_.end(),
                                      [&](const PathFailure& other) { return other.hosts != begin->hosts; });
        Nanoseconds survived = longest_survived({begin, end});
        for (const Survival& survival :
             equal_run(std::span<const Survival>(survivals_), begin->hosts, &Survival::hosts)) {
            survived = std::max(survived, survival.idle);
        }
        if (const auto now = alive.find(begin->hosts); now != alive.end())
            survived = std::max(survived, now->second);
        accuse({begin, end}, survived, known, findings);
        begin = end;
    }
    return findings;
}

}  // namespace deadpeer
