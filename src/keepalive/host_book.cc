#include "keepalive/host_book.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <span>

#include "core/equal_run.h"

namespace deadpeer {
namespace {

constexpr std::size_t kBurst = 3;
constexpr Nanoseconds kBurstTime = 10 * kSecond;
constexpr Nanoseconds kBeforeBurst = 5 * kSecond;  // without a new connection; or the host goes on as before

constexpr Nanoseconds kForever = std::numeric_limits<Nanoseconds>::max();
// After less than that no middlebox is known to forget a connection that it does not close.
constexpr Nanoseconds kShortestTimeout = 238 * kSecond;

bool within(Nanoseconds time, Nanoseconds from, Nanoseconds to) {
    return time != kNoTime && time > from && time <= to;
}

// Keeps the later half of what is full.
template <typename Entry>
void keep_latest(std::vector<Entry>& entries) {
    const auto middle = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
    std::ranges::nth_element(entries, middle, {}, &Entry::time);
    entries.erase(entries.begin(), middle);
}

// The first connections that the host opened in a burst since its last word; none if it opened fewer, at its
// leisure, or as it had all the time.
std::vector<HostConnection> burst_of(const HostConnection& forgotten, std::span<const HostConnection> all) {
    std::vector<HostConnection> opened;
    const Nanoseconds from =
        forgotten.heard - kBeforeBurst;  // what came just before tells whether it is sudden
    const Nanoseconds to = forgotten.reset + HostBook::kAfterReturn;
    for (const HostConnection& other : all) {
        if (other.opened_by_host && within(other.first_time, from, to)) opened.push_back(other);
    }
    std::ranges::sort(opened, {}, &HostConnection::first_time);
    for (std::size_t i = 0; i + kBurst <= opened.size(); ++i) {
        const Nanoseconds begin = opened[i].first_time;
        const bool sudden = i == 0 || begin - opened[i - 1].first_time > kBeforeBurst;
        const bool quick = opened[i + kBurst - 1].first_time - begin <= kBurstTime;
        if (begin > forgotten.heard && sudden && quick) return {&opened[i], &opened[i] + kBurst};
    }
    return {};
}

// The spans in `all` are kShortestBoot or more apart, and remain so.
void add_span(std::map<Nanoseconds, Nanoseconds>& all, Nanoseconds from, Nanoseconds to) {
    auto next = all.upper_bound(from);
    if (next != all.begin()) {
        const auto before = std::prev(next);
        if (before->second >= to) return;
        if (from - before->second < kShortestBoot) {
            from = before->first;
            next = all.erase(before);
        }
    }
    while (next != all.end() && next->first - to < kShortestBoot) {
        to = std::max(to, next->second);
        next = all.erase(next);
    }
    all.emplace_hint(next, from, to);
}

}  // namespace

void HostBook::ask_about(const HostConnection& forgotten) {
    const Nanoseconds opened = forgotten.heard == kNoTime ? kNoTime : forgotten.heard - kBeforeBurst;
    constexpr std::size_t kNode = sizeof(Asked) + sizeof(IpAddress) + 48;
    if (asked_.size() * kNode >= kMostBytes / 2 && !asked_.contains(forgotten.host)) {
        ++left_out_;
        return;
    }
    const auto [host, fresh] = asked_.try_emplace(forgotten.host);
    Asked& asked = host->second;
    asked.opened = fresh ? opened : std::min(asked.opened, opened);
    asked.reset = fresh ? forgotten.reset : std::min(asked.reset, forgotten.reset);
}

bool HostBook::condense(const HostConnection& connection) {
    const auto known = asked_.find(connection.host);
    if (known == asked_.end() || connection.reset != kNoTime) return false;
    Asked& asked = known->second;
    const bool opened = connection.opened_by_host && connection.first_time > asked.opened;
    if (opened || std::max(connection.heard, connection.first_time) > asked.reset) return false;
    if (connection.first_time == kNoTime) return true;
    if (connection.heard >= connection.first_time) {
        add_span(asked.heard, connection.first_time, connection.heard);
    }
    const Nanoseconds oldest = asked.oldest.first_time;
    if (connection.open && (oldest == kNoTime || connection.first_time < oldest)) asked.oldest = connection;
    return true;
}

void HostBook::announce(const IpAddress& host, Nanoseconds time, std::uint32_t file, std::uint64_t frame) {
    if (announcements_.size() == kMaxKept) keep_latest(announcements_);
    announcements_.push_back({host, time, file, frame});
}

void HostBook::note_reset(const IpAddress& host, Nanoseconds time) {
    if (resets_.size() == kMaxKept) keep_latest(resets_);
    resets_.push_back({time, host});
}

void HostBook::freeze() {
    for (const auto& [host, asked] : asked_) {
        if (asked.oldest.first_time != kNoTime) connections_.push_back(asked.oldest);
    }
    std::ranges::stable_sort(connections_, {}, &HostConnection::host);
    std::ranges::stable_sort(announcements_, {}, &Announcement::host);
    std::ranges::stable_sort(resets_, {}, &Reset::time);
    for (auto begin = connections_.begin(); begin != connections_.end();) {
        const auto end = std::find_if(begin, connections_.end(),
                                      [&](const HostConnection& other) { return other.host != begin->host; });
        find_silences({begin, end});
        begin = end;
    }
}

// From a connection's first segment to the host's last one it counts as heard all the time: what lies between
// is not kept.
void HostBook::find_silences(std::span<const HostConnection> all) {
    const auto is_lost = [](const HostConnection& each) { return each.reset != kNoTime; };
    if (std::ranges::none_of(all, is_lost)) return;
    struct Heard {
        Nanoseconds from;
        Nanoseconds to;
        bool resets;
    };
    std::vector<Heard> heard;
    for (const HostConnection& each : all) {
        if (each.first_time != kNoTime && each.heard >= each.first_time)
            heard.push_back({each.first_time, each.heard, false});
        if (is_lost(each)) heard.push_back({each.reset, each.reset, true});
    }
    if (const auto asked = asked_.find(all.front().host); asked != asked_.end()) {
        for (const auto& [from, to] : asked->second.heard) heard.push_back({from, to, false});
    }
    if (heard.empty()) return;
    std::ranges::sort(heard, {}, &Heard::from);
    std::vector<Silence>& silences = silences_[all.front().host];
    Heard last = heard.front();
    for (const Heard& each : heard) {
        // A host that came back, and does no more than reset what it has forgotten, is not away again.
        if (!last.resets && each.from - last.to >= kShortestBoot) silences.push_back({last.to, each.from, 0});
        if (each.to > last.to || (each.to == last.to && !each.resets)) last = each;
    }
}

Silence HostBook::silence_of(const HostConnection& forgotten) const {
    const auto known = silences_.find(forgotten.host);
    if (known == silences_.end() || forgotten.quiet.length() == 0) return {};
    const std::vector<Silence>& all = known->second;
    OutstandingSilence of_connections(forgotten.heard, forgotten.reset);
    auto each = std::ranges::lower_bound(all, forgotten.heard, {}, &Silence::to);
    for (std::size_t i = 0; i < kMaxLooked && each != all.end() && each->from < forgotten.reset;
         ++i, ++each) {
        of_connections.add(*each);
    }
    OutstandingSilence of_all(forgotten.quiet.from, forgotten.quiet.to);
    of_all.add(of_connections.silence());
    return of_all.silence();
}

// What was dropped long ago is not known: then it may be.
bool HostBook::many_hosts_reset(Nanoseconds time) const {
    if (resets_.empty() || time < resets_.front().time) return resets_.size() >= kMaxKept / 2;
    std::set<IpAddress> hosts;
    auto each = std::ranges::lower_bound(resets_, time - kAtOnce, {}, &Reset::time);
    for (std::size_t i = 0; i < kMaxLooked && each != resets_.end() && each->time <= time + kAtOnce;
         ++i, ++each) {
        hosts.insert(each->host);
        if (hosts.size() >= kManyHosts) return true;
    }
    return false;
}

const HostBook::Announcement* HostBook::announcement_of(const HostConnection& forgotten) const {
    const std::span<const HostConnection> all = connections_of(forgotten.host);
    // Who speaks just before does not boot.
    const auto was_away = [&](Nanoseconds time) {
        return time - forgotten.heard >= kShortestBoot &&
               std::ranges::none_of(all, [&](const HostConnection& other) {
                   return other.stream != forgotten.stream && other.first_time != kNoTime &&
                          other.first_time < time - kShortestBoot &&
                          within(other.heard, time - kShortestBoot, kForever);
               });
    };
    for (const Announcement& entry :
         equal_run(std::span<const Announcement>(announcements_), forgotten.host, &Announcement::host)) {
        const bool between = within(entry.time, forgotten.heard, forgotten.reset + kSecond);
        if (between && was_away(entry.time)) return &entry;
    }
    return nullptr;
}

std::span<const HostConnection> HostBook::connections_of(const IpAddress& host) const {
    const auto all = equal_run(std::span<const HostConnection>(connections_), host, &HostConnection::host);
    return all.first(std::min(all.size(), kMaxLooked));
}

FrameTrail HostBook::evidence_of(const HostConnection& forgotten, std::uint32_t file) const {
    FrameTrail evidence;
    const Announcement* announcement = announcement_of(forgotten);
    if (announcement != nullptr && announcement->file == file) evidence.add(announcement->frame);
    for (const HostConnection& opened : burst_of(forgotten, connections_of(forgotten.host))) {
        if (opened.first_file == file) evidence.add(opened.first_frame);
    }
    return evidence;
}

Signs HostBook::signs_of(const HostConnection& forgotten) const {
    if (left_out_ > 0) return {};
    const std::span<const HostConnection> all = connections_of(forgotten.host);
    const Silence silence = silence_of(forgotten);
    Nanoseconds shortest_idle = forgotten.reset - forgotten.heard;
    bool others_lost = false;
    Signs signs = 0;
    for (const HostConnection& other : all) {
        if (other.stream == forgotten.stream) continue;
        const bool older = other.first_time != kNoTime && other.first_time <= forgotten.heard;
        if (older && other.heard != kNoTime && other.heard > forgotten.reset) signs |= kSignOlderSurvives;
        // In the same silence.
        // What counts as one machine may be several, behind one that answers for them.
        const bool lost_too = silence.length() > 0 && other.reset != kNoTime &&
                              other.address == forgotten.address && other.heard <= silence.from &&
                              silence.to <= other.reset;
        if (!lost_too) continue;
        others_lost = true;
        if (other.ip_id_ran_on) signs |= kSignIpIdRanOn;
        shortest_idle = std::min(shortest_idle, other.reset - other.heard);
    }
    // A middlebox forgets all that were idle for long, too.
    if (others_lost && shortest_idle < kShortestTimeout) signs |= kSignOthersLost;
    if (announcement_of(forgotten) != nullptr) signs |= kSignAnnouncement;
    if (!burst_of(forgotten, all).empty()) signs |= kSignNewConnections;
    if (silence.length() > 0) signs |= kSignHostSilent;
    if (silence.length() == 0 && forgotten.reset - forgotten.heard >= kShortestBoot) signs |= kSignHostHeard;
    if (forgotten.ip_id_ran_on) signs |= kSignIpIdRanOn;
    if (forgotten.address_moved) signs |= kSignAddressMoved;
    if (many_hosts_reset(forgotten.reset)) signs |= kSignManyHosts;
    return signs;
}

bool HostBook::witness_is_awaited(const HostConnection& forgotten) const {
    return std::ranges::any_of(connections_of(forgotten.host), [&](const HostConnection& other) {
        const bool older = other.first_time != kNoTime && other.first_time <= forgotten.heard;
        return other.stream != forgotten.stream && older && other.open && other.reset == kNoTime &&
               other.heard <= forgotten.reset;
    });
}

void add_host_evidence(Finding& finding, const FrameTrail& evidence) {
    const auto begin = finding.evidence.begin();
    for (std::size_t i = 0; i < evidence.count; ++i) {
        const auto end = begin + finding.evidence_count;
        if (std::find(begin, end, evidence.frames[i]) == end) finding.add_evidence(evidence.frames[i]);
    }
    if (evidence.count > 0) std::sort(begin, begin + finding.evidence_count);
}

}  // namespace deadpeer
