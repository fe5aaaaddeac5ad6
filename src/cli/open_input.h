// An input of several that is opened by its descriptor, or refused.
//
// Threads: one at a time, as InputFiles.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "capture/open.h"
#include "cli/input_files.h"
#include "deadpeer/result.h"
#include "deadpeer/source.h"

namespace deadpeer::cli {

// What folders hold besides captures. It stays to be taken.
bool is_no_capture(const InputFiles& files, std::size_t place, OpenOptions options);

// An error also where nothing can be made of any of its link types.
Result<std::unique_ptr<PacketSource>> open_input(const std::string& path, const Result<int>& descriptor,
                                                 OpenOptions options);

}  // namespace deadpeer::cli
