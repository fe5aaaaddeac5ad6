#include <algorithm>
#include <array>
#include <string>

#include "deadpeer/names.h"
#include "report/cause/cause_cells.h"
#include "report/cause/hypotheses.h"
#include "report/columns/address_text.h"
#include "report/columns/columns.h"
#include "report/columns/name_cell.h"
#include "report/incident/incident_filter.h"
#include "report/text/named.h"

namespace deadpeer {
namespace {

bool is_named(const Endpoint& endpoint) {
    return endpoint.address != IpAddress{};
}

void write_subject(Cells& cells, const IncidentLine& line) {
    const Endpoint& subject = line.incident.subject;
    is_named(subject) ? cells.address(subject.address) : cells.empty();
}

void write_name(Cells& cells, const IncidentLine& line) {
    write_name(cells, line.inventory, line.incident.subject.address);
}

void write_peers(Cells& cells, const IncidentLine& line) {
    const Named named(line.inventory);
    std::string text;
    for (const IpAddress& peer : line.incident.peers) say(text, text.empty() ? "" : "; ", named(peer));
    if (line.incident.more_peers) text += "; ...";
    cells.text(text);
}

void write_streams(Cells& cells, const IncidentLine& line) {
    if (!cells.dialect().stream_numbers) return cells.empty();
    std::string text;
    for (const StreamNumber stream : line.incident.streams) say(text, text.empty() ? "" : " ", stream);
    cells.word(text);
}

void write_events(Cells& cells, const IncidentLine& line) {
    std::string text;
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
        const std::uint64_t count = line.incident.events[kind];
        if (count == 0) continue;
        say(text, text.empty() ? "" : ";", to_string(static_cast<EventKind>(kind)), "=", count);
    }
    cells.text(text);
}

void write_evidence(Cells& cells, const IncidentLine& line) {
    const Finding& cause = line.incident.cause;
    std::string text;
    for (std::size_t i = 0; i < cause.evidence_count; ++i) say(text, i == 0 ? "" : " ", cause.evidence[i]);
    if (text.empty() && cause.frame != 0) say(text, cause.frame);
    cells.word(text);
}

void write_filter(Cells& cells, const IncidentLine& line) {
    cells.word(incident_filter(line.incident, cells.dialect().stream_numbers));
}

constexpr Column<IncidentLine> kTable[] = {
    {"incident", CellType::kInteger, "1 for the worst, 2, and so on.",
     [](Cells& c, const IncidentLine& l) { c.number(l.number); }},
    {"cause", CellType::kText, "The event that tells most of it.",
     [](Cells& c, const IncidentLine& l) { c.word(to_string(l.incident.cause.kind)); }},
    {"severity", CellType::kText, "Of the worst of its events: `warning` or `critical`.",
     [](Cells& c, const IncidentLine& l) { c.word(to_string(l.incident.severity)); }},
    {"confidence", CellType::kText, "That of the cause: `low`, `medium` or `high`.",
     [](Cells& c, const IncidentLine& l) { c.word(to_string(l.incident.cause.confidence)); }},
    {"subject", CellType::kText, "Address of the host that failed, or of one end of the path.",
     write_subject},
    {"subject_name", CellType::kText, "Its name, as --inventory or --names knows it.", write_name},
    {"service", CellType::kInteger, "Its port, where all the connections have the same.",
     [](Cells& c, const IncidentLine& l) { c.known_number(l.incident.subject.port); }},
    {"connections", CellType::kInteger, "How many it cost, or else how many it is about.",
     [](Cells& c, const IncidentLine& l) { c.known_number(l.incident.connections); }},
    {"first_utc", CellType::kTime, "Time of its first event.",
     [](Cells& c, const IncidentLine& l) { c.time(l.incident.first); }},
    {"last_utc", CellType::kTime, "Time of its last event.",
     [](Cells& c, const IncidentLine& l) { c.time(l.incident.last); }},
    {"what", CellType::kText, "What happened.",
     [](Cells& c, const IncidentLine& l) { c.sentence(l.explanation.what); }},
    {"evidence", CellType::kText, "How that is known, and what makes it doubtful.",
     [](Cells& c, const IncidentLine& l) { c.sentence(l.explanation.evidence); }},
    {"advice", CellType::kText, "What to do.",
     [](Cells& c, const IncidentLine& l) { c.sentence(l.explanation.advice); }},
    {"streams", CellType::kNumbers,
     "Of its connections, the lowest 32, joined by a space; empty with `-f` or `--scope`.", write_streams},
    {"events", CellType::kList, "Its rows of events.csv: `event=count`, joined by `;`.", write_events},
    {"wireshark_filter", CellType::kText,
     "Display filter that shows the connection, or else the hosts, in Wireshark.", write_filter},
    {"peers", CellType::kList, "The hosts at the other ends, with their names, joined by `;`: 16 at most.",
     write_peers},
    {"last_heard_utc", CellType::kTime,
     "When the subject was heard last before it failed, where that is known.",
     [](Cells& c, const IncidentLine& l) { c.time(l.incident.last_heard); }},
    {"half_open_s", CellType::kSeconds,
     "The longest time for which the other side held one of them after that.",
     [](Cells& c, const IncidentLine& l) { c.seconds(l.incident.half_open); }},
    {"file", CellType::kText, "Base name of the input file that the evidence is in.",
     [](Cells& c, const IncidentLine& l) { c.word(l.file_cell); }},
    {"evidence_frames", CellType::kNumbers, "The frames that prove the cause, joined by a space.",
     write_evidence},
    {"alternatives", CellType::kList,
     "Other causes that nothing excludes, the likeliest first, joined by `;`.",
     [](Cells& c, const IncidentLine& l) { write_causes(c, weigh(ended(l.incident.cause)).alternatives); }},
    {"evidence_file", CellType::kText, "The capture in the folder of `--evidence` that holds its frames.",
     [](Cells& c, const IncidentLine& l) { c.word(l.evidence_file); }},
    {"scope", CellType::kText, "Network of the subject, as in flows.csv.",
     [](Cells& c, const IncidentLine& l) { c.scope(l.incident.subject.address.scope); }},
};

}  // namespace

const std::span<const Column<IncidentLine>> kIncidentColumns = kTable;

}  // namespace deadpeer
