#include "correlate/census.h"

#include <algorithm>
#include <map>
#include <vector>

namespace deadpeer {
namespace {

// Exact for any 32-bit limit.
bool reaches(std::size_t open, std::uint32_t limit, std::uint64_t percent) {
    return std::uint64_t{open} * 100 >= limit * percent;
}

constexpr std::uint64_t kWarnAtPercent = 80;
constexpr std::uint64_t kForgetBelowPercent = 70;

// The most connections first; of equals the lower address.
constexpr std::size_t kNamed = 3;

void name_holders(const std::map<IpAddress, std::uint32_t>& idle_by_host, Finding& finding) {
    std::vector<HolderCount> holders;
    holders.reserve(idle_by_host.size());
    for (const auto& [host, connections] : idle_by_host) holders.push_back({host, connections});
    std::stable_sort(holders.begin(), holders.end(), [](const HolderCount& a, const HolderCount& b) {
        return a.connections > b.connections;
    });
    std::copy_n(holders.begin(), std::min(holders.size(), kNamed), finding.holders.begin());
}

}  // namespace

std::size_t Census::EndpointHash::operator()(const Endpoint& endpoint) const {
    FlowKey key;
    key.low_address = endpoint.address.words();
    key.low_port = endpoint.port;
    key.family_and_scope = family_and_scope(endpoint.address.is_v6, endpoint.address.scope);
    return hash(key);
}

Census::Census(std::span<const AnalyzerOptions::ConnectionLimit> limits, std::size_t memory_cap,
               std::uint64_t hash_seed)
    : servers_(0, EndpointHash{SeededHash(hash_seed)}), hash_(hash_seed), memory_cap_(memory_cap) {
    for (const auto& limit : limits) limits_[limit.port] = limit.connections;
    std::erase_if(limits_, [](const auto& limit) { return limit.second == 0; });
}

bool Census::opened(const CensusEntry& entry) {
    const Endpoint responder = entry.key.receiver(entry.initiator);
    const auto limit = limits_.find(responder.port);
    if (limit == limits_.end()) return false;
    const auto known = servers_.find(responder);
    if (known != servers_.end() && known->second.connections.contains(entry.key)) return false;
    if (memory() + kBytesPerConnection > memory_cap_) {
        ++refused_;
        return false;
    }
    Server& server =
        servers_
            .try_emplace(responder, Server{limit->second, 0, 0, {}, decltype(Server::connections)(0, hash_)})
            .first->second;
    server.connections.emplace(entry.key, Connection{entry.file, entry.first_frame});
    ++connections_;
    const std::size_t open = server.connections.size();
    if (server.told > 0) {
        if (open > server.most) {
            server.most = open;
            server.last = entry;
        }
        return false;
    }
    if (!reaches(open, server.limit, kWarnAtPercent)) return false;
    server.told = server.most = open;
    return true;
}

std::optional<Finding> Census::closed(const FlowKey& key, Direction initiator) {
    const auto found = servers_.find(key.receiver(initiator));
    if (found == servers_.end()) return std::nullopt;
    Server& server = found->second;
    connections_ -= server.connections.erase(key);
    std::optional<Finding> peak;
    if (!reaches(server.connections.size(), server.limit, kForgetBelowPercent)) {
        if (server.most > server.told) peak = peak_of(server);
        server.told = server.most = 0;
    }
    if (server.connections.empty()) servers_.erase(found);
    return peak;
}

Finding Census::warning(const CensusEntry& entry, Nanoseconds idle_after, const LastTime& last_time) const {
    Finding finding = described(entry);
    const auto found = servers_.find(finding.subject);
    if (found == servers_.end()) return finding;
    finding.limit = found->second.limit;
    finding.count = static_cast<std::uint32_t>(found->second.connections.size());
    count_idle(finding, found->second, entry, idle_after, last_time);
    return finding;
}

Finding Census::described(const CensusEntry& entry) {
    Finding finding;
    finding.kind = EventKind::kCapacityWarning;
    finding.severity = Severity::kWarning;
    finding.confidence = Confidence::kHigh;
    finding.reason = Reason::kTooManyOpen;
    finding.time = entry.time;
    finding.file = entry.file;
    finding.frame = entry.frame;
    finding.subject = entry.key.receiver(entry.initiator);
    return finding;
}

Finding Census::peak_of(const Server& server) {
    Finding finding = described(server.last);
    finding.limit = server.limit;
    finding.count = static_cast<std::uint32_t>(server.most);
    return finding;
}

std::vector<Finding> Census::peaks(Nanoseconds idle_after, const LastTime& last_time) const {
    std::vector<Finding> peaks;
    for (const auto& [endpoint, server] : servers_) {
        if (server.most <= server.told) continue;
        peaks.push_back(peak_of(server));
        if (server.connections.size() == server.most)
            count_idle(peaks.back(), server, server.last, idle_after, last_time);
    }
    std::ranges::sort(peaks, {}, &Finding::subject);
    return peaks;
}

void Census::count_idle(Finding& finding, const Server& server, const CensusEntry& entry,
                        Nanoseconds idle_after, const LastTime& last_time) {
    std::map<IpAddress, std::uint32_t> idle_by_host;
    std::vector<std::uint64_t> idle_frames;
    for (const auto& [key, connection] : server.connections) {
        const Nanoseconds last = last_time(key);
        if (last == kNoTime || entry.time == kNoTime || entry.time - last < idle_after) continue;
        ++finding.idle_count;
        // The endpoint of the key that is not the server.
        const Endpoint low = key.low();
        ++idle_by_host[low == finding.subject ? key.high().address : low.address];
        if (connection.file == entry.file) idle_frames.push_back(connection.first_frame);
    }
    name_holders(idle_by_host, finding);
    std::sort(idle_frames.begin(), idle_frames.end());
    for (const std::uint64_t frame : idle_frames) finding.add_evidence(frame);
}

}  // namespace deadpeer
