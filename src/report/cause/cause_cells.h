// The cells that tell of causes: codes, joined by `;`.
//
// Threads: pure functions.
#pragma once

#include <span>

#include "report/cause/ending.h"
#include "report/columns/cells.h"

namespace deadpeer {

void write_causes(Cells& cells, std::span<const Cause> causes);
void write_clues(Cells& cells, Clues clues);

}  // namespace deadpeer
