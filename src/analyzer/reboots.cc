#include "analyzer/reboots.h"

#include <algorithm>
#include <vector>

#include "analyzer/verdict_event.h"
#include "correlate/host_book.h"

namespace deadpeer {
namespace {

// The event, as if no other connection was lost.
Finding loss_of(const Connection& connection, const Judgement& judgement, EventKind kind, Severity severity) {
    Finding finding;
    finding.kind = kind;
    finding.severity = severity;
    finding.confidence = judgement.confidence;
    finding.reason = judgement.reason;
    finding.signs = judgement.signs;
    finding.time = judgement.time;
    finding.file = connection.last.file;
    finding.frame = judgement.frame;
    finding.stream = connection.tcp.number;
    finding.subject = {connection.key.sender(judgement.side).address, 0};
    finding.half_open = judgement.half_open;
    finding.macs = judgement.macs;
    finding.count = 1;
    finding.lost[0] = connection.tcp.number;
    finding.add_evidence(judgement.frame);
    return finding;
}

void add_holder(Finding& finding, const HolderCount& holder) {
    const auto same = std::ranges::find_if(finding.holders, [&](const HolderCount& each) {
        return each.connections == 0 || each.host == holder.host;
    });
    if (same == finding.holders.end()) return;
    same->host = holder.host;
    same->connections += holder.connections;
}

}  // namespace

void Reboots::count_host(EventKind kind, const Connection& connection, const Judgement& judgement,
                         const HostSigns& host, const IpAddress& by, Nanoseconds last_word,
                         ReportSink& sink) {
    const Severity severity = kind == EventKind::kHostRebooted ? Severity::kCritical : Severity::kWarning;
    Finding lost = loss_of(connection, judgement, kind, severity);
    add_host_evidence(lost, host.evidence);
    count(std::move(lost), by, last_word, sink);
}

void Reboots::count_restart(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                            ReportSink& sink) {
    Finding lost = loss_of(connection, judgement, EventKind::kMiddleboxRestarted, Severity::kWarning);
    lost.peer = {connection.key.receiver(judgement.side).address, 0};
    lost.half_open = kNoTime;  // the hosts have not lost it
    lost.hosts = host.moment.hosts;
    add_holder(lost, {lost.subject.address, 1});
    const IpAddress by = lost.peer.address;
    count(std::move(lost), by, host.moment.from, sink);
}

void Reboots::withdraw(EventKind kind, const IpAddress& host, Nanoseconds last_word, Nanoseconds reset,
                       Nanoseconds now, ReportSink& sink) {
    const auto same = find(kind, host, last_word, reset);
    if (same == reboots_.end() || --same->second.finding.count > 0) return;
    if (same->second.reported) sink.on_finding(change_of(same->second.finding, now));
    reboots_.erase(same);
}

Reboots::ByHost::iterator Reboots::find(EventKind kind, const IpAddress& by, Nanoseconds last_word,
                                        Nanoseconds lost) {
    const auto found = reboots_.upper_bound({kind, by, last_word});
    const bool same = found != reboots_.end() && found->first.kind == kind && found->first.host == by &&
                      found->second.heard < lost;
    return same ? found : reboots_.end();
}

void Reboots::count(Finding&& lost, const IpAddress& by, Nanoseconds last_word, ReportSink& sink) {
    const auto same = find(lost.kind, by, last_word, lost.time);
    if (same != reboots_.end() && same->second.finding.macs == lost.macs) return unite(same, lost, last_word);
    if (reboots_.size() >= most_) forget_earlier(sink);
    const Reboot reboot{std::move(lost), last_word};
    next_due_ = std::min(next_due_, reboot.due());
    reboots_.insert_or_assign({reboot.finding.kind, by, reboot.finding.time}, reboot);
}

void Reboots::unite(ByHost::iterator same, const Finding& lost, Nanoseconds last_word) {
    Reboot& reboot = same->second;
    Finding& finding = reboot.finding;
    reboot.heard = std::max(reboot.heard, last_word);
    if (finding.count < finding.lost.size()) finding.lost[finding.count] = lost.lost[0];
    ++finding.count;
    finding.confidence = std::max(finding.confidence, lost.confidence);
    finding.signs |= lost.signs;
    finding.half_open = std::max(finding.half_open, lost.half_open);
    finding.hosts = std::max(finding.hosts, lost.hosts);
    add_holder(finding, lost.holders[0]);
    if (finding.file == lost.file) {
        finding.add_evidence(lost.frame);
        FrameTrail of_host;
        for (std::size_t i = 0; i < lost.evidence_count; ++i) {
            if (lost.evidence[i] != lost.frame) of_host.add(lost.evidence[i]);
        }
        add_host_evidence(finding, of_host);
    }
    if (lost.time >= finding.time) return;
    finding.time = lost.time;
    finding.frame = lost.frame;
    finding.stream = lost.stream;
    if (finding.file != lost.file) {
        finding.file = lost.file;
        finding.evidence = lost.evidence;
        finding.evidence_count = lost.evidence_count;
    }
    finding.subject = lost.subject;
    finding.peer = lost.peer;
    if (!reboot.reported) next_due_ = std::min(next_due_, reboot.due());
    auto moved = reboots_.extract(same);
    moved.key().time = lost.time;
    reboots_.insert(std::move(moved));
}

void Reboots::report_due(ReportSink& sink, Nanoseconds now) {
    if (now < next_due_) return;
    next_due_ = kNever;
    std::vector<const Finding*> due;
    for (auto& [key, reboot] : reboots_) {
        if (reboot.reported) continue;
        reboot.reported = reboot.due() <= now;
        if (reboot.reported) {
            due.push_back(&reboot.finding);
        } else {
            next_due_ = std::min(next_due_, reboot.due());
        }
    }
    std::ranges::stable_sort(due, {}, &Finding::time);
    for (const Finding* finding : due) sink.on_finding(*finding);
}

void Reboots::forget_earlier(ReportSink& sink) {
    std::vector<Nanoseconds> times;
    times.reserve(reboots_.size());
    for (const auto& [key, reboot] : reboots_) times.push_back(key.time);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    report_due(sink, *middle + kGathers + kMostWait);
    std::erase_if(reboots_, [&](const auto& entry) { return entry.first.time <= *middle; });
}

}  // namespace deadpeer
