// names_frame: whether a Watch remembers a frame, so that a judgement or an event may name it as evidence.
#pragma once

#include <cstdint>

#include "detect/watch.h"

namespace deadpeer {

[[nodiscard]] bool names_frame(const Watch& watch, std::uint64_t frame);

}  // namespace deadpeer
