#include "keepalive/host_book.h"

#include <algorithm>
#include <span>

#include "core/equal_run.h"

namespace deadpeer {
namespace {

// What a host does right after it came back still belongs to its return.
constexpr Nanoseconds kAfterReturn = 10 * kSecond;
constexpr int kBurst = 3;
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

}  // namespace

void HostBook::announce(const IpAddress& host, Nanoseconds time, std::uint64_t frame) {
    if (announcements_.size() < kMaxAnnouncements) announcements_.push_back({host, time, frame});
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

std::uint64_t HostBook::announcement_frame(const HostConnection& forgotten) const {
    const Announcement* entry = announcement_of(forgotten);
    return entry == nullptr ? 0 : entry->frame;
}

Signs HostBook::signs_of(const HostConnection& forgotten) const {
    std::span<const HostConnection> all =
        equal_run(std::span<const HostConnection>(connections_), forgotten.host, &HostConnection::host);
    all = all.first(std::min(all.size(), kMaxLooked));
    const Announcement* announcement = announcement_of(forgotten);
    const Nanoseconds back =
        return_of(forgotten, all, announcement == nullptr ? kNoTime : announcement->time);

    Signs signs = announcement == nullptr ? Signs{0} : kSignAnnouncement;
    int opened = 0;
    const Nanoseconds since = forgotten.unanswered_since;
    bool silent = since != kNoTime && since < back;
    for (const HostConnection& other : all) {
        if (other.stream == forgotten.stream) continue;
        const bool older = other.first_time != kNoTime && other.first_time <= forgotten.heard;
        if (older && other.heard != kNoTime && other.heard > forgotten.reset) signs |= kSignOlderSurvives;
        const bool lost_too =
            other.reset != kNoTime && other.heard < forgotten.reset && forgotten.heard < other.reset;
        if (lost_too) signs |= kSignOthersLost;
        if (other.opened_by_host && within(other.first_time, forgotten.heard, forgotten.reset + kAfterReturn))
            ++opened;
        if (silent && (within(other.heard, since, back - 1) || within(other.first_time, since, back - 1))) {
            silent = false;
        }
    }
    if (opened >= kBurst) signs |= kSignNewConnections;
    if (silent) signs |= kSignHostSilent;
    return signs;
}

}  // namespace deadpeer
