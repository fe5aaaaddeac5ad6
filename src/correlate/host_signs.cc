// What a frozen HostBook answers.
#include <algorithm>
#include <iterator>
#include <span>

#include "core/equal_run.h"
#include "correlate/host_book.h"
#include "correlate/host_order.h"

namespace deadpeer {

// Of those that are not younger.
const HostBook::Older& HostBook::older(const IpAddress& host, Nanoseconds than) const {
    static constexpr Older kNone;
    HostConnection last;
    last.host = host;
    last.first_time = than;
    const auto after = std::upper_bound(connections_.begin(), connections_.end(), last, is_before);
    if (after == connections_.begin() || std::prev(after)->host != host) return kNone;
    return older_[static_cast<std::size_t>(std::prev(after) - connections_.begin())];
}

// What the connections show that were lost in that silence; nullptr if there are none.
const HostBook::Lost* HostBook::lost_in(const Silence& silence, const IpAddress& address) const {
    const auto after = std::ranges::upper_bound(lost_, Lost{address, silence.from}, is_lost_before);
    if (after == lost_.begin() || std::prev(after)->address != address) return nullptr;
    return &*std::prev(after);
}

// Whether others were lost in that silence, and found so at about the same time. A middlebox forgets all that
// were idle for long, too: two that were not must be among them. Who opens its connections anew from the same
// ports, as NFS does, had given the old ones up, and need not have booted. Where the host was never heard
// nobody knows that it had the connection.
bool HostBook::lost_others(const HostConnection& forgotten, const Silence& silence) const {
    const Nanoseconds from = std::max(silence.to, forgotten.reset - kFoundTogether);
    const Nanoseconds to = forgotten.reset + kFoundTogether;
    const auto was_in_use = [](const auto& lost) { return lost.reset - lost.heard < kShortestTimeout; };
    const auto begin =
        std::ranges::lower_bound(lost_, Lost{forgotten.address, from - kShortestTimeout}, is_lost_before);
    auto each = std::ranges::upper_bound(lost_, Lost{forgotten.address, silence.from}, is_lost_before);
    int missing = was_in_use(forgotten) ? 1 : 2;
    StreamNumber counted = forgotten.stream;
    for (std::size_t i = 0; i < kMaxLooked && missing > 0 && each > begin; ++i) {
        --each;
        const bool another = each->stream != forgotten.stream && each->stream != counted &&
                             each->reset >= from && each->reset <= to;
        const bool given_up = each->reopened && forgotten.reopened;
        if (!another || !each->was_heard || !was_in_use(*each) || given_up) continue;
        counted = each->stream;
        --missing;
    }
    return missing == 0;
}

Silence HostBook::silence_of(const HostConnection& forgotten) const {
    if (forgotten.quiet[0].length() == 0 && forgotten.quiet[1].length() == 0) return {};
    const std::span<const HostSilence> all =
        equal_run(std::span<const HostSilence>(silences_), forgotten.host, &HostSilence::host);
    OutstandingSilence of_connections(forgotten.heard, forgotten.reset);
    auto each = std::ranges::lower_bound(all, forgotten.heard, {},
                                         [](const HostSilence& one) { return one.silence.to; });
    for (std::size_t i = 0; i < kMaxLooked && each != all.end() && each->silence.from < forgotten.reset;
         ++i, ++each) {
        of_connections.add(each->silence);
    }
    // What a host sends when it comes back divides its other frames' silence in two.
    Silence longest;
    for (const Silence& quiet : forgotten.quiet) {
        OutstandingSilence of_all(quiet.from, quiet.to);
        of_all.add(of_connections.silence());
        if (of_all.silence().length() > longest.length()) longest = of_all.silence();
    }
    return longest;
}

// What was dropped long ago is not known: then it may be.
bool HostBook::many_hosts_reset(Nanoseconds time) const {
    if (resets_.empty() || time < resets_.front().time) return resets_.size() >= kMaxKept / 2;
    const auto next = std::ranges::lower_bound(resets_, time, {}, &Reset::time);
    return next != resets_.end() && next->time <= time + kAtOnce && next->of_many;
}

// A boot is silent before it announces itself, not after that.
bool HostBook::ends_silence(const Announcement& announcement, const HostConnection& forgotten) {
    return std::ranges::any_of(forgotten.quiet, [&](const Silence& quiet) {
        return quiet.length() > 0 && quiet.from <= announcement.time - kShortestBoot &&
               announcement.time <= quiet.to + kAfterReturn;
    });
}

const HostBook::Announcement* HostBook::announcement_of(const HostConnection& forgotten) const {
    Announcement first{forgotten.host, forgotten.heard + kShortestBoot, 0, 0};
    if (forgotten.heard == kNoTime) first.time = kNoTime + 1;
    auto next = std::ranges::lower_bound(boots_, first, is_announced_before);
    for (std::size_t i = 0; i < kMaxLooked && next != boots_.end(); ++i, ++next) {
        if (next->host != forgotten.host || next->time > forgotten.reset + kSecond) break;
        if (ends_silence(*next, forgotten)) return &*next;
    }
    return nullptr;
}

bool HostBook::has_announced(const IpAddress& host, Nanoseconds heard, Nanoseconds reset) const {
    const Announcement first{host, heard + kShortestBoot, 0, 0};
    const auto next = std::ranges::lower_bound(announcements_, first, is_announced_before);
    return next != announcements_.end() && next->host == host && next->time <= reset + kSecond;
}

// Since the host's last word; nullptr if it opened none, or as many all the time.
const HostBook::Burst* HostBook::burst_of(const HostConnection& forgotten) const {
    const std::span<const Burst> all =
        equal_run(std::span<const Burst>(bursts_), forgotten.host, &Burst::host);
    const auto next = std::ranges::upper_bound(all, forgotten.heard, {}, &Burst::begin);
    return next != all.end() && next->end <= forgotten.reset + kAfterReturn ? &*next : nullptr;
}

FrameTrail HostBook::evidence_of(const HostConnection& forgotten, std::uint32_t file) const {
    FrameTrail evidence;
    const Announcement* announcement = announcement_of(forgotten);
    if (announcement != nullptr && announcement->file == file) evidence.add(announcement->frame);
    if (const Burst* burst = burst_of(forgotten)) {
        for (std::size_t i = 0; i < Burst::kFewest; ++i) {
            if (burst->files[i] == file) evidence.add(burst->frames[i]);
        }
    }
    return evidence;
}

Signs HostBook::signs_of(const HostConnection& forgotten) const {
    if (left_out_ > 0) return {};
    const Silence silence = silence_of(forgotten);
    Signs signs = 0;
    if (older(forgotten.host, forgotten.heard).heard > forgotten.reset) signs |= kSignOlderSurvives;
    // What counts as one machine may be several, behind one that answers for them.
    const Lost* lost = silence.length() == 0 ? nullptr : lost_in(silence, forgotten.address);
    if (lost != nullptr && lost->other_reset >= silence.to) {
        if (lost->reset_ran_on >= silence.to) signs |= kSignIpIdRanOn;
        if (lost_others(forgotten, silence)) signs |= kSignOthersLost;
    }
    if (announcement_of(forgotten) != nullptr) signs |= kSignAnnouncement;
    if (burst_of(forgotten) != nullptr) signs |= kSignNewConnections;
    if (silence.length() > 0) signs |= kSignHostSilent;
    if (silence.length() == 0 && forgotten.reset - forgotten.heard >= kShortestBoot) signs |= kSignHostHeard;
    if (forgotten.ip_id_ran_on) signs |= kSignIpIdRanOn;
    signs |= forgotten.taken;
    if (forgotten.address_moved) signs |= kSignAddressMoved;
    if (many_hosts_reset(forgotten.reset)) signs |= kSignManyHosts;
    return signs;
}

bool HostBook::witness_is_awaited(const HostConnection& forgotten) const {
    return older(forgotten.host, forgotten.heard).witness <= forgotten.reset;
}

}  // namespace deadpeer
