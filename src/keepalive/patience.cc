#include "keepalive/patience.h"

#include <algorithm>

namespace deadpeer {
namespace {

constexpr std::uint32_t kEnoughTransmissions = 3;

// A sender that still tries sends again after about twice the last gap, and a busy or coarse timer (Linux
// rounds up by as much as an eighth) lets it be later than that. Who looks at a finished capture sees whether
// it did; who watches a clock has to wait for it.
Nanoseconds lateness(const Train& transmissions) {
    return transmissions.last_gap / 4;
}

}  // namespace

Nanoseconds probe_patience(const Train& probes, const Prober& prober) {
    if (probes.length < 2 || probes.last_gap == kNoTime) return kNoTime;
    const Nanoseconds next = prober.exponential ? 2 * probes.last_gap : probes.last_gap;
    return next + next / 2;
}

Nanoseconds transmission_patience(const Train& transmissions) {
    if (transmissions.length < kEnoughTransmissions || transmissions.last_gap == kNoTime) return kNoTime;
    return 2 * transmissions.last_gap;
}

std::optional<Nanoseconds> next_silence_deadline(const Watch& watch, std::span<const CaptureGap> gaps,
                                                 Nanoseconds after) {
    std::optional<Nanoseconds> next;
    const auto consider = [&](const Train& train, Nanoseconds patience) {
        if (patience == kNoTime) return;
        // Silent for longer than that, by a nanosecond.
        const auto deadline = after_gaps(gaps, train.last_time, patience + 1);
        if (deadline && *deadline > after) next = std::min(next.value_or(*deadline), *deadline);
    };
    for (const SideWatch& side : watch.sides) {
        consider(*side.probes, probe_patience(*side.probes, *side.prober));
        const Nanoseconds waits = transmission_patience(*side.transmissions);
        consider(*side.transmissions, waits == kNoTime ? kNoTime : waits + lateness(*side.transmissions));
    }
    return next;
}

}  // namespace deadpeer
