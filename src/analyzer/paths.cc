#include "analyzer/paths.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "analyzer/verdict_event.h"

namespace deadpeer {
namespace {

// No middlebox is known to forget connections sooner: what fails after less was given up for other reasons.
constexpr Nanoseconds kLeastFailed = 6 * kSecond;
constexpr Nanoseconds kLeastIdle = kSecond;

// A middlebox may have forgotten the connection, unless several hosts lost theirs at once. Of a host that
// shows nothing else a silence that ends in probes says nothing: it is as long as the keepalive timer, the
// same for all.
bool may_be_forgotten_by_path(const Judgement& judgement) {
    if (judgement.verdict != Verdict::kPeerLostState || (judgement.signs & kSignManyHosts) != 0) return false;
    return judgement.confidence >= Confidence::kMedium || judgement.tries != Tries::kProbes;
}

bool may_be_cut_by_path(const Judgement& judgement) {
    // An application that has had enough tells nothing of the path.
    const bool sure = judgement.reason != Reason::kUserTimeout || judgement.confidence > Confidence::kLow;
    const bool host_up = judgement.verdict == Verdict::kPathDead && (judgement.signs & kSignHostHeard) != 0;
    return ((sure && (judgement.verdict == Verdict::kPeerDead || host_up)) ||
            judgement.verdict == Verdict::kMiddleboxReset || may_be_forgotten_by_path(judgement)) &&
           judgement.idle_at_failure != kNoTime && judgement.idle_at_failure >= kLeastFailed;
}

bool survived(const Judgement& judgement) {
    const bool lost =
        judgement.reason == Reason::kDataUnacknowledged || judgement.reason == Reason::kFinThenGone;
    if (lost) return false;
    return judgement.verdict == Verdict::kAlive || judgement.verdict == Verdict::kClosed ||
           judgement.verdict == Verdict::kIdle;
}

HostPair pair_of(const IpAddress& a, const IpAddress& b) {
    return {std::min(a, b), std::max(a, b)};
}

HostPair pair_of(const Connection& connection) {
    return pair_of(connection.key.low().address, connection.key.high().address);
}

Nanoseconds idle_of(const Finding& finding) {
    return finding.reason == Reason::kKnownTimeout ? finding.path_timeout : finding.idle;
}

// The same path and idle time.
bool is_same(const Finding& a, const Finding& b) {
    return pair_of(a.subject.address, a.peer.address) == pair_of(b.subject.address, b.peer.address) &&
           std::abs(idle_of(a) - idle_of(b)) <= same_idle_tolerance(idle_of(a));
}

bool is_among(const std::vector<Finding>& findings, const Finding& reported) {
    return std::ranges::any_of(findings, [&](const Finding& finding) { return is_same(reported, finding); });
}

}  // namespace

void Paths::note_failure(const Connection& connection, const Judgement& judgement, Nanoseconds now,
                         ReportSink& sink) {
    if (!may_be_cut_by_path(judgement)) return;
    PathFailure failure;
    failure.hosts = pair_of(connection);
    failure.survived = judgement.idle_survived;
    failure.idle = judgement.idle_at_failure;
    failure.time = judgement.time;
    failure.file = connection.last.file;
    failure.frame = judgement.frame;
    failure.stream = connection.tcp.number;
    failure.opened = connection.first_time;
    failure.failed_end = connection.key.sender(judgement.side);
    failure.other_end = connection.key.receiver(judgement.side);
    if (judgement.half_open != kNoTime) failure.heard = judgement.time - judgement.half_open;
    failure.host_was_up = (judgement.signs & kSignsHostUp) != 0;
    failure.by_box = judgement.verdict == Verdict::kMiddleboxReset;
    failure.by_reset = judgement.verdict == Verdict::kPeerLostState;
    failure.by_timer = judgement.tries == Tries::kProbes;
    if (timeouts_.full()) {
        report(now, sink);
        timeouts_.forget_earlier();
        for (Told& reported : told_) reported.settled = true;
    }
    timeouts_.add_failure(failure);
    changed_since_ = true;
}

void Paths::withdraw(const Connection& connection) {
    timeouts_.withdraw(connection.tcp.number);
    changed_since_ = true;
}

void Paths::note_survivor(const Connection& connection, const Judgement& judgement) {
    if (survived(judgement) && connection.longest_idle >= kLeastIdle) {
        timeouts_.add_survival(pair_of(connection), connection.longest_idle);
    }
}

void Paths::report(Nanoseconds now, const PathTimeouts::Longest& alive, ReportSink& sink) {
    const auto known = [this](Nanoseconds failed, Nanoseconds survived) {
        return knowledge_.shortest_timeout(failed, survived);
    };
    std::vector<Finding> found = timeouts_.findings(known, alive);
    for (Finding& finding : found) finding.path_timeout = known(finding.idle, finding.survived);
    take_back(found, now, sink);
    if (told_.size() == kMostTold) {
        std::erase_if(told_, [&](const Told& reported) {
            return reported.settled && !is_among(found, reported.finding);
        });
    }
    for (const Finding& finding : found) {
        if (std::ranges::any_of(told_,
                                [&](const Told& reported) { return is_same(reported.finding, finding); }))
            continue;
        if (told_.size() == kMostTold) break;  // it would be told again and again
        told_.push_back({finding});
        sink.on_finding(finding);
    }
}

// What was told and is found no more.
void Paths::take_back(const std::vector<Finding>& found, Nanoseconds now, ReportSink& sink) {
    std::erase_if(told_, [&](const Told& reported) {
        if (reported.settled || is_among(found, reported.finding)) return false;
        sink.on_finding(change_of(reported.finding, now));
        return true;
    });
}

void Paths::report_new(Nanoseconds now, ReportSink& sink, const VisitConnections& visit_survivors) {
    changed_since_ = false;
    std::set<HostPair> failed;
    std::set<HostPair> twice;
    std::vector<IpAddress> hosts;  // one of each
    for (const PathFailure& failure : timeouts_.failures()) {
        if (failed.insert(failure.hosts).second) continue;
        if (twice.insert(failure.hosts).second) hosts.push_back(failure.hosts.low);
    }
    if (twice.empty() && told_.empty()) return;
    PathTimeouts::Longest alive;
    visit_survivors(hosts, [&](const Connection& connection) {
        const HostPair pair = pair_of(connection);
        if (connection.longest_idle < kLeastIdle || !twice.contains(pair)) return;
        Nanoseconds& longest = alive.try_emplace(pair, 0).first->second;
        longest = std::max(longest, connection.longest_idle);
    });
    report(now, alive, sink);
}

}  // namespace deadpeer
