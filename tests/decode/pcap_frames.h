// The frames of a capture file as libpcap reads them.
#pragma once

#include <filesystem>
#include <vector>

#include "decode/frames.h"

namespace deadpeer {

// Throws if libpcap cannot open the file; what is damaged or cut further on ends the list.
std::vector<TestFrame> frames_of(const std::filesystem::path& path);

// The regular files below a folder, in order of their names.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder);

}  // namespace deadpeer
