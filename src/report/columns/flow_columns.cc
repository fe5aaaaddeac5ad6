#include <string>
#include <string_view>

#include "core/split.h"
#include "deadpeer/names.h"
#include "report/cause/cause_cells.h"
#include "report/columns/columns.h"
#include "report/columns/name_cell.h"
#include "report/connection_filter.h"
#include "report/half_open.h"
#include "report/unacknowledged_close.h"

namespace deadpeer {
namespace {

Endpoint initiator(const FlowLine& line) {
    return line.flow.key.sender(line.flow.initiator);
}
Endpoint responder(const FlowLine& line) {
    return line.flow.key.receiver(line.flow.initiator);
}

// Names out of two lists that are joined by ';', each once.
std::string united(std::string first, const std::string& second) {
    if (first == second || second.empty()) return first;
    for (const std::string_view part : split(second, ';')) {
        const std::string name(part);
        if ((';' + first + ';').find(';' + name + ';') == std::string::npos) {
            first += (first.empty() ? "" : ";") + name;
        }
    }
    return first;
}

void write_duration(Cells& cells, const FlowLine& line) {
    const FlowSummary& flow = line.flow;
    // A capture whose clock was set back can end before it began: no duration then.
    if (flow.first_time == kNoTime || flow.last_time == kNoTime || flow.last_time < flow.first_time) {
        return cells.empty();
    }
    cells.seconds(flow.last_time - flow.first_time);
}

void write_profile(Cells& cells, const FlowLine& line) {
    const auto profiles_of = [&](const SideSummary& side) {
        return side.probes == 0 ? std::string()
                                : line.aids.knowledge.matching_profiles(side.keepalive, side.probe_payload);
    };
    const SideSummary& initiator = line.flow.initiator_side;
    const SideSummary& responder = line.flow.responder_side;
    if (initiator.probes + responder.probes == 0) return cells.empty();
    cells.text(united(profiles_of(initiator), profiles_of(responder)));
}

std::string_view heartbeat_side(const FlowSummary& flow) {
    if (flow.heartbeat_by_initiator && flow.heartbeat_by_responder) return "both";
    return flow.heartbeat_by_initiator ? "initiator" : flow.heartbeat_by_responder ? "responder" : "";
}

void write_heartbeat_period(Cells& cells, const FlowLine& line) {
    const Nanoseconds period = line.flow.heartbeat_period;
    if (period == kNoTime) return cells.empty();
    // A mean is not known to the nanosecond.
    cells.seconds((period + kMicrosecond / 2) / kMicrosecond * kMicrosecond);
}

void write_heartbeat_protocol(Cells& cells, const FlowLine& line) {
    const HeartbeatPattern* pattern = line.aids.knowledge.heartbeat(line.flow.heartbeat_protocol);
    if (pattern == nullptr) return cells.empty();
    cells.text(pattern->protocol);
}

// Only where the path may have dropped the connection; a reboot that is all but certain explains it.
void write_timeouts(Cells& cells, const FlowLine& line) {
    const FlowSummary& flow = line.flow;
    if (is_unacknowledged_close(flow))
        return cells.text(line.aids.knowledge.matching_half_closed_timeouts(flow.idle_at_failure));
    const bool failed = flow.verdict == Verdict::kPeerDead || flow.verdict == Verdict::kPathDead ||
                        flow.verdict == Verdict::kMiddleboxReset || flow.verdict == Verdict::kPeerLostState ||
                        flow.reason == Reason::kResetWhenIdle ||
                        (flow.verdict == Verdict::kPeerRebooted && flow.confidence < Confidence::kHigh);
    if (!failed || flow.idle_at_failure == kNoTime) return cells.empty();
    cells.text(line.aids.knowledge.matching_timeouts(flow.idle_at_failure, flow.idle_survived));
}

void write_sentences(Cells& cells, const FlowLine& line, std::string_view sentences) {
    if (line.explanation.has_names) return cells.text(sentences);
    cells.sentence(sentences);
}

constexpr Column<FlowLine> kTable[] = {
    {"stream", CellType::kInteger,
     "Wireshark's `tcp.stream`; empty with `-f` or `--scope`, as connections are counted otherwise.",
     [](Cells& c, const FlowLine& l) { c.stream(l.flow.stream); }},
    {"file", CellType::kText, "Base name of the input file that `first_frame` is in.",
     [](Cells& c, const FlowLine& l) { c.word(l.file_cell); }},
    {"first_frame", CellType::kInteger, "Number of its first frame.",
     [](Cells& c, const FlowLine& l) { c.known_number(l.flow.first_frame); }},
    {"last_frame", CellType::kInteger, "Number of its last frame, in the input where it ended.",
     [](Cells& c, const FlowLine& l) { c.known_number(l.flow.last_frame); }},
    {"initiator", CellType::kText, "Address of the side that sent the SYN.",
     [](Cells& c, const FlowLine& l) { c.address(initiator(l).address); }},
    {"initiator_port", CellType::kInteger, "Its port.",
     [](Cells& c, const FlowLine& l) { c.number(initiator(l).port); }},
    {"responder", CellType::kText, "Address of the side that answered.",
     [](Cells& c, const FlowLine& l) { c.address(responder(l).address); }},
    {"responder_port", CellType::kInteger, "Its port.",
     [](Cells& c, const FlowLine& l) { c.number(responder(l).port); }},
    {"roles", CellType::kText, "`handshake` if the SYN was seen, else `guessed`.",
     [](Cells& c, const FlowLine& l) { c.word(l.flow.roles_guessed ? "guessed" : "handshake"); }},
    {"opened", CellType::kText, "What was seen of the handshake: `handshake`, `partial` or `midstream`.",
     [](Cells& c, const FlowLine& l) { c.word(to_string(l.flow.opened)); }},
    {"closed", CellType::kText,
     "How it ended: `fin`, `rst`, `open`, `superseded` by a new connection, or `never_opened`.",
     [](Cells& c, const FlowLine& l) { c.word(to_string(l.flow.closed)); }},
    {"view", CellType::kText, "`both` directions were captured, or `one_way`.",
     [](Cells& c, const FlowLine& l) { c.word(l.flow.one_way ? "one_way" : "both"); }},
    {"first_utc", CellType::kTime, "Time of the first frame.",
     [](Cells& c, const FlowLine& l) { c.time(l.flow.first_time); }},
    {"last_utc", CellType::kTime, "Time of the last frame.",
     [](Cells& c, const FlowLine& l) { c.time(l.flow.last_time); }},
    {"duration_s", CellType::kSeconds, "Seconds between the two.", write_duration},
    {"initiator_segments", CellType::kInteger, "Segments that the initiator sent.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.initiator_side.segments); }},
    {"responder_segments", CellType::kInteger, "Segments that the responder sent.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.responder_side.segments); }},
    {"initiator_bytes", CellType::kInteger, "Payload bytes of the initiator, each counted once.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.initiator_side.payload_bytes); }},
    {"responder_bytes", CellType::kInteger, "Payload bytes of the responder, each counted once.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.responder_side.payload_bytes); }},
    {"longest_idle_s", CellType::kSeconds, "Longest silence between two segments.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.longest_idle); }},
    {"initiator_probes", CellType::kInteger, "Keepalive probes that the initiator sent.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.initiator_side.probes); }},
    {"initiator_probes_answered", CellType::kInteger, "How many of them were answered.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.initiator_side.probes_answered); }},
    {"initiator_keepalive_idle_s", CellType::kSeconds,
     "Silence before the initiator's first probe, as inferred.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.initiator_side.keepalive.idle); }},
    {"initiator_keepalive_interval_s", CellType::kSeconds, "Time between its unanswered probes, as inferred.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.initiator_side.keepalive.interval); }},
    {"initiator_keepalive_count", CellType::kInteger,
     "Unanswered probes after which it gives up, as inferred.",
     [](Cells& c, const FlowLine& l) { c.known_number(l.flow.initiator_side.keepalive.count); }},
    {"responder_probes", CellType::kInteger, "Keepalive probes that the responder sent.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.responder_side.probes); }},
    {"responder_probes_answered", CellType::kInteger, "How many of them were answered.",
     [](Cells& c, const FlowLine& l) { c.number(l.flow.responder_side.probes_answered); }},
    {"responder_keepalive_idle_s", CellType::kSeconds,
     "Silence before the responder's first probe, as inferred.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.responder_side.keepalive.idle); }},
    {"responder_keepalive_interval_s", CellType::kSeconds, "Time between its unanswered probes, as inferred.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.responder_side.keepalive.interval); }},
    {"responder_keepalive_count", CellType::kInteger,
     "Unanswered probes after which it gives up, as inferred.",
     [](Cells& c, const FlowLine& l) { c.known_number(l.flow.responder_side.keepalive.count); }},
    {"keepalive_profile", CellType::kList,
     "Systems and applications whose keepalive settings fit, joined by `;`.", write_profile},
    {"probe_rtt_median_s", CellType::kSeconds, "Median of the seconds between probe and answer.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.probe_rtt_median); }},
    {"heartbeat_side", CellType::kText,
     "Which side sends application heartbeats: `initiator`, `responder` or `both`.",
     [](Cells& c, const FlowLine& l) { c.word(heartbeat_side(l.flow)); }},
    {"heartbeat_period_s", CellType::kSeconds, "Mean of the seconds between heartbeats.",
     write_heartbeat_period},
    {"heartbeat_protocol", CellType::kText, "Protocol of the heartbeats, where the first bytes tell.",
     write_heartbeat_protocol},
    {"verdict", CellType::kText, "What became of the connection.",
     [](Cells& c, const FlowLine& l) { c.word(to_string(l.flow.verdict)); }},
    {"verdict_utc", CellType::kTime, "When that was certain.",
     [](Cells& c, const FlowLine& l) { c.time(l.flow.verdict_time); }},
    {"verdict_frame", CellType::kInteger, "The frame that decided it.",
     [](Cells& c, const FlowLine& l) { c.known_number(l.flow.verdict_frame); }},
    {"confidence", CellType::kText, "`low`, `medium` or `high`.",
     [](Cells& c, const FlowLine& l) { c.word(to_string(l.flow.confidence)); }},
    {"reason", CellType::kText, "A stable code for the rule that decided.",
     [](Cells& c, const FlowLine& l) { c.word(to_string(l.flow.reason)); }},
    {"half_open_s", CellType::kSeconds, "Seconds that the other side held a dead connection.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.half_open); }},
    {"idle_at_failure_s", CellType::kSeconds, "Silence before the first unanswered or reset segment.",
     [](Cells& c, const FlowLine& l) { c.seconds(l.flow.idle_at_failure); }},
    {"matching_timeouts", CellType::kList,
     "Of connections that failed: devices on a path whose known idle timeouts fit, joined by `;`.",
     write_timeouts},
    {"explanation", CellType::kText, "`what`, `evidence` and `advice`, joined by a space.",
     [](Cells& c, const FlowLine& l) { write_sentences(c, l, l.explanation.text); }},
    {"wireshark_filter", CellType::kText, "Display filter that shows the connection in Wireshark.",
     [](Cells& c, const FlowLine& l) {
         const FlowSummary& flow = l.flow;
         write_connection_filter(c, flow.stream, flow.key.low(), flow.key.high(),
                                 {.from = flow.first_time, .until = flow.last_time, .last_frame = 0});
     }},
    {"community_id", CellType::kText, "Community ID version 1, as other network tools print it.",
     [](Cells& c, const FlowLine& l) { c.word(l.aids.community_id.of(l.flow.key)); }},
    {"capture_loss", CellType::kInteger,
     "Frames that its input lost until the row was written; empty if none is known.",
     [](Cells& c, const FlowLine& l) { c.known_number(l.lost_frames); }},
    {"what", CellType::kText, "What became of the connection, in a sentence.",
     [](Cells& c, const FlowLine& l) { c.sentence(l.explanation.what); }},
    {"evidence", CellType::kText, "How that is known, and what makes it doubtful.",
     [](Cells& c, const FlowLine& l) { c.sentence(l.explanation.evidence); }},
    {"advice", CellType::kText, "What to do, also where keepalive is not what the inventory expects.",
     [](Cells& c, const FlowLine& l) { write_sentences(c, l, l.explanation.advice); }},
    {"alternatives", CellType::kList,
     "Other causes that nothing excludes, the likeliest first, joined by `;`.",
     [](Cells& c, const FlowLine& l) { write_causes(c, l.causes.alternatives); }},
    {"evidence_for", CellType::kList, "Codes of what speaks for the cause that is told, joined by `;`.",
     [](Cells& c, const FlowLine& l) { write_clues(c, l.causes.evidence_for); }},
    {"evidence_against", CellType::kList, "Codes of what speaks against it, joined by `;`.",
     [](Cells& c, const FlowLine& l) { write_clues(c, l.causes.evidence_against); }},
    {"initiator_name", CellType::kText, "The initiator's name, as --inventory or --names knows it.",
     [](Cells& c, const FlowLine& l) { write_name(c, l.inventory, initiator(l.flow).address); }},
    {"responder_name", CellType::kText, "The responder's name, likewise.",
     [](Cells& c, const FlowLine& l) { write_name(c, l.inventory, responder(l.flow).address); }},
    {"last_heard_utc", CellType::kTime,
     "When the side that failed was heard last before the verdict, where that is known.",
     [](Cells& c, const FlowLine& l) { c.time(heard_last(l.flow.verdict_time, l.flow.half_open)); }},
    {"scope", CellType::kText,
     "With `--scope`: the network of its addresses, as `vlan:10`, `vni:5000`, `gre:7` or `interface:0`.",
     [](Cells& c, const FlowLine& l) { c.scope(l.flow.key.scope()); }},
};

}  // namespace

const std::span<const Column<FlowLine>> kFlowColumns = kTable;

}  // namespace deadpeer
