// The JSON Schema of what --format jsonl writes, from the tables of columns.
//
// What:    a definition for each report, whose rows have all columns; and any of them. Further members may
//          come with later versions.
// Threads: any.
// Source:  JSON Schema, draft 2020-12.
#pragma once

#include <string>

namespace deadpeer::cli {

std::string json_schema();

}  // namespace deadpeer::cli
