// What other connections tell of those that are due: the books are filled for them.
#include <algorithm>

#include "analyzer/verdicts.h"

namespace deadpeer {

// Of what spoke for a boot, or for a middlebox, when that was told some may be forgotten.
HostSigns Verdicts::host_signs(const Connection& connection) const {
    HostSigns host = conclusions_.host_signs(connection);
    const Watch* watch = watcher_.watch_of(connection);
    if (watch != nullptr && watch->reported.verdict == Verdict::kPeerRebooted)
        host.signs |= watch->host_signs & kSignsBoot;
    const bool told_restart = watch != nullptr && watch->reported.verdict == Verdict::kMiddleboxRestarted;
    if (told_restart && !conclusions_.was_lost_alone(connection))
        host.signs |= watch->host_signs & kSignLostTogether;
    return host;
}

void Verdicts::open_books(std::span<const Ended> connections) {
    conclusions_.clear();
    const Hosts forgetful = hosts_without_state(connections);
    for (const Ended& ended : connections) {
        conclusions_.gather_timers(*ended.connection);
        gather(*ended.connection, forgetful);
        if (!forgetful.empty()) conclusions_.gather_path(*ended.connection);
    }
    conclusions_.freeze();
}

// Only those are worth a look at their other connections.
Verdicts::Hosts Verdicts::hosts_without_state(std::span<const Ended> connections) {
    Hosts hosts;
    for (const Ended& ended : connections) {
        const auto lost = conclusions_.lost_by_host(*ended.connection);
        if (!lost) continue;
        conclusions_.ask_about(*lost);
        for (const IpAddress& address : conclusions_.addresses_of(lost->host)) hosts.push_back(address);
    }
    std::ranges::sort(hosts);
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    for (const IpAddress& host : hosts) conclusions_.gather_gone(host);
    if (hosts.empty()) return hosts;
    conclusions_.prepare_paths();
    for (const Ended& ended : connections) conclusions_.ask_about_path(*ended.connection);
    return hosts;
}

void Verdicts::gather(const Connection& connection, const Hosts& forgetful) {
    if (forgetful.empty()) return;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const IpAddress address = connection.key.sender(side).address;
        if (std::ranges::binary_search(forgetful, address)) conclusions_.gather_host(connection, side);
    }
}

void Verdicts::collect_host_evidence(std::span<const Ended> due, const HostVisitors& look) {
    conclusions_.clear();
    const Hosts forgetful = hosts_without_state(due);
    if (forgetful.empty()) return;  // nothing else is worth a walk
    look.all(forgetful, [&](const Connection& connection) { gather(connection, forgetful); });
    const Hosts peers = conclusions_.peers_asked();
    if (!peers.empty()) {
        look.some(peers, [&](const Connection& connection, const IpAddress& peer) {
            return conclusions_.gather_path(connection, peer);
        });
    }
    conclusions_.freeze();
}

}  // namespace deadpeer
