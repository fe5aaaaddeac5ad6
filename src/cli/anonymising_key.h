// The key of --anonymise: a word, or what stands in a file.
//
// Why both: most want to hide addresses from whoever gets the report, who never sees their ps: a word will
//           do. Where others use the machine, @FILE, as curl takes it, keeps the word out of their sight.
// Errors:   finished sentences.
#pragma once

#include <string>

#include "deadpeer/result.h"
#include "report/anonymous/anonymiser.h"

namespace deadpeer::cli {

// `word`: the key, of at least 8 bytes, or @FILE with it, where a line end behind it does not count.
Result<Anonymiser::Key> anonymising_key(const std::string& word);

}  // namespace deadpeer::cli
