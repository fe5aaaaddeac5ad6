// random_life: MortalTraffic in a world where hosts reboot, frames are lost, and others go on talking.
//
// Purity: the same seed gives the same frames on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/mortal_traffic.h"

namespace deadpeer::test {

// Until 400 s after MortalTraffic::kStart, all of one input.
std::vector<MortalFrame> random_life(std::uint64_t seed, unsigned connections);

}  // namespace deadpeer::test
