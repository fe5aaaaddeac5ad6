#include "analyzer/reboots.h"

#include <algorithm>
#include <limits>

#include "keepalive/host_book.h"

namespace deadpeer {

void Reboots::count(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                    Nanoseconds last_word) {
    const Endpoint subject = connection.key.sender(judgement.side);
    const auto same = std::ranges::find_if(reboots_, [&](const Reboot& reboot) {
        return reboot.host == subject.address && last_word < reboot.finding.time &&
               reboot.heard < judgement.time;
    });
    if (same == reboots_.end()) {
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
        finding.subject = {subject.address, 0};
        finding.half_open = judgement.half_open;
        finding.count = 1;
        finding.lost[0] = connection.tcp.number;
        finding.add_evidence(judgement.frame);
        add_host_evidence(finding, host.evidence);
        reboots_.push_back({subject.address, finding, last_word});
        ++untold_;
        return;
    }
    Finding& finding = same->finding;
    same->heard = std::max(same->heard, last_word);
    if (finding.count < finding.lost.size()) finding.lost[finding.count] = connection.tcp.number;
    ++finding.count;
    finding.confidence = std::max(finding.confidence, judgement.confidence);
    finding.signs |= judgement.signs;
    finding.half_open = std::max(finding.half_open, judgement.half_open);
    if (finding.file == connection.last.file) {
        finding.add_evidence(judgement.frame);
        add_host_evidence(finding, host.evidence);
    }
    if (judgement.time < finding.time) {
        finding.time = judgement.time;
        finding.frame = judgement.frame;
        finding.stream = connection.tcp.number;
    }
}

void Reboots::tell(ReportSink& sink) {
    tell_due(sink, std::numeric_limits<Nanoseconds>::max());
}

std::optional<Nanoseconds> Reboots::next_due() const {
    std::optional<Nanoseconds> next;
    if (untold_ == 0) return next;
    for (const Reboot& reboot : reboots_) {
        if (!reboot.told) next = std::min(next.value_or(reboot.due()), reboot.due());
    }
    return next;
}

void Reboots::tell_due(ReportSink& sink, Nanoseconds now) {
    for (Reboot& reboot : reboots_) {
        if (!reboot.told && reboot.due() <= now) {
            reboot.told = true;
            --untold_;
            sink.on_finding(reboot.finding);
        }
    }
}

void Reboots::forget_old() {
    constexpr std::size_t kMost = 4'096;
    if (untold_ > 0 || reboots_.size() <= kMost) return;
    reboots_.erase(reboots_.begin(), reboots_.end() - kMost / 2);
}

}  // namespace deadpeer
