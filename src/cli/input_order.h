// Input order: which input is read when.
//
// What:    by time, files stand in the order of their first time stamps, then of their names; what cannot be
//          looked at beforehand (a pipe) or has no time stamps keeps its place. Only the beginning of a file
//          is read for that.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "capture/open.h"
#include "cli/input_files.h"
#include "cli/settings.h"
#include "deadpeer/time.h"

namespace deadpeer::cli {

struct InputPlace {
    std::size_t input;  // its place in InputFiles
    // When it begins: what others captured before is read first. No value: everything before it is.
    std::optional<Nanoseconds> begins = {};
};

struct InputSequence {
    std::vector<InputPlace> places;
    std::vector<std::string> remarks;  // what the user should know of it
};

// `options`: to look at them with. They say as well whether to go on.
InputSequence order_inputs(const InputFiles& files, InputOrder order, const OpenOptions& options);

}  // namespace deadpeer::cli
