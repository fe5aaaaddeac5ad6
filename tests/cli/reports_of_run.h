// The reports of a run, to compare with those of the same frames in other files.
#pragma once

#include <string>
#include <vector>

#include "cli/program.h"

namespace deadpeer {

// What the reports say but for the names of files and the numbers of frames in them, one text; then the exit
// code.
std::string reports_without_frames(const std::vector<std::string>& arguments);

}  // namespace deadpeer
