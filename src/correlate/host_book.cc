#include "correlate/host_book.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include "core/equal_run.h"
#include "correlate/host_order.h"

namespace deadpeer {
namespace {

constexpr Nanoseconds kBurstTime = 10 * kSecond;
constexpr Nanoseconds kBeforeBurst = 5 * kSecond;  // without a new connection; or the host goes on as before

bool is_lost(const HostConnection& each) {
    return each.reset != kNoTime;
}

// Keeps the later half of what is full.
template <typename Entry>
void keep_latest(std::vector<Entry>& entries) {
    const auto middle = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
    std::ranges::nth_element(entries, middle, {}, &Entry::time);
    entries.erase(entries.begin(), middle);
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

void HostBook::add_span(HeardSpans& all, Nanoseconds from, HeardUntil until) {
    const auto is_later = [](const HeardUntil& a, const HeardUntil& b) {
        return a.to == b.to ? b.resets : a.to > b.to;
    };
    auto next = all.upper_bound(from);
    if (next != all.begin()) {
        const auto before = std::prev(next);
        if (!is_later(until, before->second)) return;
        if (from - before->second.to < kShortestBoot) {
            from = before->first;
            next = all.erase(before);
        }
    }
    while (next != all.end() && next->first - until.to < kShortestBoot) {
        if (is_later(next->second, until)) until = next->second;
        next = all.erase(next);
    }
    all.emplace_hint(next, from, until);
}

bool HostBook::condense(const HostConnection& connection) {
    const auto known = asked_.find(connection.host);
    if (known == asked_.end()) return false;
    Asked& asked = known->second;
    if (connection.reset != kNoTime) return condense_lost(asked, connection);
    const bool opened = connection.opened_by_host && connection.first_time > asked.opened;
    if (opened || std::max(connection.heard, connection.first_time) > asked.reset) return false;
    if (connection.first_time == kNoTime) return true;
    if (connection.heard >= connection.first_time) {
        add_span(asked.heard, connection.first_time, {connection.heard, false});
    }
    const Nanoseconds oldest = asked.oldest.first_time;
    if (connection.open && (oldest == kNoTime || connection.first_time < oldest)) asked.oldest = connection;
    return true;
}

bool HostBook::condense_lost(Asked& asked, const HostConnection& connection) {
    if (asked.lost < kMostLost) {
        ++asked.lost;
        return false;
    }
    if (connection.ip_id_ran_on) return false;
    if (connection.first_time != kNoTime && connection.heard >= connection.first_time)
        add_span(asked.heard, connection.first_time, {connection.heard, false});
    add_span(asked.heard, connection.reset, {connection.reset, true});
    return true;
}

void HostBook::add_heard(const IpAddress& host, Nanoseconds from, Nanoseconds to, bool resets) {
    const auto known = asked_.find(host);
    if (known != asked_.end()) add_span(known->second.heard, from, {to, resets});
}

void HostBook::announce(const IpAddress& host, Nanoseconds time, std::uint32_t file, std::uint64_t frame) {
    if (announcements_.size() == kMaxKept) keep_latest(announcements_);
    announcements_.push_back({host, time, file, frame});
}

void HostBook::note_reset(const IpAddress& host, Nanoseconds time) {
    if (resets_.size() == kMaxKept) keep_latest(resets_);
    resets_.push_back({time, host});
    resets_are_new_ = true;
}

void HostBook::forget_connections() {
    connections_ = {};
    older_ = {};
    silences_ = {};
    lost_ = {};
    bursts_ = {};
    boots_ = {};
    links_up_ = {};
    asked_.clear();
    std::ranges::stable_sort(announcements_, is_announced_before);
    left_out_before_ += std::exchange(left_out_, 0);
}

void HostBook::freeze() {
    for (const auto& [host, asked] : asked_) {
        if (asked.oldest.first_time != kNoTime) connections_.push_back(asked.oldest);
    }
    std::ranges::stable_sort(connections_, is_before);
    std::ranges::stable_sort(announcements_, is_announced_before);
    if (std::exchange(resets_are_new_, false)) find_many_hosts();
    find_links_up();
    find_older();
    for (auto begin = connections_.begin(); begin != connections_.end();) {
        const auto end = std::find_if(begin, connections_.end(),
                                      [&](const HostConnection& other) { return other.host != begin->host; });
        look_at_host({begin, end});
        begin = end;
    }
    std::ranges::stable_sort(lost_, is_lost_before);
}

// A window of time that moves over the resets.
void HostBook::find_many_hosts() {
    std::ranges::stable_sort(resets_, {}, &Reset::time);
    std::map<IpAddress, std::size_t> hosts;
    auto begin = resets_.begin();
    auto end = begin;
    for (Reset& reset : resets_) {
        for (; end != resets_.end() && end->time <= reset.time + kAtOnce; ++end) ++hosts[end->host];
        for (; begin->time < reset.time - kAtOnce; ++begin) {
            const auto known = hosts.find(begin->host);
            if (--known->second == 0) hosts.erase(known);
        }
        reset.of_many = hosts.size() >= kManyHosts;
    }
}

// Hosts announce themselves when their link comes up, too: several at once when a switch does.
void HostBook::find_links_up() {
    constexpr Nanoseconds kTogether = 2 * kSecond;
    std::vector<Announcement> all = announcements_;
    std::ranges::sort(all, {}, &Announcement::time);
    for (auto begin = all.begin(); begin != all.end();) {
        const auto end = std::find_if(begin, all.end(), [&](const Announcement& other) {
            return other.time > begin->time + kTogether;
        });
        std::set<IpAddress> hosts;
        for (auto each = begin; each != end; ++each) hosts.insert(each->host);
        if (hosts.size() < kManyHosts) {
            ++begin;
            continue;
        }
        for (; begin != end; ++begin) links_up_.push_back(begin->time);
    }
}

void HostBook::find_older() {
    older_.resize(connections_.size());
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        const HostConnection& each = connections_[i];
        Older& older = older_[i];
        if (i > 0 && connections_[i - 1].host == each.host) older = older_[i - 1];
        if (each.first_time == kNoTime) continue;
        older.heard = std::max(older.heard, each.heard);
        if (each.open && each.reset == kNoTime) older.witness = std::min(older.witness, each.heard);
    }
}

// `all`: its connections. Only a host that has lost one is asked about.
void HostBook::look_at_host(std::span<const HostConnection> all) {
    if (std::ranges::none_of(all, is_lost)) return;
    find_silences(all);
    find_lost(all);
    find_bursts(all);
    find_boots(all.front().host);
}

// From a connection's first segment to the host's last one it counts as heard all the time: what lies between
// is not kept.
void HostBook::find_silences(std::span<const HostConnection> all) {
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
        for (const auto& [from, until] : asked->second.heard) heard.push_back({from, until.to, until.resets});
    }
    if (heard.empty()) return;
    std::ranges::sort(heard, {}, &Heard::from);
    Heard last = heard.front();
    for (const Heard& each : heard) {
        // A host that came back, and does no more than reset what it has forgotten, is not away again.
        if (!last.resets && each.from - last.to >= kShortestBoot)
            silences_.push_back({all.front().host, {last.to, each.from, 0}});
        if (each.to > last.to || (each.to == last.to && !each.resets)) last = each;
    }
}

void HostBook::find_lost(std::span<const HostConnection> all) {
    const auto first = static_cast<std::ptrdiff_t>(lost_.size());
    for (const HostConnection& each : all) {
        if (!is_lost(each)) continue;
        Lost lost{each.address,  each.heard, each.stream, each.was_heard,
                  each.reopened, each.reset, each.reset};
        if (each.ip_id_ran_on) lost.reset_ran_on = each.reset;
        lost_.push_back(lost);
    }
    std::sort(lost_.begin() + first, lost_.end(), is_lost_before);
    for (std::size_t i = static_cast<std::size_t>(first) + 1; i < lost_.size(); ++i) {
        const Lost& before = lost_[i - 1];
        Lost& lost = lost_[i];
        if (before.address != lost.address) continue;
        lost.other_reset = std::max(before.other_reset, std::min(before.last_reset, lost.last_reset));
        lost.last_reset = std::max(before.last_reset, lost.last_reset);
        lost.reset_ran_on = std::max(before.reset_ran_on, lost.reset_ran_on);
    }
}

// Connections that the host opened after none for a while: it does not go on as before.
void HostBook::find_bursts(std::span<const HostConnection> all) {
    std::vector<const HostConnection*> opened;
    for (const HostConnection& each : all) {
        if (each.opened_by_host && each.first_time != kNoTime) opened.push_back(&each);
    }
    for (std::size_t i = 0; i + Burst::kFewest <= opened.size(); ++i) {
        const Nanoseconds begin = opened[i]->first_time;
        const Nanoseconds end = opened[i + Burst::kFewest - 1]->first_time;
        const bool sudden = i == 0 || begin - opened[i - 1]->first_time > kBeforeBurst;
        if (!sudden || end - begin > kBurstTime) continue;
        Burst& burst = bursts_.emplace_back();
        burst.host = all.front().host;
        burst.begin = begin;
        burst.end = end;
        for (std::size_t k = 0; k < Burst::kFewest; ++k) {
            burst.files[k] = opened[i + k]->first_file;
            burst.frames[k] = opened[i + k]->first_frame;
        }
    }
}

// At an interval, as routers and balancers do to refresh what others keep of them.
bool HostBook::is_periodic(std::span<const Announcement> all) {
    constexpr Nanoseconds kTogether = 2 * kSecond;
    constexpr Nanoseconds kShortest = 10 * kSecond;
    Nanoseconds last_gap = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        const Nanoseconds gap = all[i].time - all[i - 1].time;
        if (gap < kTogether) continue;
        const bool same = last_gap >= kShortest && std::abs(gap - last_gap) <= last_gap / 10;
        if (same) return true;
        last_gap = gap;
    }
    return false;
}

// Announcements of a host that had not just spoken on a connection, up to the first that a connection went
// on across, opened well before: such a host announces itself without a boot, at an interval (VRRP) or when
// its link comes back.
void HostBook::find_boots(const IpAddress& host) {
    const auto asked = asked_.find(host);
    const auto heard_since_before = [&](Nanoseconds time) {
        const Nanoseconds heard = older(host, time - 1).heard;
        return asked == asked_.end() ? heard : std::max(heard, heard_until(asked->second.heard, time));
    };
    const auto all = equal_run(std::span<const Announcement>(announcements_), host, &Announcement::host);
    if (is_periodic(all)) return;
    for (const Announcement& entry : all) {
        if (std::ranges::binary_search(links_up_, entry.time)) continue;
        if (heard_since_before(entry.time - kAfterReturn) > entry.time) return;
        const Nanoseconds silent_since = entry.time - kShortestBoot;
        if (heard_since_before(silent_since) <= silent_since) boots_.push_back(entry);
    }
}

// In the spans that began before that.
Nanoseconds HostBook::heard_until(const HeardSpans& all, Nanoseconds before) {
    const auto next = all.lower_bound(before);
    return next == all.begin() ? kNoTime : std::prev(next)->second.to;
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
