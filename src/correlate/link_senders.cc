#include "correlate/link_senders.h"

namespace deadpeer {

void LinkSenders::note(Place& place, std::uint64_t mac, std::uint32_t sent, bool on_link) {
    const bool shared = place.count > 0 && place.mac != mac;
    place.mac = mac;
    if (shared || !on_link) place.count = kMost + 1;
    if (place.count > kMost) return;
    const auto end = place.senders.begin() + place.count;
    if (std::find(place.senders.begin(), end, sent) != end) return;
    if (place.count < kMost) place.senders[place.count] = sent;
    ++place.count;
}

}  // namespace deadpeer
