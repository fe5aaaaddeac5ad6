// Slim list: a file that names captures, one a line, and the slim files that were to be made of them.
//
//     std::vector<InputName> parts = slim_parts("files.txt", "slim").value();
//
// What:    a capture is known by its name without its folder; empty lines name nothing.
// Threads: any.
// Errors:  a list that cannot be read, is empty, or names two captures whose slim files would be one. A slim
//          file that is not there is none: its place has the refusal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/input_names.h"
#include "deadpeer/result.h"

namespace deadpeer::cli {

// The longest name of a capture whose slim file can be called so, also while it is made.
inline constexpr std::size_t kLongestCaptureName = 225;

// "trace.pcap.slim.pcapng.zst", of "captures/trace.pcap".
std::string slim_file_name(const std::string& capture);

// Of a name under which one is made, like ".trace.pcap.slim.pcapng.zst.1f2e3d4c.tmp", what it will be called;
// empty if it is no such name.
std::string slim_file_begun(const std::string& name);

// The inputs of a run that reads the slim files in `folder` in place of the captures.
Result<std::vector<InputName>> slim_parts(const std::string& list, const std::string& folder);

// Numbers of the lines, from 1, whose slim files are not in the folder.
Result<std::vector<std::size_t>> missing_parts(const std::string& list, const std::string& folder);

}  // namespace deadpeer::cli
