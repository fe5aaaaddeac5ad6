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

void Verdicts::ask_about(const Connection& due, Hosts& forgetful) {
    const auto lost = conclusions_.lost_by_host(due);
    if (!lost) return;
    conclusions_.ask_about(*lost);
    const bool again = !forgetful.empty() && forgetful.back() == lost->address;
    if (again) return;
    for (const IpAddress& address : conclusions_.addresses_of(lost->host)) forgetful.push_back(address);
    if (forgetful.back() != lost->address) forgetful.push_back(lost->address);
}

void Verdicts::begin_paths(Hosts& forgetful) {
    std::ranges::sort(forgetful);
    forgetful.erase(std::unique(forgetful.begin(), forgetful.end()), forgetful.end());
    for (const IpAddress& host : forgetful) conclusions_.gather_gone(host);
    if (!forgetful.empty()) conclusions_.prepare_paths();
}

// Only those are worth a look at their other connections.
Verdicts::Hosts Verdicts::hosts_without_state(std::span<const Ended> connections) {
    Hosts hosts;
    for (const Ended& ended : connections) ask_about(*ended.connection, hosts);
    begin_paths(hosts);
    if (hosts.empty()) return hosts;
    for (const Ended& ended : connections) ask_about_path(*ended.connection);
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
    begin_evidence();
    const Hosts forgetful = hosts_without_state(due);
    if (forgetful.empty()) return;  // nothing else is worth a walk
    look.all(forgetful, [&](const Connection& connection) { gather(connection, forgetful); });
    look.some(peers_asked(), [&](const Connection& connection, const IpAddress& peer) {
        return gather_path(connection, peer);
    });
    end_evidence();
}

}  // namespace deadpeer
