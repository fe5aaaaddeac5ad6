#include "diff/host_text.h"

#include <fmt/format.h>

#include "report/text/text.h"

namespace deadpeer {
namespace {

std::string with_name(std::string text, const IpAddress& address, const HostNames& names) {
    const auto found = names.find(address);
    if (found != names.end()) text += fmt::format(" ({})", printable(found->second));
    return text;
}

}  // namespace

std::string host_text(const IpAddress& address, const HostNames& names) {
    return with_name(to_string(address), address, names);
}

std::string host_text(const Endpoint& endpoint, const HostNames& names) {
    if (endpoint.port == 0) return host_text(endpoint.address, names);
    const std::string address = to_string(endpoint.address);
    return with_name(endpoint.address.is_v6 ? fmt::format("[{}]:{}", address, endpoint.port)
                                            : fmt::format("{}:{}", address, endpoint.port),
                     endpoint.address, names);
}

std::string service_text(const Service& service, const HostNames& names) {
    return host_text(service.client, names) + " > " + host_text(service.server, names);
}

void write_name(Cells& cells, const HostNames& names, const IpAddress& address) {
    const auto found = names.find(address);
    found == names.end() ? cells.empty() : cells.text(found->second);
}

}  // namespace deadpeer
