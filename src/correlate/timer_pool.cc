#include "correlate/timer_pool.h"

#include <algorithm>
#include <span>

#include "core/equal_run.h"

namespace deadpeer {
namespace {

// What one connection measured is no other timer's, fired late.
bool join(const GapCluster& one, const GapCluster& other) {
    if (!one.takes(other.longest)) return false;
    GapCluster both = one;
    both.add(other);
    return both.is_measured() || !(one.is_measured() || other.is_measured());
}

}  // namespace

void TimerPool::add(const Owner& owner, const GapCluster& gaps) {
    if (gaps.gaps == 0) return;
    if (entries_.size() == kMost && !full_) {
        merge();
        full_ = entries_.size() > kMost / 2;
    }
    if (entries_.size() < kMost) entries_.push_back({owner, gaps});
}

// Clusters of one owner that can come from one timer become one.
void TimerPool::merge() {
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
        return a.owner != b.owner ? a.owner < b.owner : a.gaps.shortest < b.gaps.shortest;
    });
    std::size_t merged = 0;
    for (const Entry& entry : entries_) {
        Entry* const last = merged == 0 ? nullptr : &entries_[merged - 1];
        if (last == nullptr || last->owner != entry.owner || !join(last->gaps, entry.gaps)) {
            entries_[merged++] = entry;
            continue;
        }
        last->gaps.add(entry.gaps);
    }
    entries_.resize(merged);
}

Nanoseconds TimerPool::value(const Owner& owner, const GapCluster& gaps) const {
    if (gaps.gaps == 0) return kNoTime;
    if (gaps.is_measured()) return gaps.timer();
    for (const Entry& entry : equal_run(std::span<const Entry>(entries_), owner, &Entry::owner)) {
        if (entry.gaps.shortest <= gaps.shortest && gaps.longest <= entry.gaps.longest) {
            return entry.gaps.timer();
        }
    }
    return gaps.timer();
}

}  // namespace deadpeer
