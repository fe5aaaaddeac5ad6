#include "report/host_table.h"

#include <algorithm>

namespace deadpeer {
namespace {

bool by_address(const HostRow& a, const HostRow& b) {
    return a.address < b.address;
}

// Adds rows of one address up into the first of them. REQUIRES: sorted.
void unite(std::vector<HostRow>& rows) {
    auto last = rows.begin();
    for (auto row = rows.begin(); row != rows.end(); ++row) {
        if (row == last) continue;
        if (row->address == last->address) {
            *last += *row;
        } else {
            *++last = *row;
        }
    }
    if (!rows.empty()) rows.erase(last + 1, rows.end());
}

}  // namespace

void HostTable::merge() {
    if (fresh_.empty()) return;
    std::sort(fresh_.begin(), fresh_.end(), by_address);
    unite(fresh_);
    const auto known = static_cast<std::ptrdiff_t>(rows_.size());
    for (const HostRow& row : fresh_) {
        const auto end = rows_.begin() + known;
        const auto place = std::lower_bound(rows_.begin(), end, row, by_address);
        if (place != end && place->address == row.address) {
            *place += row;
        } else if (rows_.size() < limit_) {
            rows_.push_back(row);
        } else {
            left_out_ += row.connections;
        }
    }
    fresh_.clear();
    std::inplace_merge(rows_.begin(), rows_.begin() + known, rows_.end(), by_address);
}

}  // namespace deadpeer
