// What other connections tell of those that are due: the books are filled for them.
#include <algorithm>

#include "analyzer/verdicts.h"

namespace deadpeer {

// Of what spoke for a boot when that was told some may be forgotten.
HostSigns Verdicts::host_signs(const Connection& connection) const {
    HostSigns host = conclusions_.host_signs(connection);
    const Watch* watch = watcher_.watch_of(connection);
    if (watch != nullptr && watch->told.verdict == Verdict::kPeerRebooted)
        host.signs |= watch->host_signs & kSignsBoot;
    return host;
}

void Verdicts::open_books(std::span<const Ended> connections) {
    conclusions_.clear();
    const Hosts forgetful = forgetful_hosts(connections);
    for (const Ended& ended : connections) {
        conclusions_.gather_timers(*ended.connection);
        gather(*ended.connection, forgetful);
    }
    conclusions_.freeze();
}

// Only those are worth a look at their other connections.
Verdicts::Hosts Verdicts::forgetful_hosts(std::span<const Ended> connections) {
    Hosts hosts;
    for (const Ended& ended : connections) {
        const auto lost = conclusions_.forgotten(*ended.connection);
        if (!lost) continue;
        conclusions_.ask_about(*lost);
        for (const IpAddress& address : conclusions_.addresses_of(lost->host)) hosts.push_back(address);
    }
    std::ranges::sort(hosts);
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    for (const IpAddress& host : hosts) conclusions_.gather_gone(host);
    return hosts;
}

void Verdicts::gather(const Connection& connection, const Hosts& forgetful) {
    if (forgetful.empty()) return;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const IpAddress address = connection.key.sender(side).address;
        if (std::ranges::binary_search(forgetful, address)) conclusions_.gather_host(connection, side);
    }
}

void Verdicts::look_around(std::span<const Ended> due, const VisitConnections& visit) {
    conclusions_.clear();
    const Hosts forgetful = forgetful_hosts(due);
    if (forgetful.empty()) return;  // nothing else is worth a walk
    visit(forgetful, [&](const Connection& connection) { gather(connection, forgetful); });
    conclusions_.freeze();
}

}  // namespace deadpeer
