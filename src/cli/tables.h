// Tables: what the analysis and the reports know beforehand: built-in tables and the user's own.
//
// Errors: finished sentences that name the file, the line and what is wrong with it.
#pragma once

#include <string>

#include "deadpeer/result.h"
#include "knowledge/inventory.h"
#include "knowledge/knowledge.h"

namespace deadpeer::cli {

// By path; empty: none.
struct TableFiles {
    KnowledgeFiles knowledge;
    std::string inventory;
};

struct Tables {
    Knowledge knowledge;
    Inventory inventory;
};

Result<Tables> load_tables(const TableFiles& files);

}  // namespace deadpeer::cli
