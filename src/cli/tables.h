// Tables: what the analysis and the reports know beforehand: built-in tables and the user's own.
//
// Errors: finished sentences that name the file, the line and what is wrong with it.
#pragma once

#include <memory>
#include <string>

#include "capture/file/pcapng_names.h"
#include "deadpeer/result.h"
#include "knowledge/host_name_table.h"
#include "knowledge/inventory.h"
#include "knowledge/knowledge.h"

namespace deadpeer::cli {

// By path; empty: none.
struct TableFiles {
    KnowledgeFiles knowledge;
    std::string inventory;
    bool names = false;  // of hosts, from this file and from captures
    std::string hosts = "/etc/hosts";
    bool forget_hosts = false;  // neither names nor the inventory are of the hosts that are reported
};

struct Tables {
    Knowledge knowledge;
    Inventory inventory;
    std::unique_ptr<HostNameTable> names;  // the inventory's other names; null without --names
};

Result<Tables> load_tables(const TableFiles& files);

// Takes the names that captures hold; empty without --names. The tables must outlive it.
capture::NameListener name_listener(const Tables& tables);

}  // namespace deadpeer::cli
