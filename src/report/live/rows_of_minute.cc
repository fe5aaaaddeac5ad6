#include "report/live/rows_of_minute.h"

#include <algorithm>

namespace deadpeer {
namespace {

constexpr std::uint64_t kNumbers = (std::uint64_t{1} << 48) - 1;
constexpr std::size_t kFewSlots = 256;
constexpr std::size_t kSlotsKept = std::size_t{1} << 16;  // over a quiet minute

}  // namespace

bool RowsOfMinute::add_event(std::uint64_t stream, unsigned limit) {
    Slot* slot = find(stream);
    if (slot == nullptr || slot->events >= limit) return false;
    ++slot->events;
    return true;
}

bool RowsOfMinute::add_segment(std::uint64_t stream, unsigned limit) {
    Slot* slot = find(stream);
    if (slot == nullptr || slot->segments >= limit) return false;
    ++slot->segments;
    return true;
}

void RowsOfMinute::clear() {
    used_ = 0;
    if (slots_.size() > kSlotsKept) {
        slots_ = {};
    } else {
        std::fill(slots_.begin(), slots_.end(), Slot{});
    }
}

// Null: there is no room for another connection.
RowsOfMinute::Slot* RowsOfMinute::find(std::uint64_t stream) {
    const std::uint64_t key = (stream + 1) & kNumbers;
    if (slots_.size() < 2 * (used_ + 1) && used_ < kMostFlows) grow();
    Slot& slot = place_of(key);
    if (slot.stream == key) return &slot;
    if (used_ == kMostFlows) return nullptr;
    ++used_;
    slot.stream = key & kNumbers;
    return &slot;
}

// Its slot, or the free one where it belongs.
RowsOfMinute::Slot& RowsOfMinute::place_of(std::uint64_t key) {
    FlowKey hashed;
    hashed.low_address = {key, 0};
    std::size_t i = hash_(hashed);
    while (slots_[i % slots_.size()].stream != key && slots_[i % slots_.size()].stream != 0) ++i;
    return slots_[i % slots_.size()];
}

void RowsOfMinute::grow() {
    std::vector<Slot> old(std::max(kFewSlots, 2 * slots_.size()));
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.stream != 0) place_of(slot.stream) = slot;
    }
}

}  // namespace deadpeer
