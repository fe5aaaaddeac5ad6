#include "keepalive/timer_pool.h"

#include <algorithm>
#include <span>

#include "core/equal_run.h"

namespace deadpeer {

void TimerPool::add(const Owner& owner, const GapCluster& gaps) {
    if (gaps.gaps > 0) entries_.push_back({owner, gaps});
}

void TimerPool::freeze() {
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
        return a.owner != b.owner ? a.owner < b.owner : a.gaps.shortest < b.gaps.shortest;
    });
    // Clusters of one owner that can come from one timer become one.
    std::vector<Entry> merged;
    for (const Entry& entry : entries_) {
        const bool joins = !merged.empty() && merged.back().owner == entry.owner &&
                           merged.back().gaps.takes(entry.gaps.longest);
        if (!joins) {
            merged.push_back(entry);
            continue;
        }
        GapCluster& together = merged.back().gaps;
        together.longest = std::max(together.longest, entry.gaps.longest);
        together.gaps += entry.gaps.gaps;
    }
    entries_ = std::move(merged);
}

Nanoseconds TimerPool::value(const Owner& owner, const GapCluster& gaps) const {
    if (gaps.gaps == 0) return kNoTime;
    for (const Entry& entry : equal_run(std::span<const Entry>(entries_), owner, &Entry::owner)) {
        if (entry.gaps.shortest <= gaps.shortest && gaps.longest <= entry.gaps.longest) {
            return round_timer(entry.gaps.shortest, entry.gaps.longest);
        }
    }
    return round_timer(gaps.shortest, gaps.longest);
}

}  // namespace deadpeer
