#include "keepalive/host_book.h"

#include <algorithm>
#include <span>

#include "core/equal_run.h"

namespace deadpeer {
namespace {

constexpr std::size_t kBurst = 3;
constexpr Nanoseconds kBurstTime = 10 * kSecond;
constexpr Nanoseconds kBeforeBurst = 5 * kSecond;  // without a new connection; or the host goes on as before
constexpr std::size_t kMaxAnnouncements = 65'536;

bool within(Nanoseconds time, Nanoseconds from, Nanoseconds to) {
    return time != kNoTime && time > from && time <= to;
}

// The host's first sign of life after it did not answer on the forgotten connection.
Nanoseconds return_of(const HostConnection& forgotten, std::span<const HostConnection> all,
                      Nanoseconds announced) {
    const Nanoseconds gone = std::max(forgotten.heard, forgotten.unanswered_since);
    Nanoseconds back = forgotten.reset;
    if (within(announced, gone, back)) back = announced;
    for (const HostConnection& other : all) {
        if (other.opened_by_host && within(other.first_time, gone, back)) back = other.first_time;
    }
    return back;
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

}  // namespace

void HostBook::announce(const IpAddress& host, Nanoseconds time, std::uint32_t file, std::uint64_t frame) {
    if (announcements_.size() == kMaxAnnouncements) {
        const auto middle = announcements_.begin() + kMaxAnnouncements / 2;
        std::ranges::nth_element(announcements_, middle, {}, &Announcement::time);
        announcements_.erase(announcements_.begin(), middle);
    }
    announcements_.push_back({host, time, file, frame});
}

void HostBook::freeze() {
    std::ranges::stable_sort(connections_, {}, &HostConnection::host);
    std::ranges::stable_sort(announcements_, {}, &Announcement::host);
}

const HostBook::Announcement* HostBook::announcement_of(const HostConnection& forgotten) const {
    for (const Announcement& entry :
         equal_run(std::span<const Announcement>(announcements_), forgotten.host, &Announcement::host)) {
        if (within(entry.time, forgotten.heard, forgotten.reset + kSecond)) return &entry;
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
    const std::span<const HostConnection> all = connections_of(forgotten.host);
    const Announcement* announcement = announcement_of(forgotten);
    const Nanoseconds back =
        return_of(forgotten, all, announcement == nullptr ? kNoTime : announcement->time);

    Signs signs = announcement == nullptr ? Signs{0} : kSignAnnouncement;
    const Nanoseconds since = forgotten.unanswered_since;
    bool silent = since != kNoTime && since < back;
    for (const HostConnection& other : all) {
        if (other.stream == forgotten.stream) continue;
        const bool older = other.first_time != kNoTime && other.first_time <= forgotten.heard;
        if (older && other.heard != kNoTime && other.heard > forgotten.reset) signs |= kSignOlderSurvives;
        const bool lost_too =
            other.reset != kNoTime && other.heard < forgotten.reset && forgotten.heard < other.reset;
        if (lost_too) signs |= kSignOthersLost;
        if (silent && (within(other.heard, since, back - 1) || within(other.first_time, since, back - 1))) {
            silent = false;
        }
    }
    if (!burst_of(forgotten, all).empty()) signs |= kSignNewConnections;
    if (silent) signs |= kSignHostSilent;
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
