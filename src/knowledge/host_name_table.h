// HostNameTable: what hosts are called, by /etc/hosts and by captures that say so.
//
//     HostNameTable names;
//     Status read = names.load_hosts("/etc/hosts");
//     names.add(address, "db-1");               // as a capture says
//     if (const std::string* name = names.find(address)) use(*name);
//
// What:     an address has one name: of a capture the first that it says, else the first of the file, where
//           the canonical name stands before the aliases. Equal addresses in several networks share it.
// Lifetime: names it answers are valid as long as it is.
// Threads:  calls may run in parallel, but for load_hosts().
// Memory:   kMost names of captures, of kLongest bytes each; more are left out.
// Source:   hosts(5).
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/hash.h"
#include "deadpeer/address.h"
#include "deadpeer/result.h"

namespace deadpeer {

class HostNameTable {
public:
    static constexpr std::size_t kMost = 65'536;
    static constexpr std::size_t kLongest = 255;

    // Lines that hold no address and name are passed over, as the resolver does. A file that is not there
    // knows nobody.
    Status load_hosts(const std::string& path);

    // Untrusted text.
    void add(const IpAddress& address, std::string_view name);

    // nullptr: nobody has named it.
    [[nodiscard]] const std::string* find(const IpAddress& address) const;

private:
    using Names = std::unordered_map<IpAddress, std::string, SeededHash>;

    mutable std::mutex mutex_;
    Names of_captures_{0, SeededHash(0)};
    Names of_file_{0, SeededHash(0)};
};

}  // namespace deadpeer
