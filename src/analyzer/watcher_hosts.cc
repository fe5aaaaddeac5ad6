// What is known of the hosts of a connection that is not answered, or that a RST ended.
#include <algorithm>

#include "analyzer/watcher.h"
#include "core/fresh_ttl.h"
#include "detect/between.h"
#include "detect/give_up_timeout.h"
#include "detect/observe_reset.h"
#include "detect/reset_ttl.h"

namespace deadpeer {

// A SYN that is repeated, and what is acknowledged though it was not captured.
void Watcher::note_reached_or_not(const Connection& connection, const Segment& segment) {
    const SentData& other = connection.sent_by(opposite(segment.direction));
    const bool again = segment.has(kSyn) && !segment.has(kAck) && other.segments == 0 &&
                       connection.sent_by(segment.direction).segments > 0;
    if (!again && !shows_unseen(other, segment, false)) return;
    const IpAddress host = connection.key.sender(segment.direction).address;
    if (!again) return tried_.note_unseen(host, segment.time);
    const IpAddress silent = connection.key.receiver(segment.direction).address;
    for (const bool beyond_router : {false, true})
        tried_.note(host, silent, beyond_router, segment.time, hosts_.last_reached(host, beyond_router));
}

// What was heard meanwhile, elsewhere, of the host that does not answer; and whether anybody answers.
void Watcher::note_try(const Connection& connection, Watch& watch, const Segment& segment) {
    const IpAddress silent = connection.key.receiver(segment.direction).address;
    const HalfStream& half = connection.tcp.reverse(segment.direction);
    const SentData& sent = connection.sent_by(opposite(segment.direction));
    // Behind one address of a NAT there are several.
    const LastHeard::Word last = hosts_.last_segment(silent);
    const bool is_another = last.time != kNoTime && ttl_change(sent, last.ttl) == TtlChange::kOther;
    if (!is_another) note_host_heard(watch, pools_, segment.direction, half.last_time, host_heard(silent));
    const IpAddress host = connection.key.sender(segment.direction).address;
    const bool beyond_router = sent.ttl_high != 0 && !is_fresh_ttl(static_cast<std::uint8_t>(sent.ttl_high));
    const Nanoseconds reached = hosts_.last_reached(host, beyond_router);
    const bool several = tried_.note(host, silent, beyond_router, segment.time, reached);
    if (beyond_router) tried_.note(host, silent, false, segment.time, hosts_.last_reached(host, false));
    note_reached(watch, pools_, segment.direction, {reached, tried_.unseen(host), several});
}

// By any address of its machine.
Nanoseconds Watcher::host_heard(const IpAddress& host) const {
    Nanoseconds heard = kNoTime;
    for (const IpAddress& address : hosts_.addresses_of(host))
        heard = std::max(heard, hosts_.last_heard(address));
    return heard;
}

void Watcher::note_hosts(const Connection& connection) {
    Watch* watch = watches_.find(connection.watch);
    if (watch == nullptr) return;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (!watch->sides[index(side)].is_trying()) continue;
        const IpAddress silent = connection.key.receiver(side).address;
        // Here it was heard itself.
        if (connection.tcp.reverse(side).last_time >= connection.tcp.forward(side).last_time) continue;
        note_host_returned(*watch, pools_, side, host_heard(silent));
    }
}

std::optional<Nanoseconds> Watcher::patience_ends(const Connection& connection,
                                                  std::span<const CaptureGap> gaps, Nanoseconds after) const {
    const Watch* watch = watch_of(connection);
    return watch == nullptr ? std::nullopt : next_silence_deadline(*watch, gaps, after);
}

// What it sent on other connections in between counts on as well: else it counts for each connection alone,
// or anew.
bool Watcher::ids_run_through(const Connection& connection, const Segment& segment,
                              const ResetRecord& reset) const {
    const LastHeard::Word last = hosts_.last_segment(connection.key.sender(reset.sender).address);
    if (last.time == kNoTime || last.time <= reset.silent_since()) return true;
    const auto before = static_cast<std::uint16_t>(connection.sent_by(reset.sender).last_ip_id);
    return ip_id_runs_on(before, last.ip_id) && ip_id_runs_on(last.ip_id, segment.ip_id);
}

// What the sender of the RST has sent on other connections since its last word on this one shows with which
// TTL its segments arrive by now.
void Watcher::note_ttl(ResetRecord& reset, const Connection& connection) const {
    if (!reset.ttl_differs && !reset.ttl_near) return;
    const LastHeard::Word last = hosts_.last_segment(connection.key.sender(reset.sender).address);
    if (last.time == kNoTime || last.time <= reset.silent_since()) return;
    // What shows that the route had not changed must be fresh.
    constexpr Nanoseconds kFresh = 2 * kSecond;
    const SentData& sent = connection.sent_by(reset.sender);
    const bool stale = reset.ttl_near && last.ttl != reset.ttl && between(last.time, reset.time) > kFresh;
    if (stale) return;
    const TtlChange change = ttl_change(sent, reset.ttl, last.ttl);
    reset.ttl_differs = change == TtlChange::kOther;
    reset.ttl_near = change == TtlChange::kNear;
    reset.by_other_ttl = change != TtlChange::kNone;
}

// What its sender did that is no TCP segment, as it is known now: later it may be known no more.
void Watcher::note_host_life(ResetRecord& reset, const FlowKey& key) const {
    const IpAddress host = key.sender(reset.sender).address;
    reset.host_silences = hosts_.silences(host, reset.silent_since(), reset.time);
    reset.address_moved = hosts_.address_moved(host, reset.silent_since(), reset.time);
    const IpAddress target = key.receiver(reset.sender).address;
    if (hosts_.was_awake(target, reset.silent_since(), reset.time)) reset.target_awake = true;
}

}  // namespace deadpeer
