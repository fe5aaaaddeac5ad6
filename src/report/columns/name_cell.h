// write_name: the cell with the name that the inventory gives an address; empty if it gives none.
#pragma once

#include "deadpeer/address.h"
#include "knowledge/inventory.h"
#include "report/columns/cells.h"

namespace deadpeer {

// `inventory` may be null.
inline void write_name(Cells& cells, const Inventory* inventory, const IpAddress& address) {
    const InventoryEntry* entry = inventory == nullptr ? nullptr : inventory->find(address);
    if (entry == nullptr || entry->name.empty()) return cells.empty();
    cells.text(entry->name);
}

}  // namespace deadpeer
