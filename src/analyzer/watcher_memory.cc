// What Watches take, and give back.
#include <algorithm>

#include "analyzer/watcher.h"

namespace deadpeer {
namespace {

// Whether the pool is in use, and may need more before its users are counted again.
template <typename Pool>
bool scarce(const Pool& pool) {
    return pool.memory() > 0 && pool.spare() < 2 * Watcher::kBetweenLooks;
}

}  // namespace

bool Watcher::is_scarce() const {
    return scarce(watches_) || scarce(rows_) || scarce(pools_.trains) || scarce(pools_.probers) ||
           scarce(pools_.large_losses) || scarce(pools_.went_back) || scarce(pools_.first_pairs) ||
           scarce(pools_.resets) || scarce(pools_.closes) || scarce(pools_.rtts);
}

bool Watcher::holds_scarce(const Connection& connection) const {
    const Watch* watch = watch_of(connection);
    if (watch == nullptr) return false;
    if (scarce(watches_)) return true;
    const auto side_does = [this](const SideWatch& side) {
        return (side.pending_row != 0 && scarce(rows_)) ||
               (side.large.held() && scarce(pools_.large_losses)) ||
               (side.went_back.held() && scarce(pools_.went_back)) ||
               (side.prober.held() && scarce(pools_.probers)) ||
               ((side.probes.held() || side.transmissions.held() || side.unheard.held()) &&
                scarce(pools_.trains));
    };
    return std::ranges::any_of(watch->sides, side_does) ||
           (watch->first_pair.held() && (scarce(rows_) || scarce(pools_.first_pairs))) ||
           (watch->reset.held() && scarce(pools_.resets)) || (watch->close.held() && scarce(pools_.closes)) ||
           (watch->rtts.held() && scarce(pools_.rtts));
}

void Watcher::release(Connection& connection) {
    if (Watch* watch = watches_.find(connection.watch)) {
        for (SideWatch& side : watch->sides) drop_row(side.pending_row);
        drop_first_pair(*watch);
        pools_.release(*watch);
        watches_.release(connection.watch);
    }
    connection.watch = 0;
}

}  // namespace deadpeer
