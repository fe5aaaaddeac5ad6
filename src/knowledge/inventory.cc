#include "knowledge/inventory.h"

#include <algorithm>
#include <array>
#include <compare>
#include <string_view>
#include <utility>

#include "core/parse_address.h"
#include "core/parse_number.h"
#include "knowledge/table_reader.h"

namespace deadpeer {
namespace {

constexpr unsigned bits_of(const IpAddress& address) {
    return address.is_v6 ? 128 : 32;
}

// Hosts of equal addresses in several networks have one entry.
IpAddress cut(IpAddress address, unsigned prefix_length) {
    address.scope = 0;
    for (unsigned i = 0; i < address.bytes.size(); ++i) {
        const unsigned kept = prefix_length > 8 * i ? std::min(prefix_length - 8 * i, 8U) : 0;
        address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] & (0xff00U >> kept));
    }
    return address;
}

std::strong_ordering order(const InventoryEntry& a, const IpAddress& address, unsigned prefix_length) {
    if (const auto by_address = a.address <=> address; std::is_neq(by_address)) return by_address;
    return unsigned{a.prefix_length} <=> prefix_length;
}

void read_prefix(const std::string& cell, InventoryEntry& entry) {
    const std::size_t slash = cell.find('/');
    const auto address = parse_address(cell.substr(0, slash));
    if (!address) throw BadCell{"address must be an IPv4 or IPv6 address or prefix, not \"" + cell + "\""};
    unsigned bits = bits_of(*address);
    if (slash != std::string::npos) {
        const auto length = parse_number<unsigned>(std::string_view(cell).substr(slash + 1));
        if (!length || *length > bits) {
            throw BadCell{"the prefix length of \"" + cell + "\" must be a number from 0 to " +
                          std::to_string(bits)};
        }
        bits = *length;
    }
    entry.prefix_length = static_cast<std::uint8_t>(bits);
    entry.address = cut(*address, bits);
    if (entry.address != *address) {
        throw BadCell{"address \"" + cell + "\" has bits beyond its prefix; write " +
                      to_string(entry.address) + "/" + std::to_string(bits)};
    }
}

InventoryEntry entry_of(const TableCells<5>& cells, unsigned line) {
    const auto& [address, name, idle, interval, count] = cells;
    InventoryEntry entry;
    entry.line = line;
    read_prefix(address, entry);
    entry.name = name;
    entry.idle = seconds_cell(idle, "idle");
    entry.interval = seconds_cell(interval, "interval");
    entry.count = number_cell(count, "count", 1, 1'000'000);
    return entry;
}

// The later of the first two rows about the same prefix; nullptr if there are none. REQUIRES: sorted.
const InventoryEntry* repeated(const std::vector<InventoryEntry>& entries) {
    const auto same = std::adjacent_find(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return std::is_eq(order(a, b.address, b.prefix_length));
    });
    return same == entries.end() ? nullptr : &same[1];
}

}  // namespace

Result<Inventory> Inventory::load(const std::string& path) {
    auto rows = read_table<InventoryEntry, 5>({.name = path, .text = {}},
                                              {"address", "name", "idle", "interval", "count"}, 1,
                                              {"", "", "", "", ""}, entry_of);
    if (!rows) return rows.error();
    Inventory inventory;
    inventory.entries_ = std::move(rows).value();
    std::vector<InventoryEntry>& entries = inventory.entries_;
    std::stable_sort(entries.begin(), entries.end(), [](const InventoryEntry& a, const InventoryEntry& b) {
        return std::is_lt(order(a, b.address, b.prefix_length));
    });
    if (const InventoryEntry* twice = repeated(entries)) {
        return Error{path + ", line " + std::to_string(twice->line) + ": " + to_string(twice->address) + "/" +
                     std::to_string(twice->prefix_length) + " is already on line " +
                     std::to_string((twice - 1)->line) + "."};
    }
    std::array<std::array<bool, 129>, 2> occurs{};
    for (const InventoryEntry& entry : entries)
        occurs[entry.address.is_v6 ? 1 : 0][entry.prefix_length] = true;
    for (unsigned bits = 129; bits-- > 0;) {
        for (const bool is_v6 : {false, true}) {
            if (!occurs[is_v6 ? 1 : 0][bits]) continue;
            inventory.lengths_.push_back({is_v6, static_cast<std::uint8_t>(bits)});
        }
    }
    return inventory;
}

const InventoryEntry* Inventory::find(const IpAddress& address) const {
    for (const PrefixLength& length : lengths_) {
        if (length.is_v6 != address.is_v6) continue;
        const IpAddress prefix = cut(address, length.bits);
        const auto place = std::lower_bound(entries_.begin(), entries_.end(), length.bits,
                                            [&](const InventoryEntry& entry, unsigned bits) {
                                                return std::is_lt(order(entry, prefix, bits));
                                            });
        if (place != entries_.end() && std::is_eq(order(*place, prefix, length.bits))) return &*place;
    }
    return nullptr;
}

const std::string* Inventory::name_of(const IpAddress& address) const {
    const InventoryEntry* entry = find(address);
    if (entry != nullptr && !entry->name.empty()) return &entry->name;
    return other_names_ == nullptr ? nullptr : other_names_->find(address);
}

}  // namespace deadpeer
