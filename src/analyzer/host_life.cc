#include "analyzer/host_life.h"

#include <algorithm>
#include <cstring>

namespace deadpeer {
namespace {

constexpr std::size_t kFewest = 1024;

template <typename Map>
void drop_before(Map& map, Nanoseconds time) {
    std::erase_if(map, [&](const auto& entry) { return entry.second.trace.last <= time; });
}

}  // namespace

void HostLife::Trace::hear(Nanoseconds time, std::uint16_t ip_id) {
    if (last == kNoTime) {
        first = time;
    } else if (time > last && time - last >= kShortestBoot) {
        if (silences[next].to != kNoTime) known_since = std::max(known_since, silences[next].to);
        silences[next] = {last, time, last_ip_id};
        next = static_cast<std::uint8_t>((next + 1) % silences.size());
    }
    last = last == kNoTime ? time : std::max(last, time);
    if (ip_id != 0) last_ip_id = ip_id;
}

Silence HostLife::Trace::silence(Nanoseconds from, Nanoseconds to) const {
    if (known_since > from) return {};
    OutstandingSilence found(from, to);
    found.add({from, first, 0});
    found.add({last, to, last_ip_id});
    for (const Silence& each : silences) {
        if (each.to != kNoTime) found.add(each);
    }
    return found.silence();
}

std::size_t HostLife::Hash::operator()(const IpAddress& address) const {
    FlowKey key;
    std::memcpy(key.low_address.data(), address.bytes.data(), sizeof key.low_address);
    key.is_v6 = address.is_v6 ? 1 : 0;
    return hash(key);
}

std::size_t HostLife::Hash::operator()(std::uint64_t mac) const {
    FlowKey key;
    key.low_address[0] = mac;
    return hash(key);
}

HostLife::HostLife(std::size_t bytes, std::uint64_t seed)
    : most_(std::max(bytes / kMachineBytes, kFewest)),
      hosts_(0, Hash{SeededHash(seed)}),
      machines_(0, Hash{SeededHash(seed)}) {}

void HostLife::hear(const Heard& heard) {
    if (heard.time == kNoTime) return;
    if (hosts_.size() + machines_.size() >= most_) make_room();
    if (heard.host != IpAddress{.bytes = {}, .is_v6 = heard.host.is_v6}) {
        const auto [known, fresh] = hosts_.try_emplace(heard.host);
        if (fresh) known->second.trace.known_since = dropped_until_;
        known->second.trace.hear(heard.time, heard.ip_id);
        if (heard.claims_host && heard.mac != 0) claim(heard);
    }
    if (heard.mac == 0) return;
    const auto [known, fresh] = machines_.try_emplace(heard.mac);
    if (fresh) known->second.trace.known_since = dropped_until_;
    known->second.trace.hear(heard.time, 0);
}

void HostLife::claim(const Heard& heard) {
    Host& host = hosts_.at(heard.host);
    if (host.owner == heard.mac) return;
    if (host.owner != 0) {
        host.owner_changed = heard.time;
        if (const auto before = machines_.find(host.owner); before != machines_.end()) {
            std::erase(before->second.addresses, heard.host);
        }
    }
    host.owner = heard.mac;
    const auto [machine, fresh] = machines_.try_emplace(heard.mac);
    if (fresh) machine->second.trace.known_since = dropped_until_;
    if (machine->second.addresses.size() < Machine::kMostAddresses) {
        machine->second.addresses.push_back(heard.host);
    }
}

const HostLife::Machine* HostLife::machine_with(const IpAddress& host) const {
    const auto known = hosts_.find(host);
    if (known == hosts_.end() || known->second.owner == 0) return nullptr;
    const auto machine = machines_.find(known->second.owner);
    return machine == machines_.end() ? nullptr : &machine->second;
}

Silence HostLife::silence(const IpAddress& host, Nanoseconds from, Nanoseconds to) const {
    const auto known = hosts_.find(host);
    if (known == hosts_.end()) return dropped_until_ <= from ? Silence{from, to, 0} : Silence{};
    const Silence by_address = known->second.trace.silence(from, to);
    const Machine* machine = machine_with(host);
    if (machine == nullptr || by_address.length() == 0) return by_address;
    Silence by_machine = machine->trace.silence(by_address.from, by_address.to);
    by_machine.ip_id_before = by_address.ip_id_before;
    return by_machine;
}

bool HostLife::address_moved(const IpAddress& host, Nanoseconds from, Nanoseconds to) const {
    const auto known = hosts_.find(host);
    if (known == hosts_.end()) return false;
    const Nanoseconds changed = known->second.owner_changed;
    return changed != kNoTime && changed >= from && changed <= to;
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

// Half of them go.
void HostLife::make_room() {
    std::vector<Nanoseconds> times;
    times.reserve(hosts_.size() + machines_.size());
    for (const auto& [address, host] : hosts_) times.push_back(host.trace.last);
    for (const auto& [mac, machine] : machines_) times.push_back(machine.trace.last);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    dropped_until_ = std::max(dropped_until_, *middle);
    drop_before(hosts_, *middle);
    drop_before(machines_, *middle);
}

}  // namespace deadpeer
