// write_name: the cell with the name that the inventory knows of an address; empty if it knows none.
#pragma once

#include "deadpeer/address.h"
#include "knowledge/inventory.h"
#include "report/columns/cells.h"

namespace deadpeer {

// `inventory` may be null.
inline void write_name(Cells& cells, const Inventory* inventory, const IpAddress& address) {
    const std::string* name = inventory == nullptr ? nullptr : inventory->name_of(address);
    name == nullptr ? cells.empty() : cells.text(*name);
}

}  // namespace deadpeer
