#include "analyzer/paths.h"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace deadpeer {
namespace {

constexpr Nanoseconds kLeastIdle = kSecond;

// A middlebox may have forgotten the connection, unless several hosts lost theirs at once. Of a host that
// shows nothing else a silence that ends in probes says nothing: it is as long as the keepalive timer, the
// same for all.
bool may_be_forgotten_by_path(const Judgement& judgement) {
    if (judgement.verdict != Verdict::kPeerLostState || (judgement.signs & kSignManyHosts) != 0) return false;
    return judgement.confidence >= Confidence::kMedium || judgement.tries != Tries::kProbes;
}

bool may_be_cut_by_path(const Judgement& judgement) {
    const bool host_up = judgement.verdict == Verdict::kPathDead && (judgement.signs & kSignHostHeard) != 0;
    return (judgement.verdict == Verdict::kPeerDead || host_up ||
            judgement.verdict == Verdict::kMiddleboxReset || may_be_forgotten_by_path(judgement)) &&
           judgement.idle_at_failure != kNoTime && judgement.idle_at_failure >= kLeastIdle;
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

}  // namespace

void Paths::note_failure(const Connection& connection, const Judgement& judgement, ReportSink& sink) {
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
    failure.host_was_up = (judgement.signs & kSignsHostUp) != 0;
    if (timeouts_.full()) {
        tell(sink);
        timeouts_.forget_earlier();
    }
    timeouts_.add_failure(failure);
    failed_since_ = true;
}

void Paths::note_survivor(const Connection& connection, const Judgement& judgement) {
    if (survived(judgement) && connection.longest_idle >= kLeastIdle) {
        timeouts_.add_survival(pair_of(connection), connection.longest_idle);
    }
}

void Paths::tell(ReportSink& sink) {
    const auto known = [this](Nanoseconds failed, Nanoseconds survived) {
        return knowledge_.shortest_timeout(failed, survived);
    };
    for (Finding finding : timeouts_.findings(known)) {
        finding.path_timeout = known(finding.idle, finding.survived);
        if (note_told(finding)) sink.on_finding(finding);
    }
}

void Paths::tell_new(ReportSink& sink, const VisitConnections& visit_survivors) {
    failed_since_ = false;
    std::set<HostPair> failed;
    std::set<HostPair> twice;
    std::vector<IpAddress> hosts;  // one of each
    for (const PathFailure& failure : timeouts_.failures()) {
        if (failed.insert(failure.hosts).second) continue;
        if (twice.insert(failure.hosts).second) hosts.push_back(failure.hosts.low);
    }
    if (twice.empty()) return;
    visit_survivors(hosts, [&](const Connection& connection) {
        if (connection.longest_idle >= kLeastIdle && twice.contains(pair_of(connection))) {
            timeouts_.add_survival(pair_of(connection), connection.longest_idle);
        }
    });
    tell(sink);
}

// Whether this path and idle time are news.
bool Paths::note_told(const Finding& finding) {
    const HostPair hosts = pair_of(finding.subject.address, finding.peer.address);
    const Nanoseconds idle = finding.reason == Reason::kKnownTimeout ? finding.path_timeout : finding.idle;
    const auto same = [&](const Told& told) {
        return told.hosts == hosts && std::abs(told.idle - idle) <= same_idle_tolerance(told.idle);
    };
    if (std::ranges::any_of(told_, same)) return false;
    if (told_.size() == kMostTold) told_.erase(told_.begin());
    told_.push_back({hosts, idle});
    return true;
}

}  // namespace deadpeer
