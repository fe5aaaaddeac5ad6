#include "report/columns.h"

namespace deadpeer {
namespace {

constexpr Column<HostRow> kTable[] = {
    {"host", "Address.", [](Cells& c, const HostRow& r) { c.address(r.address); }},
    {"name", "Name of the host, where the user gave one.", leave_empty<HostRow>},
    {"connections", "TCP connections that it took part in.",
     [](Cells& c, const HostRow& r) { c.number(r.connections); }},
    {"open_at_end", "How many of them were open at the end of the capture.",
     [](Cells& c, const HostRow& r) { c.number(r.open_at_end); }},
    {"idle_at_end", "How many of these were silent at the end and had neither probes nor a heartbeat.",
     [](Cells& c, const HostRow& r) { c.number(r.idle_at_end); }},
    {"keepalive_idle_s", "Silence before its first probe, as inferred.", leave_empty<HostRow>},
    {"keepalive_interval_s", "Time between its unanswered probes, as inferred.", leave_empty<HostRow>},
    {"keepalive_count", "Unanswered probes after which it gives up, as inferred.", leave_empty<HostRow>},
    {"keepalive_profile", "Systems and applications whose keepalive settings fit, joined by `;`.",
     leave_empty<HostRow>},
    {"probes_sent", "Keepalive probes that it sent.", leave_empty<HostRow>},
    {"probes_received", "Keepalive probes that its peers sent to it.", leave_empty<HostRow>},
    {"probes_unanswered", "Probes sent to it that it did not answer.", leave_empty<HostRow>},
    {"resets_sent", "Connections that it reset.", leave_empty<HostRow>},
    {"reboots", "Reboots that the capture shows.", leave_empty<HostRow>},
    {"last_reboot_utc", "When the last of them was noticed.", leave_empty<HostRow>},
    {"connections_lost", "Connections that a death or a reboot of it took down.", leave_empty<HostRow>},
    {"connections_lost_state", "Connections that it forgot while it carried on with others.",
     leave_empty<HostRow>},
};

}  // namespace

const std::span<const Column<HostRow>> kHostColumns = kTable;

}  // namespace deadpeer
