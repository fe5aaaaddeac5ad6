#include "cli/tables.h"

#include <utility>

namespace deadpeer::cli {

Result<Tables> load_tables(const TableFiles& files) {
    auto knowledge = Knowledge::load(files.knowledge);
    if (!knowledge) return knowledge.error();
    Tables tables{std::move(knowledge).value(), {}};
    if (files.inventory.empty()) return tables;
    auto inventory = Inventory::load(files.inventory);
    if (!inventory) return inventory.error();
    tables.inventory = std::move(inventory).value();
    return tables;
}

}  // namespace deadpeer::cli
