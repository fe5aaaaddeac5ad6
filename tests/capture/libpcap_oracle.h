// libpcap's file reader as the second opinion.
#pragma once

#include <cstdint>
#include <string>

namespace deadpeer::test {

// Reads the file with libpcap and with open_capture, and checks that they agree on every frame as far as
// libpcap reads. False if libpcap does not take the file at all.
enum class Times : std::uint8_t { kCompared, kIgnored };
bool agrees_with_libpcap(const std::string& path, Times times = Times::kCompared);

}  // namespace deadpeer::test
