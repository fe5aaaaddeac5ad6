#include "correlate/host_life.h"

#include <algorithm>
#include <cstdlib>

#include "core/fresh_ttl.h"
#include "detect/observe_reset.h"

namespace deadpeer {
void HostLife::Trace::hear(Nanoseconds time, std::uint16_t ip_id) {
    if (last == kNoTime) {
        first = time;
    } else if (time > last && time - last >= kShortestBoot) {
        if (silences[next].to != kNoTime) known_since = std::max(known_since, silences[next].to);
        silences[next] = {last, time, last_ip_id};
        ran_on[next] = false;
        awaits_ip_id = true;
        latest = next;
        next = static_cast<std::uint8_t>((next + 1) % silences.size());
    }
    last = last == kNoTime ? time : std::max(last, time);
    if (ip_id == 0) return;
    if (awaits_ip_id) ran_on[latest] = ip_id_runs_on(silences[latest].ip_id_before, ip_id);
    awaits_ip_id = false;
    last_ip_id = ip_id;
}

void HostLife::Trace::was_up(Nanoseconds since) {
    if (first == last) first = std::min(first, since);
    Silence& silence = silences[latest];
    if (silence.to != kNoTime && silence.to == last) silence.to = std::clamp(since, silence.from, silence.to);
}

Silences HostLife::Trace::silences_in(Nanoseconds from, Nanoseconds to) const {
    if (known_since > from) return {};
    OutstandingSilence found(from, to);
    found.add({from, first, 0});
    found.add({last, to, last_ip_id});
    for (const Silence& each : silences) {
        if (each.to != kNoTime) found.add(each);
    }
    Silences outstanding = found.silences();
    for (Silence& each : outstanding) {
        const bool between_frames = each.from > from && each.to < to;
        if (between_frames && is_usual(each)) each = {};
    }
    return outstanding;
}

// Who sends something at an interval is silent for as long each time.
bool HostLife::Trace::is_usual(const Silence& silence) const {
    return silence.length() > 0 && std::ranges::any_of(silences, [&](const Silence& other) {
               const bool another = other.to <= silence.from || other.from >= silence.to;
               const Nanoseconds difference = std::abs(other.length() - silence.length());
               return another && other.length() > 0 && difference <= silence.length() / 4;
           });
}

Nanoseconds HostLife::Trace::longest_silence(Nanoseconds from, Nanoseconds to) const {
    Nanoseconds longest = std::max(Nanoseconds{0}, to - last);
    for (const Silence& each : silences) {
        if (each.to != kNoTime && each.to > from && each.from < to)
            longest = std::max(longest, std::min(each.to, to) - each.from);
    }
    return longest;
}

HostLife::HostLife(std::size_t bytes, std::uint64_t seed)
    : hash_(seed), hosts_(bytes / 2), gone_(bytes / 4), machines_(bytes / 4), holders_(bytes / 4) {}

std::uint64_t HostLife::hash(const IpAddress& address) const {
    return hash(address.words(), address.is_v6);
}

Nanoseconds HostLife::last_heard(const IpAddress& host) const {
    const Host* known = hosts_.find(host, hash(host));
    const Machine* machine = machine_with(host);
    return std::max({last_heard_.of(host).time, known == nullptr ? kNoTime : known->last,
                     machine == nullptr ? kNoTime : machine->last});
}

void HostLife::note_gone(const IpAddress& host, GoneConnections::Span heard) {
    gone_.add(host, hash(host), heard);
}

void HostLife::note_two_way(const FlowKey& key) {
    if (two_way_.empty()) two_way_.resize(kTwoWayWords);
    for (const Words& host : {key.low_address, key.high_address}) {
        const std::uint64_t place = hash(host, key.is_v6());
        two_way_[place % kTwoWayWords] |= two_way_bits(place);
    }
}

bool HostLife::seen_two_way(const IpAddress& host) const {
    if (two_way_.empty()) return false;
    const std::uint64_t place = hash(host);
    return (two_way_[place % kTwoWayWords] & two_way_bits(place)) == two_way_bits(place);
}

HostLife::Host& HostLife::host_of(const IpAddress& address, std::uint64_t place) {
    if (Host* known = hosts_.find(address, place)) return *known;
    Host& fresh = hosts_.insert(address, place);
    fresh.known_since = hosts_.forgotten_until(place);
    return fresh;
}

HostLife::Machine& HostLife::machine_of(std::uint64_t mac, std::uint64_t place) {
    if (Machine* known = machines_.find(mac, place)) return *known;
    Machine& fresh = machines_.insert(mac, place);
    fresh.known_since = machines_.forgotten_until(place);
    return fresh;
}

void HostLife::meet(const Segment& segment, const FrameView& frame, bool answers) {
    const bool from_low = segment.direction == Direction::kFromLow;
    const Words& sender = from_low ? segment.key.low_address : segment.key.high_address;
    const std::uint64_t mac = decoding::link_source(frame);
    if (answers) {
        note_two_way(segment.key);
    } else {
        const bool is_v6 = segment.key.is_v6();
        expect_host(hash(sender, is_v6));
        expect_host(hash(from_low ? segment.key.high_address : segment.key.low_address, is_v6));
        if (const std::uint64_t to = decoding::link_destination(frame); to != 0) expect(hash_(to));
    }
    if (mac == 0) return;
    expect(hash_(mac));
    const bool fresh = is_fresh_ttl(segment.ttl);
    const auto is_own = [&] { return decoding::link_source_of(frame, segment.source().address) == mac; };
    if (decoding::is_ethernet(frame)) holders_.meet(mac, folded(sender), fresh, is_own);
    if (fresh && knows_owners_) note_on_link(segment.source().address, mac);
}

void HostLife::expect(const IpAddress& host, std::uint64_t mac) {
    expect(hash(host));
    if (mac != 0) expect(hash_(mac));
}

void HostLife::note_on_link(const IpAddress& host, std::uint64_t mac) {
    if (!knows_owners_) return;
    Machine* const machine = machines_.find(mac, hash_(mac));
    if (machine == nullptr || !machine->named || machine->addresses.size() == Machine::kMostAddresses) return;
    Host& known = host_of(host, hash(host));
    if (known.owner != 0) return;
    known.owner = mac;
    machine->addresses.push_back(host);
}

void HostLife::prefetch(const Heard& heard) const {
    hosts_.prefetch(hash(heard.host));
    if (heard.mac != 0) machines_.prefetch(hash_(heard.mac));
}

void HostLife::hear(const Heard& heard, std::uint32_t file) {
    if (heard.time == kNoTime) return;
    const bool has_host = !heard.host.is_zero();
    const std::uint64_t place = has_host ? hash(heard.host) : 0;
    if (has_host && heard.mac != 0) {
        if (heard.claims_host)
            holders_.claim({heard.host, place}, {heard.mac, file, heard.frame}, heard.time);
        holders_.note_alive({heard.host, place}, heard.mac, heard.time);
    }
    if (heard.claims_host) expect(heard.host, heard.mac);
    if (heard.mac != 0) {
        const std::uint64_t machine = hash_(heard.mac);
        if (is_expected(machine)) machine_of(heard.mac, machine).hear(heard.time, 0);
    }
    if (!has_host || !is_expected(place)) return;
    Host& host = host_of(heard.host, place);
    host.hear(heard.time, heard.ip_id);
    if (heard.claims_host && heard.mac != 0 && host.owner != heard.mac) claim(host, heard);
}

// A lease is renewed after half its time (RFC 2131 section 4.4.5), and servers grant two minutes or more.
void HostLife::note_renewal(const IpAddress& host, std::uint64_t mac, Nanoseconds time) {
    constexpr Nanoseconds kLeastBeforeRenewal = 60 * kSecond;
    if (time == kNoTime) return;
    if (Host* const known = hosts_.find(host, hash(host)); known != nullptr && known->last == time)
        known->was_up(time - kLeastBeforeRenewal);
    if (mac == 0) return;
    if (Machine* const known = machines_.find(mac, hash_(mac)); known != nullptr && known->last == time)
        known->was_up(time - kLeastBeforeRenewal);
}

void HostLife::claim(Host& host, const Heard& heard) {
    if (host.owner != 0) {
        host.owner_changed = heard.time;
        Machine* before = machines_.find(host.owner, hash_(host.owner));
        if (before != nullptr) std::erase(before->addresses, heard.host);
    }
    host.owner = heard.mac;
    knows_owners_ = true;
    Machine& machine = machine_of(heard.mac, hash_(heard.mac));
    machine.named = true;
    const bool known = std::ranges::find(machine.addresses, heard.host) != machine.addresses.end();
    if (!known && machine.addresses.size() < Machine::kMostAddresses) machine.addresses.push_back(heard.host);
}

const HostLife::Machine* HostLife::machine_with(const IpAddress& host) const {
    if (!knows_owners_) return nullptr;
    const Host* known = hosts_.find(host, hash(host));
    if (known == nullptr || known->owner == 0) return nullptr;
    const Machine* const machine = machines_.find(known->owner, hash_(known->owner));
    return machine == nullptr || machine->is_proxy() ? nullptr : machine;
}

bool HostLife::Machine::is_proxy() const {
    return std::ranges::count_if(addresses, [](const IpAddress& one) { return !one.is_v6; }) > kMostIpv4;
}

Silences HostLife::silences(const IpAddress& host, Nanoseconds from, Nanoseconds to) const {
    const std::uint64_t place = hash(host);
    const Host* known = hosts_.find(host, place);
    if (known == nullptr) return {hosts_.forgotten_until(place) <= from ? Silence{from, to, 0} : Silence{}};
    Silences found = known->silences_in(from, to);
    const Machine* machine = machine_with(host);
    if (machine == nullptr) return found;
    for (Silence& each : found) {
        if (each.length() == 0) continue;
        const std::uint16_t ip_id_before = each.ip_id_before;
        each = machine->silences_in(each.from, each.to)[0];
        each.ip_id_before = ip_id_before;
    }
    return found;
}

bool HostLife::was_awake(const IpAddress& host, Nanoseconds from, Nanoseconds to) const {
    const Host* known = hosts_.find(host, hash(host));
    if (known == nullptr || known->first == kNoTime) return false;
    if (from == kNoTime || std::max(known->first, known->known_since) > from) return false;
    return known->longest_silence(from, to) <= std::max(kShortestBoot, (to - from) / 2);
}

bool HostLife::ip_id_ran_on(const IpAddress& host, Nanoseconds from, Nanoseconds to) const {
    const Host* known = hosts_.find(host, hash(host));
    if (known == nullptr) return false;
    for (std::size_t i = 0; i < known->silences.size(); ++i) {
        const Silence& silence = known->silences[i];
        if (known->ran_on[i] && silence.from < to && silence.to > from) return true;
    }
    return false;
}

bool HostLife::address_moved(const IpAddress& host, Nanoseconds from, Nanoseconds to) const {
    const Host* known = hosts_.find(host, hash(host));
    return known != nullptr && known->owner_changed != kNoTime && known->owner_changed >= from &&
           known->owner_changed <= to;
}

void HostLife::note_change(const Segment& segment, const FrameView& frame, const LastHeard::Word& before,
                           Nanoseconds connection_heard) {
    if (before.source == 0 || !is_fresh_ttl(segment.ttl)) return;
    const IpAddress sender = segment.key.sender(segment.direction).address;
    const std::uint64_t from = decoding::source_in(before.source);
    const std::uint64_t to = decoding::link_source_of(frame, sender);
    if (to == 0 || from == to) return;
    holders_.note_change({sender, hash(sender)}, {from, to, before.time, segment.time}, connection_heard);
}

MacChange HostLife::hear_reset(const Segment& reset, const FrameView& frame, Nanoseconds since) {
    const IpAddress sender = reset.key.sender(reset.direction).address;
    const std::uint64_t mac = is_fresh_ttl(reset.ttl) ? decoding::link_source_of(frame, sender) : 0;
    const LastHeard::Word last = last_heard_.of(sender);
    if (mac == 0 || last.source == 0 || reset.time == kNoTime || since == kNoTime) return {};
    const AddressHolders::Host host{sender, hash(sender)};
    if (const std::uint64_t from = decoding::source_in(last.source); from != mac) {
        holders_.note_change(host, {from, mac, last.time, reset.time, true}, kNoTime);
        last_heard_.set_source(sender, decoding::source_word(frame));
    }
    const std::uint64_t before = holders_.holder_at(host, since, mac);
    return before == 0 || before == mac ? MacChange{} : MacChange{before, mac};
}

HostLife::Takeover HostLife::takeover(const IpAddress& address, const MacChange& macs) const {
    Takeover found;
    if (macs.before == 0) return found;
    const AddressHolders::Host host{address, hash(address)};
    found.are_two = holders_.are_two_machines(host, macs.before, macs.now);
    found.served = holders_.has_served(host, macs.now);
    found.apart = holders_.has_other_address(host, macs.now, macs.before);
    found.left = holders_.has_left(host, macs.before, macs.now);
    if (const Claim* claim = holders_.claim_of(host, macs.now)) found.claim = *claim;
    return found;
}

std::vector<IpAddress> HostLife::addresses_of(const IpAddress& host) const {
    const Machine* machine = machine_with(host);
    if (machine == nullptr) return {host};
    std::vector<IpAddress> addresses = machine->addresses;
    if (std::ranges::find(addresses, host) == addresses.end()) addresses.push_back(host);
    return addresses;
}

IpAddress HostLife::machine_of(const IpAddress& host) const {
    const Machine* machine = machine_with(host);
    return machine == nullptr || machine->addresses.empty() ? host : machine->addresses.front();
}

}  // namespace deadpeer
