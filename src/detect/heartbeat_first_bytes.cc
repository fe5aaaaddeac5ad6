#include "detect/heartbeat_first_bytes.h"

#include <algorithm>

namespace deadpeer {

void FirstBytes::add(Seq seq, std::span<const std::uint8_t> data) {
    const Seq expected(tracker_.sequence_number());
    const std::int32_t known = seq.distance_to(expected);
    if (known > 0) {
        const auto skip = static_cast<std::size_t>(known);
        if (skip >= data.size()) return;
        data = data.subspan(skip);
        seq = expected;
    }
    // Now nothing of it lies before the message, so the distance is its place in it.
    const std::int32_t place = start_.distance_to(seq);
    if (place < 0 || static_cast<std::size_t>(place) >= kMostBytes) return;
    if (seq != expected && tracker_.buffered_payload().size() >= kMostPieces) return;
    data = data.first(std::min(data.size(), kMostBytes - static_cast<std::size_t>(place)));
    if (data.empty()) return;
    tracker_.process_payload(seq.value(), {data.begin(), data.end()});
}

}  // namespace deadpeer
