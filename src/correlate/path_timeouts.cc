#include "correlate/path_timeouts.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>
#include <tuple>
#include <vector>

#include "core/equal_run.h"

namespace deadpeer {
namespace {

Nanoseconds longest_survived(std::span<const PathFailure> failures) {
    return std::ranges::max_element(failures, {}, &PathFailure::survived)->survived;
}

// How many moments at which the host died it takes to explain them: one explains all that were silent then,
// and fail when they are tried next.
std::size_t deaths_that_explain(std::vector<PathFailure> failures) {
    const auto tried = [](const PathFailure& failure) {
        return failure.heard == kNoTime ? failure.time : failure.heard + failure.idle;
    };
    std::ranges::sort(failures, {}, tried);
    std::size_t deaths = 0;
    Nanoseconds latest = kNoTime;  // that the last of them can have been
    for (const PathFailure& failure : failures) {
        if (deaths > 0 && failure.heard <= latest) continue;
        ++deaths;
        latest = tried(failure);
    }
    return deaths;
}

// How many moments these are. Who was suspended finds all its connections lost as soon as it is back.
std::size_t moments_of(std::vector<PathFailure> failures) {
    constexpr Nanoseconds kAtOnce = 10 * kSecond;
    std::ranges::sort(failures, {}, &PathFailure::time);
    std::size_t moments = 0;
    Nanoseconds last = kNoTime;
    for (const PathFailure& failure : failures) {
        if (moments == 0 || failure.time - last > kAtOnce) ++moments;
        last = failure.time;
    }
    return moments;
}

// How many of them speak for the path by themselves.
std::size_t witnesses(std::span<const PathFailure> group) {
    std::vector<PathFailure> of_hosts;
    std::vector<PathFailure> by_reset;
    std::size_t others = 0;
    for (const PathFailure& failure : group) {
        if (!failure.is_of_path()) {
            of_hosts.push_back(failure);
        } else if (failure.by_reset) {
            by_reset.push_back(failure);
        } else {
            ++others;
        }
    }
    return others + moments_of(by_reset) + deaths_that_explain(of_hosts);
}

Finding describe(std::span<const PathFailure> group, Nanoseconds survived, Reason reason) {
    const PathFailure& first = *std::ranges::min_element(group, {}, &PathFailure::time);
    Finding finding;
    finding.kind = EventKind::kIdleTimeoutOnPath;
    finding.severity = Severity::kWarning;
    const bool sure = reason == Reason::kSameIdleTime && witnesses(group) >= 3;
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
    for (std::size_t i = 0; i < std::min(group.size(), finding.lost.size()); ++i)
        finding.lost[i] = group[i].stream;
    return finding;
}

// `all` of one pair of hosts, sorted by idle time. A keepalive timer makes silences equal, too, whatever ends
// them.
void accuse_same(std::span<const PathFailure> all, Nanoseconds survived, std::vector<Finding>& findings) {
    std::vector<PathFailure> failures;
    std::ranges::copy_if(all, std::back_inserter(failures), [](const PathFailure& failure) {
        return failure.is_of_path() || !failure.by_timer;
    });
    for (auto begin = failures.begin(); begin != failures.end();) {
        const Nanoseconds idle = begin->idle;
        const auto end = std::find_if(begin, failures.end(), [&](const PathFailure& failure) {
            return failure.idle > idle + same_idle_tolerance(idle);
        });
        if (survived <= idle - survival_margin(idle) && witnesses({begin, end}) >= 2)
            findings.push_back(describe({begin, end}, survived, Reason::kSameIdleTime));
        begin = end;
    }
}

// What fails at one moment is one incident, and need not be due to the silence before.
bool is_one_incident(std::span<const PathFailure> failures) {
    constexpr Nanoseconds kAtOnce = kSecond;
    const auto [first, last] = std::ranges::minmax(failures, {}, &PathFailure::time);
    return last.time <= first.time + kAtOnce;
}

// Of a host that was down nobody knows what the path did.
void accuse_known(std::span<const PathFailure> failures, Nanoseconds survived,
                  const PathTimeouts::KnownTimeout& known, std::vector<Finding>& findings) {
    std::vector<PathFailure> of_path;
    std::ranges::copy_if(failures, std::back_inserter(of_path), &PathFailure::host_was_up);
    if (of_path.size() < 2 || is_one_incident(of_path) || witnesses(of_path) < 2) return;
    if (known(of_path.front().idle, survived) != kNoTime)
        findings.push_back(describe(of_path, survived, Reason::kKnownTimeout));
}

void report_path_timeouts(std::span<const PathFailure> failures, Nanoseconds survived,
                          const PathTimeouts::KnownTimeout& known, std::vector<Finding>& findings) {
    if (survived <= 0) return;  // that is not known
    const std::size_t before = findings.size();
    accuse_same(failures, survived, findings);
    if (findings.size() == before) accuse_known(failures, survived, known, findings);
}

}  // namespace

void PathTimeouts::add_survival(const HostPair& hosts, Nanoseconds idle) {
    if (is_unknown(hosts)) return;
    survivals_.push_back({hosts, idle});
    if (survivals_.size() < room_) return;
    unite_survivals();
    if (survivals_.size() > most_survivals_ / 2) {
        unknown_from_ = survivals_[most_survivals_ / 2].hosts;
        survivals_.resize(most_survivals_ / 2);
    }
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
        if (!is_unknown(begin->hosts)) report_path_timeouts({begin, end}, survived, known, findings);
        begin = end;
    }
    return findings;
}

}  // namespace deadpeer
