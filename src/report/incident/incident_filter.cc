#include "report/incident/incident_filter.h"

#include "report/columns/cells.h"
#include "report/connection_filter.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

void add_host(std::string& filter, const IpAddress& host) {
    if (!filter.empty()) filter += " && ";
    say_address_filter(filter, host);
}

}  // namespace

std::string incident_filter(const Incident& incident, bool stream_numbers) {
    const Finding& cause = incident.cause;
    if (incident.connections == 1 && cause.stream >= 0 && cause.peer != Endpoint{}) {
        return connection_filter(static_cast<std::uint64_t>(cause.stream), cause.subject, cause.peer,
                                 {.from = cause.opened, .until = cause.time, .last_frame = cause.frame},
                                 stream_numbers);
    }
    std::string filter;
    if (incident.subject.address != IpAddress{}) add_host(filter, incident.subject.address);
    if (incident.peers.size() == 1 && !incident.more_peers) add_host(filter, incident.peers.front());
    if (!filter.empty()) say_scope_filter(filter, incident.subject.address.scope);
    return filter;
}

}  // namespace deadpeer
