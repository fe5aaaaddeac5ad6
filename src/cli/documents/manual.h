// The manual page, deadpeer(1), in scdoc's language: options from the table that parses them, codes from the
// glossary.
//
// Threads: any.
// Source:  scdoc(5).
#pragma once

#include <string>

namespace deadpeer::cli {

std::string manual_as_scdoc();

}  // namespace deadpeer::cli
