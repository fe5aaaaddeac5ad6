#include "report/csv/host_table.h"

#include "report/grouped.h"

namespace deadpeer {
namespace {

bool shows_health(const FlowSummary& flow) {
    const auto shows = [](const SideSummary& side) { return side.probes != 0 || side.resets != 0; };
    return flow.failed_side_known || shows(flow.initiator_side) || shows(flow.responder_side);
}

bool knows_timer(const SideSummary& side) {
    return side.probes != 0 && (side.keepalive.idle != kNoTime || side.keepalive.interval != kNoTime);
}

}  // namespace

std::string HostTable::left_out() const {
    const std::uint64_t hosts = rows_.left_out();
    const std::uint64_t health = health_.left_out();
    if (hosts == 0 && health == 0) return {};
    std::string text = "Left out of hosts.csv for lack of memory: ";
    if (hosts > 0) text += "hosts at " + counted(hosts, "end of a connection", "ends of connections");
    if (health > 0) {
        text += hosts > 0 ? ", and probes, resets and failures at " : "probes, resets and failures at ";
        text += counted(health, "end of a connection", "ends of connections");
    }
    return text + "; give more with --memory";
}

HostHealth& HostHealth::operator+=(const HostHealth& other) {
    connections += other.connections;
    probes_sent += other.probes_sent;
    probes_received += other.probes_received;
    probes_unanswered += other.probes_unanswered;
    resets_sent += other.resets_sent;
    connections_lost += other.connections_lost;
    connections_lost_state += other.connections_lost_state;
    reboots += other.reboots;
    last_reboot = std::max(last_reboot, other.last_reboot);
    return *this;
}

void HostTable::add(const FlowSummary& flow) {
    HostRow row;
    row.connections = 1;
    row.open_at_end = flow.closed == Closed::kOpen ? 1 : 0;
    row.idle_at_end = flow.verdict == Verdict::kIdle ? 1 : 0;
    row.address = flow.key.low().address;
    rows_.add(row);
    if (flow.key.low_address != flow.key.high_address) {
        row.address = flow.key.high().address;
        rows_.add(row);
    }
    if (!shows_health(flow)) return;
    add_health(flow, true);
    add_health(flow, false);
}

void HostTable::add_health(const FlowSummary& flow, bool initiator) {
    const SideSummary& own = initiator ? flow.initiator_side : flow.responder_side;
    const SideSummary& peer = initiator ? flow.responder_side : flow.initiator_side;
    HostHealth health;
    health.address =
        (initiator ? flow.key.sender(flow.initiator) : flow.key.receiver(flow.initiator)).address;
    health.connections = 1;
    health.probes_sent = own.probes;
    health.probes_received = peer.probes;
    // Where one direction was captured, nobody knows what was answered.
    if (!flow.one_way) health.probes_unanswered = peer.probes - std::min(peer.probes, peer.probes_answered);
    health.resets_sent = own.resets;
    if (flow.failed_side_known && flow.failed_side_initiator == initiator) {
        const bool died = flow.verdict == Verdict::kPeerDead && flow.reason != Reason::kAnswersLost;
        const bool lost = died || flow.verdict == Verdict::kPeerRebooted;
        health.connections_lost = lost ? 1 : 0;
        health.connections_lost_state = flow.verdict == Verdict::kPeerLostState ? 1 : 0;
    }
    HostHealth* const row = health_.add(health);
    if (row == nullptr || !knows_timer(own)) return;
    const std::size_t most = settings_ < kSettings ? TimerVotes::kMost : kFewestSettings;
    settings_ += row->timers.add(own.keepalive, own.probe_payload, most);
}

void HostTable::reboot(const IpAddress& host, Nanoseconds time) {
    HostHealth health;
    health.address = host;
    health.reboots = 1;
    health.last_reboot = time;
    health_.add(health);
}

}  // namespace deadpeer
