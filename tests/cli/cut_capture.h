// Cuts a capture file into several, each with all the headers that it needs: as rotation would.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace deadpeer {

// The records of a pcap file, or the packet blocks of a pcapng file, that lie before each of `points`, and
// the rest. Bytes after the last whole record go with it.
std::vector<std::string> cut_capture(const std::string& file, const std::vector<std::size_t>& points);

std::size_t records_in(const std::string& file);

}  // namespace deadpeer
