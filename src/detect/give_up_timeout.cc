#include "detect/give_up_timeout.h"

#include <algorithm>

namespace deadpeer {
namespace {

constexpr std::uint32_t kEnoughTransmissions = 3;

// Who looks at a finished capture sees whether another try came; who watches a clock has to wait for it.
// The gaps of retransmissions double, those of probes may, and a coarse timer (Linux rounds up by as much as
// an eighth) makes the next later still.
Nanoseconds beyond_twice(Nanoseconds patience, const Train& train) {
    return std::max(patience, 2 * train.last_gap + train.last_gap / 4);
}

// Two probes do not tell yet whether their gaps double.
Nanoseconds clock_patience(const Train& probes, Nanoseconds patience) {
    return probes.length == 2 ? beyond_twice(patience, probes) : patience;
}

}  // namespace

Nanoseconds probe_give_up_timeout(const Train& probes, const Prober& prober) {
    if (probes.length < 2 || probes.last_gap == kNoTime) return kNoTime;
    const Nanoseconds next = prober.exponential ? 2 * probes.last_gap : probes.last_gap;
    return std::max(next + next / 2, kAnswerDelay);
}

Nanoseconds transmission_give_up_timeout(const Train& transmissions) {
    if (transmissions.length < kEnoughTransmissions || transmissions.last_gap == kNoTime) return kNoTime;
    return 2 * transmissions.last_gap;
}

Nanoseconds longest_patience(const Train& probes, const Prober& prober) {
    const Nanoseconds patience = probe_give_up_timeout(probes, prober);
    return patience == kNoTime ? kNoTime : clock_patience(probes, patience);
}

Nanoseconds longest_patience(const Train& transmissions) {
    const Nanoseconds patience = transmission_give_up_timeout(transmissions);
    return patience == kNoTime ? kNoTime : beyond_twice(patience, transmissions);
}

bool has_given_up(const SideWatch& side, Nanoseconds since, Nanoseconds step_back, Nanoseconds now) {
    const auto waited = [&](const Train& train, Nanoseconds patience) {
        const Nanoseconds from = std::max(train.last_time, since);
        if (!train.open() || patience == kNoTime || now < from) return false;
        return now - from - step_back > std::max(patience, kAnswerDelay);
    };
    return waited(*side.probes, probe_give_up_timeout(*side.probes, *side.prober)) ||
           waited(*side.transmissions, transmission_give_up_timeout(*side.transmissions));
}

std::optional<Nanoseconds> next_silence_deadline(const Watch& watch, std::span<const CaptureGap> gaps,
                                                 Nanoseconds after) {
    std::optional<Nanoseconds> next;
    const auto consider = [&](const Train& train, Nanoseconds patience) {
        // Silent for longer than that, by a nanosecond; a clock that was set back made it seem longer.
        const auto deadline = after_gaps(gaps, train.last_time, patience + watch.step_back + 1);
        if (deadline && *deadline > after) next = std::min(next.value_or(*deadline), *deadline);
    };
    for (const SideWatch& side : watch.sides) {
        const Nanoseconds probing = longest_patience(*side.probes, *side.prober);
        if (probing != kNoTime) consider(*side.probes, probing);
        const Nanoseconds sending = longest_patience(*side.transmissions);
        if (sending != kNoTime) consider(*side.transmissions, sending);
    }
    return next;
}

}  // namespace deadpeer
