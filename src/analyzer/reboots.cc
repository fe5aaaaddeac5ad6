#include "analyzer/reboots.h"

#include <vector>

#include "keepalive/host_book.h"

namespace deadpeer {

void Reboots::count(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                    Nanoseconds last_word, ReportSink& sink) {
    const IpAddress address = connection.key.sender(judgement.side).address;
    const auto same = reboots_.upper_bound({address, last_word});
    const bool known =
        same != reboots_.end() && same->first.first == address && same->second.heard < judgement.time;
    if (known) return unite(same, connection, judgement, host, last_word);
    if (reboots_.size() >= most_) forget_earlier(sink);
    add(connection, judgement, host, last_word);
}

void Reboots::add(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                  Nanoseconds last_word) {
    Finding finding;
    finding.kind = EventKind::kHostRebooted;
    finding.severity = Severity::kCritical;
    finding.confidence = judgement.confidence;
    finding.reason = judgement.reason;
    finding.signs = judgement.signs;
    finding.time = judgement.time;
    finding.file = connection.last.file;
    finding.frame = judgement.frame;
    finding.stream = connection.tcp.number;
    finding.subject = {connection.key.sender(judgement.side).address, 0};
    finding.half_open = judgement.half_open;
    finding.count = 1;
    finding.lost[0] = connection.tcp.number;
    finding.add_evidence(judgement.frame);
    add_host_evidence(finding, host.evidence);
    const Reboot reboot{finding, last_word};
    next_due_ = std::min(next_due_, reboot.due());
    reboots_.insert_or_assign({finding.subject.address, finding.time}, reboot);
}

void Reboots::unite(ByHost::iterator same, const Connection& connection, const Judgement& judgement,
                    const HostSigns& host, Nanoseconds last_word) {
    Reboot& reboot = same->second;
    Finding& finding = reboot.finding;
    reboot.heard = std::max(reboot.heard, last_word);
    if (finding.count < finding.lost.size()) finding.lost[finding.count] = connection.tcp.number;
    ++finding.count;
    finding.confidence = std::max(finding.confidence, judgement.confidence);
    finding.signs |= judgement.signs;
    finding.half_open = std::max(finding.half_open, judgement.half_open);
    if (finding.file == connection.last.file) {
        finding.add_evidence(judgement.frame);
        add_host_evidence(finding, host.evidence);
    }
    if (judgement.time >= finding.time) return;
    finding.time = judgement.time;
    finding.frame = judgement.frame;
    finding.stream = connection.tcp.number;
    if (!reboot.told) next_due_ = std::min(next_due_, reboot.due());
    auto moved = reboots_.extract(same);
    moved.key().second = judgement.time;
    reboots_.insert(std::move(moved));
}

void Reboots::tell_due(ReportSink& sink, Nanoseconds now) {
    if (now < next_due_) return;
    next_due_ = kNever;
    std::vector<const Finding*> due;
    for (auto& [key, reboot] : reboots_) {
        if (reboot.told) continue;
        reboot.told = reboot.due() <= now;
        if (reboot.told) {
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
    for (const auto& [key, reboot] : reboots_) times.push_back(key.second);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    tell_due(sink, *middle + kGathers);
    std::erase_if(reboots_, [&](const auto& entry) { return entry.first.second <= *middle; });
}

}  // namespace deadpeer
