#include "report/incident/case.h"
#include "report/half_open.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "report/event_kinds.h"

namespace deadpeer {
namespace {

// One for each verdict, so that no connection has two.
bool is_verdict(EventKind kind) {
    return !is_of_several(kind) && kind != EventKind::kProbesUnanswered &&
           kind != EventKind::kPeerRecovered && kind != EventKind::kHeartbeatStopped &&
           kind != EventKind::kOutage && kind != EventKind::kPathMtu && kind != EventKind::kPeerRestored;
}

// Of the gaps of a link the latest tells how it is now; else the first event is as good.
bool tells_more(const Finding& a, const Finding& b) {
    const auto key = [](const Finding& f) {
        const Nanoseconds order = f.kind == EventKind::kCaptureGap && f.time != kNoTime ? -f.time : f.time;
        return std::make_tuple(!is_of_several(f.kind), -static_cast<int>(f.severity),
                               -static_cast<int>(f.confidence), -std::max<Nanoseconds>(f.half_open, 0),
                               -static_cast<std::int64_t>(f.count), order);
    };
    return key(a) < key(b);
}

// Unknown is earlier than everything.
Nanoseconds earlier_known(Nanoseconds a, Nanoseconds b) {
    return a == kNoTime || b == kNoTime ? std::max(a, b) : std::min(a, b);
}

void add_peer(std::vector<IpAddress>& peers, bool& more, const IpAddress& peer) {
    if (std::ranges::find(peers, peer) != peers.end()) return;
    if (peers.size() == Incident::kMostPeers) {
        more = true;
        return;
    }
    peers.push_back(peer);
}

}  // namespace

bool Case::add(const Finding& finding, bool may_list) {
    const Window window = window_of(finding, cause_);
    // A reboot alone tells of a moment in that window, and not how long it is.
    const bool window_is_known = events() > count(EventKind::kHostRebooted);
    if (is_of_a_moment(cause_) && finding.kind != EventKind::kHostRebooted) {
        window_ = window_is_known
                      ? Window{std::max(window_.from, window.from), std::min(window_.to, window.to)}
                      : window;
    }
    told_.insert(std::ranges::upper_bound(told_, finding, tells_more), finding);
    constexpr std::size_t kMostTold = 2;
    if (told_.size() > kMostTold) told_.pop_back();
    ++counts_[static_cast<std::size_t>(finding.kind)];
    first_ = earlier_known(first_, finding.time);
    last_ = std::max(last_, finding.time);
    half_open_ = std::max(half_open_, finding.half_open);
    if (!is_of_several(finding.kind))
        last_heard_ = std::max(last_heard_, heard_last(finding.time, finding.half_open));
    least_idle_ = std::min(least_idle_, finding.idle);
    const std::uint16_t port = finding.subject.port;
    several_ports_ = several_ports_ || (port != 0 && port_ != 0 && port != port_);
    if (port != 0) port_ = port;
    note_peers(finding);
    return note_streams(finding, may_list);
}

void Case::note_peers(const Finding& finding) {
    const bool has_holders =
        finding.kind == EventKind::kCapacityWarning || finding.kind == EventKind::kMiddleboxRestarted;
    if (has_holders) {
        for (const HolderCount& holder : finding.holders) {
            if (holder.connections > 0) add_peer(peers_, more_peers_, holder.host);
        }
    } else if (cause_ == CauseClass::kCutOff) {
        add_peer(peers_, more_peers_, finding.subject.address);
    } else if (finding.peer != Endpoint{}) {
        add_peer(peers_, more_peers_, finding.peer.address);
    }
}

bool Case::note_streams(const Finding& finding, bool may_list) {
    if (finding.stream < 0 || is_of_several(finding.kind)) return false;
    if (finding.second_view >= 0 && second_views_.size() < Incident::kMostStreams)
        second_views_.insert(static_cast<StreamNumber>(finding.second_view));
    if (may_list) return streams_.insert(static_cast<StreamNumber>(finding.stream)).second;
    if (is_verdict(finding.kind)) ++unlisted_;
    return false;
}

bool Case::take_back(const Finding& change) {
    std::uint64_t& count = counts_[static_cast<std::size_t>(change.taken_back)];
    if (count == 0) return false;
    if (!is_of_several(change.taken_back)) {
        const bool listed = streams_.erase(static_cast<StreamNumber>(change.stream)) > 0;
        if (!listed && unlisted_ == 0) return false;
        if (!listed) --unlisted_;
    }
    --count;
    std::erase_if(told_, [&](const Finding& one) {
        return one.kind == change.taken_back && (one.stream == change.stream || is_of_several(one.kind));
    });
    half_open_ = kNoTime;
    for (const Finding& one : told_) half_open_ = std::max(half_open_, one.half_open);
    return true;
}

Severity Case::severity() const {
    return std::ranges::max_element(told_, {}, &Finding::severity)->severity;
}

std::uint64_t Case::events() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t Case::connections() const {
    const std::uint64_t known = streams_.size() + unlisted_;
    if (told().kind == EventKind::kIdleClose) return std::max<std::uint64_t>(known, told().count);
    return known == 0 && is_of_several(told().kind) ? told().count : known;
}

void Case::add_to(Incident& incident) const {
    constexpr std::ptrdiff_t kMost = Incident::kMostStreams;
    incident.severity = std::max(incident.severity, severity());
    incident.first = earlier_known(incident.first, first_);
    incident.last = std::max(incident.last, last_);
    incident.last_heard = std::max(incident.last_heard, last_heard_);
    incident.half_open = std::max(incident.half_open, half_open_);
    for (std::size_t i = 0; i < kEventKinds; ++i) incident.events[i] += counts_[i];
    const auto few = std::next(streams_.begin(), std::min<std::ptrdiff_t>(std::ssize(streams_), kMost));
    incident.streams.insert(incident.streams.end(), streams_.begin(), few);
    if (streams_.empty() && names_streams(told().kind)) {
        const auto known = std::min<std::size_t>(told().count, told().lost.size());
        incident.streams.insert(incident.streams.end(), told().lost.begin(), told().lost.begin() + known);
    }
    incident.streams.insert(incident.streams.end(), second_views_.begin(), second_views_.end());
    std::ranges::sort(incident.streams);
    incident.streams.erase(std::unique(incident.streams.begin(), incident.streams.end()),
                           incident.streams.end());
    if (std::ssize(incident.streams) > kMost) incident.streams.resize(kMost);
    for (const IpAddress& peer : peers_) {
        if (peer != incident.subject.address) add_peer(incident.peers, incident.more_peers, peer);
    }
    incident.more_peers = incident.more_peers || more_peers_;
}

}  // namespace deadpeer
