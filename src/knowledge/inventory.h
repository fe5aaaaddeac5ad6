// Inventory: what the user knows of the hosts: their names, and the keepalive they are meant to have.
//
//     Result<Inventory> inventory = Inventory::load("hosts.csv");
//     if (const InventoryEntry* host = inventory.value().find(address)) use(host->name);
//
// What:     a CSV file with the columns address, name, idle, interval, count, in any order; only `address`
//           must be there. An address is one host or a prefix (192.0.2.0/24, 2001:db8::/32); where several
//           hold an address, the longest counts, with all its cells: nothing is taken over from a shorter
//           one. Idle and interval are seconds; an empty cell expects nothing. Lines that begin with # and
//           empty lines do not count.
//           Hosts that it does not name may have names from elsewhere: take_names_from().
// Lifetime: a value; pointers it answers are valid as long as it is, and the other names are.
// Threads:  const calls may run in parallel.
// Errors:   load() names the file, the line and what is wrong with it.
// Cost:     find() searches once for each prefix length that occurs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/result.h"
#include "deadpeer/time.h"
#include "knowledge/host_name_table.h"

namespace deadpeer {

// Durations are kNoTime and the count is 0 where nothing is expected.
struct InventoryEntry {
    IpAddress address;  // the bits beyond the prefix are 0
    std::uint8_t prefix_length = 0;
    std::string name;  // may be empty. Untrusted text.
    Nanoseconds idle = kNoTime;
    Nanoseconds interval = kNoTime;
    std::uint32_t count = 0;
    unsigned line = 0;  // where the file says so

    [[nodiscard]] bool expects_something() const {
        return idle != kNoTime || interval != kNoTime || count != 0;
    }
};

class Inventory {
public:
    // Knows no host.
    Inventory() = default;

    static Result<Inventory> load(const std::string& path);

    // nullptr if no row holds the address.
    [[nodiscard]] const InventoryEntry* find(const IpAddress& address) const;

    // What the host is called: by its row, else elsewhere; nullptr: nobody has named it. Untrusted text.
    [[nodiscard]] const std::string* name_of(const IpAddress& address) const;
    // `names` must outlive the inventory, and may learn more meanwhile.
    void take_names_from(const HostNameTable& names) { other_names_ = &names; }

    [[nodiscard]] bool empty() const { return entries_.empty(); }

private:
    struct PrefixLength {
        bool is_v6;
        std::uint8_t bits;
    };

    std::vector<InventoryEntry> entries_;  // by address, then by length
    std::vector<PrefixLength> lengths_;    // that occur, longest first
    const HostNameTable* other_names_ = nullptr;
};

}  // namespace deadpeer
