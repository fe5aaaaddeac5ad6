#include "cli/tables.h"

#include <utility>

namespace deadpeer::cli {

Result<Tables> load_tables(const TableFiles& files) {
    auto knowledge = Knowledge::load(files.knowledge);
    if (!knowledge) return knowledge.error();
    Tables tables{std::move(knowledge).value(), {}, nullptr};
    if (!files.inventory.empty()) {
        auto inventory = Inventory::load(files.inventory);
        if (!inventory) return inventory.error();
        tables.inventory = std::move(inventory).value();
    }
    if (files.forget_hosts) {
        tables.inventory = {};
    } else if (files.names) {
        tables.names = std::make_unique<HostNameTable>();
        if (const Status read = tables.names->load_hosts(files.hosts); !read) return read.error();
        tables.inventory.take_names_from(*tables.names);
    }
    return tables;
}

capture::NameListener name_listener(const Tables& tables) {
    if (tables.names == nullptr) return {};
    return [&names = *tables.names](const IpAddress& address, std::string_view name) {
        names.add(address, name);
    };
}

}  // namespace deadpeer::cli
