// Patience: how long after its last try a side may stay silent before it counts as having given up.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>

#include "deadpeer/time.h"
#include "detect/capture_gap.h"
#include "detect/watch.h"

namespace deadpeer {

// What has waited less than this for an answer may still get one.
inline constexpr Nanoseconds kAnswerDelay = kSecond;

// Linux answers segments that are out of window no more often than that: a probe so soon after another
// segment proves nothing.
inline constexpr Nanoseconds kAnswerPause = 500 * kMillisecond;

// No known stack gives up by count after fewer unanswered probes.
inline constexpr std::uint32_t kFewestProbes = 3;
// No known stack gives up by count after fewer transmissions (Windows: the original and 5 more).
inline constexpr std::uint32_t kFewestTransmissions = 6;

// Of who watches a clock: until then another try may come. kNoTime if it cannot be told.
Nanoseconds longest_patience(const Train& probes, const Prober& prober);
Nanoseconds longest_patience(const Train& transmissions);

// One and a half times the silence to the next probe that would have come, and no less than an answer may
// take: something on the path may have let probes through in a bunch. kNoTime if it cannot be told.
Nanoseconds probe_give_up_timeout(const Train& probes, const Prober& prober);

// Twice the last gap; kNoTime if nothing is to be concluded from a train so short.
Nanoseconds transmission_give_up_timeout(const Train& transmissions);

// Whether one of the side's trains has found no answer for longer than that, or nothing came since `since`.
bool has_given_up(const SideWatch& side, Nanoseconds since, Nanoseconds step_back, Nanoseconds now);

// For those who watch a clock: the earliest time after `after` at which one of the connection's trains will
// have been silent for too long, if nothing comes. What lies in gaps does not count.
std::optional<Nanoseconds> next_silence_deadline(const Watch& watch, std::span<const CaptureGap> gaps,
                                                 Nanoseconds after);

}  // namespace deadpeer
