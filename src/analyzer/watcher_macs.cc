// From which link-layer addresses a RST came, and what followed it.
#include <algorithm>

#include "analyzer/watcher.h"
#include "core/fresh_ttl.h"
#include "detect/between.h"

namespace deadpeer {
namespace {

// IPv4: /24, IPv6: /64.
bool have_same_prefix(const IpAddress& a, const IpAddress& b) {
    const std::ptrdiff_t length = a.is_v6 ? 8 : 3;
    return a.is_v6 == b.is_v6 && a.scope == b.scope &&
           std::equal(a.bytes.begin(), a.bytes.begin() + length, b.bytes.begin());
}

}  // namespace

void Watcher::note_other_sender(const Connection& connection, const Segment& reset) {
    if (ResetRecord* record = reset_to_write(connection, reset)) record->address_moved = true;
}

// No box lies before a machine of the link: what comes from there with a fresh TTL it has sent itself.
void Watcher::note_own_reset(const Connection& connection, const Segment& reset) {
    Watch* watch = watches_.find(connection.watch);
    if (watch == nullptr || !watch->reset->met() || !is_fresh_ttl(reset.ttl)) return;
    ResetRecord& record = watch->reset.in(pools_.resets);
    if (record.is_of(reset)) record.by_machine = true;
    if (record.both_ends && record.other_frame == reset.frame) record.both_ends = false;
}

const ResetRecord* Watcher::reset_of(const Connection& connection, const Segment& reset) const {
    const Watch* watch = watches_.find(connection.watch);
    return watch != nullptr && watch->reset->is_of(reset) ? &*watch->reset : nullptr;
}

void Watcher::note_macs(const Connection& connection, const MacChange& macs) {
    Watch* watch = watches_.find(connection.watch);
    if (watch == nullptr || !watch->reset->met() || macs.before == 0) return;
    ResetRecord& reset = watch->reset.in(pools_.resets);
    reset.address_moved = true;
    const Endpoint host = connection.key.sender(reset.sender);
    const Endpoint peer = connection.key.receiver(reset.sender);
    const HostLife::Takeover takeover = hosts_.takeover(host.address, macs);
    // A firewall may leave the TTL alone. Hosts with the same prefix meet on the link; and where one of the
    // two comes through a router, the other is at this end.
    const std::uint8_t ttl = connection.sent_by(opposite(reset.sender)).ttl_high;
    const bool on_link = have_same_prefix(host.address, peer.address) || !is_fresh_ttl(ttl);
    if (takeover.are_two && (takeover.claim.mac != 0 || on_link)) reset.macs = macs;
}

void Watcher::note_after_reset(const Connection& connection, const Segment& segment, std::uint64_t mac) {
    // What was on its way when the RST came arrives sooner.
    constexpr Nanoseconds kReordered = kSecond / 10;
    Watch* watch = watches_.find(connection.watch);
    if (watch == nullptr || !watch->reset->met()) return;
    ResetRecord& reset = watch->reset.in(pools_.resets);
    if (segment.direction != reset.sender || mac == 0 || mac != reset.macs.before) return;
    reset.holder_spoke = true;
    if (between(reset.time, segment.time) >= kReordered) reset.holder_after = true;
}

}  // namespace deadpeer
