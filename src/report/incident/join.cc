#include "report/incident/join.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace deadpeer {
namespace {

using Cases = std::map<CaseKey, Case>;
using Entry = Cases::value_type;

class Joiner {
public:
    explicit Joiner(const Cases& cases) : cases_(cases) {
        for (const Entry& entry : cases) note_reboot(entry);
    }

    // The case that has the same cause and tells more of it; null if none does.
    [[nodiscard]] const Entry* parent_of(const Entry& entry) const {
        switch (entry.first.cause) {
            case CauseClass::kReboot:
                return reboot_of_machine(entry);
            case CauseClass::kOutage:
            case CauseClass::kHeartbeat:
                return failure_behind(entry);
            case CauseClass::kDead:
                if (const Entry* reboot = meeting(host_key(CauseClass::kReboot, entry.first.host, 0), entry))
                    return reboot;
                return timeout_behind(entry);
            case CauseClass::kLostState:
                return state_lost_by(entry);
            case CauseClass::kPath:
            case CauseClass::kAnswersLost:
            case CauseClass::kMiddleboxReset:
                return timeout_behind(entry);
            default:
                return nullptr;
        }
    }

private:
    // It names connections of other addresses that its host has.
    void note_reboot(const Entry& entry) {
        if (entry.first.cause != CauseClass::kReboot || entry.second.count(EventKind::kHostRebooted) == 0)
            return;
        const Finding& told = entry.second.told();
        const auto named = std::min<std::size_t>(told.count, told.lost.size());
        for (std::size_t i = 0; i < named; ++i) rebooted_.try_emplace(told.lost[i], &entry);
    }

    // What another address of a host lost when the host rebooted.
    [[nodiscard]] const Entry* reboot_of_machine(const Entry& entry) const {
        if (entry.second.count(EventKind::kHostRebooted) > 0) return nullptr;
        for (const StreamNumber stream : entry.second.streams()) {
            const auto found = rebooted_.find(stream);
            if (found != rebooted_.end() && found->second != &entry) return found->second;
        }
        return nullptr;
    }

    // The case of that key whose moment may be the same; `key.from` does not matter.
    [[nodiscard]] const Entry* meeting(CaseKey key, const Entry& entry) const {
        const bool of_a_moment = is_of_a_moment(key.cause);
        key.from = of_a_moment ? entry.second.window().to : 0;
        auto one = cases_.upper_bound(key);
        if (one == cases_.begin()) return nullptr;
        --one;
        CaseKey same = one->first;
        same.from = key.from;
        const bool meets = !of_a_moment || one->second.window().meets(entry.second.window());
        return same == key && meets ? &*one : nullptr;
    }

    // The next case of that key, if it took a connection whose silence never ended.
    [[nodiscard]] const Entry* ending(CaseKey key, const Entry& entry) const {
        const Case& one = entry.second;
        if (one.count(EventKind::kPeerRecovered) + one.count(EventKind::kOutage) > 0) return nullptr;
        key.from = entry.second.window().to;
        const auto next = cases_.lower_bound(key);
        if (next == cases_.end() || !share_a_connection(next->second, one)) return nullptr;
        CaseKey same = next->first;
        same.from = key.from;
        return same == key ? &*next : nullptr;
    }

    // What a host's silence on some connections was the sign of.
    [[nodiscard]] const Entry* failure_behind(const Entry& entry) const {
        if (const Entry* found = failure_then(entry)) return found;
        const IpAddress& host = entry.first.host;
        for (const IpAddress& peer : entry.second.peers()) {
            for (const CauseClass c : {CauseClass::kPath, CauseClass::kAnswersLost}) {
                if (const Entry* found = ending(pair_key(c, host, peer, 0), entry)) return found;
            }
        }
        for (const CauseClass c : {CauseClass::kReboot, CauseClass::kDead, CauseClass::kLostState}) {
            if (const Entry* found = ending(host_key(c, host, 0), entry)) return found;
        }
        return nullptr;
    }

    // The same, of the moment at which it was silent.
    [[nodiscard]] const Entry* failure_then(const Entry& entry) const {
        const IpAddress& host = entry.first.host;
        for (const CauseClass c :
             {CauseClass::kReboot, CauseClass::kDead, CauseClass::kAddress, CauseClass::kRestart}) {
            if (const Entry* found = meeting(host_key(c, host, 0), entry)) return found;
        }
        for (const IpAddress& peer : entry.second.peers()) {
            for (const CauseClass c : {CauseClass::kPath, CauseClass::kAnswersLost}) {
                if (const Entry* found = meeting(pair_key(c, host, peer, 0), entry)) return found;
            }
            for (const CauseClass c : {CauseClass::kCutOff, CauseClass::kRestart}) {
                if (const Entry* found = meeting(host_key(c, peer, 0), entry)) return found;
            }
            const Entry* reset = meeting(pair_key(CauseClass::kMiddleboxReset, host, peer, 0), entry);
            if (reset != nullptr && share_a_connection(reset->second, entry.second)) return reset;
        }
        if (const Entry* lost = meeting(host_key(CauseClass::kLostState, host, 0), entry)) return lost;
        if (entry.first.cause == CauseClass::kHeartbeat) return nullptr;
        return meeting(host_key(CauseClass::kHeartbeat, host, 0), entry);
    }

    // A RST that is not known to come of a reboot, on a host that did reboot then.
    [[nodiscard]] const Entry* state_lost_by(const Entry& entry) const {
        if (entry.second.told().confidence == Confidence::kLow) {
            const Entry* reboot = meeting(host_key(CauseClass::kReboot, entry.first.host, 0), entry);
            if (reboot != nullptr) return reboot;
        }
        return timeout_behind(entry);
    }

    // The idle timeout on the path between two hosts, if all of these connections were silent for so long.
    [[nodiscard]] const Entry* timeout_behind(const Entry& entry) const {
        const Case& one = entry.second;
        const bool of_pair = entry.first.other != IpAddress{};
        if (!of_pair && one.peers().size() != 1) return nullptr;
        const IpAddress& other = of_pair ? entry.first.other : one.peers().front();
        const Entry* timeout = meeting(pair_key(CauseClass::kIdleTimeout, entry.first.host, other, 0), entry);
        if (timeout == nullptr) return nullptr;
        const Finding& told = timeout->second.told();
        // What may have killed the host has to be told, unless the timeout was found by that very connection.
        if (entry.first.cause == CauseClass::kDead && !names_all(told, one.streams())) return nullptr;
        const Nanoseconds idle = told.reason == Reason::kKnownTimeout ? told.path_timeout : told.idle;
        return one.least_idle() >= idle - idle / 8 ? timeout : nullptr;
    }

    // Or it counts more than it names.
    template <typename Streams>
    [[nodiscard]] static bool names_all(const Finding& told, const Streams& streams) {
        if (told.count > told.lost.size()) return true;
        const auto end = told.lost.begin() + told.count;
        return std::ranges::all_of(
            streams, [&](StreamNumber stream) { return std::find(told.lost.begin(), end, stream) != end; });
    }

    [[nodiscard]] static bool share_a_connection(const Case& a, const Case& b) {
        return std::ranges::any_of(a.streams(),
                                   [&](StreamNumber stream) { return b.streams().contains(stream); });
    }

    const Cases& cases_;
    std::map<StreamNumber, const Entry*> rebooted_;  // by the connections lost
};

// Of a middlebox that restarted it is the host whose connections it had.
Endpoint subject_of(const Case& one) {
    if (is_of_other_end(one.cause())) return {one.told().peer.address, 0};
    return {one.told().subject.address, one.port()};
}

Incident begun_by(const Case& one) {
    Incident incident;
    incident.cause = one.told();
    incident.subject = subject_of(one);
    incident.connections = one.connections();
    one.add_to(incident);
    return incident;
}

struct Joined {
    Incident incident;
    CauseClass cause;
    std::uint64_t losses = 0;  // of the cases that it took in
};

void take_in(Joined& joined, const Case& one) {
    one.add_to(joined.incident);
    Incident& incident = joined.incident;
    if (is_loss(one.cause())) {
        joined.losses += one.connections();
    } else if (!is_loss(joined.cause)) {
        incident.connections = std::max(incident.connections, one.connections());
    }
    const bool same_host = one.told().subject.address == incident.subject.address;
    if (same_host && one.port() != incident.subject.port) incident.subject.port = 0;
}

// An idle timeout counts the connections that it cut itself.
void count_losses(Joined& joined) {
    Incident& incident = joined.incident;
    if (joined.cause == CauseClass::kIdleTimeout) {
        incident.connections = std::max(incident.connections, joined.losses);
    } else {
        incident.connections += joined.losses;
    }
    if (joined.cause == CauseClass::kReboot) incident.given_up_before = joined.losses;
}

bool is_worse(const Joined& a, const Joined& b) {
    const auto key = [](const Joined& one) {
        const Incident& i = one.incident;
        return std::make_tuple(
            -static_cast<int>(i.severity), one.cause, -static_cast<int>(i.cause.confidence),
            -static_cast<std::int64_t>(i.connections), -std::max<Nanoseconds>(i.half_open, 0), i.first);
    };
    return key(a) < key(b);
}

}  // namespace

std::vector<Incident> join(const Cases& cases) {
    const Joiner joiner(cases);
    std::map<const Entry*, Joined> roots;
    std::vector<std::pair<const Entry*, const Entry*>> children;
    for (const Entry& entry : cases) {
        const Entry* root = &entry;
        while (const Entry* parent = joiner.parent_of(*root)) root = parent;
        if (root != &entry) {
            children.emplace_back(root, &entry);
        } else {
            roots.try_emplace(root, Joined{begun_by(entry.second), entry.first.cause});
        }
    }
    for (const auto& [root, child] : children) take_in(roots.at(root), child->second);
    std::vector<Joined> all;
    for (const Entry& entry : cases) {  // in the order of keys
        const auto root = roots.find(&entry);
        if (root == roots.end()) continue;
        count_losses(root->second);
        if (root->second.incident.severity > Severity::kInfo) all.push_back(std::move(root->second));
    }
    std::ranges::stable_sort(all, is_worse);
    std::vector<Incident> incidents;
    incidents.reserve(all.size());
    for (Joined& one : all) incidents.push_back(std::move(one.incident));
    return incidents;
}

}  // namespace deadpeer
