#include <algorithm>
#include <array>
#include <charconv>

#include "deadpeer/names.h"
#include "report/cause/cause_cells.h"
#include "report/columns/columns.h"
#include "report/columns/name_cell.h"
#include "report/connection_filter.h"
#include "report/event_kinds.h"
#include "report/half_open.h"

namespace deadpeer {
namespace {

// An endpoint that nobody named (an event about the capture itself) is an empty cell.
bool is_named(const Endpoint& endpoint) {
    return endpoint != Endpoint{};
}

void write_address(Cells& cells, const Endpoint& endpoint) {
    if (!is_named(endpoint)) return cells.empty();
    cells.address(endpoint.address);
}

void write_end_name(Cells& cells, const EventLine& line, const Endpoint& endpoint) {
    if (!is_named(endpoint)) return cells.empty();
    write_name(cells, line.inventory, endpoint.address);
}

Scope scope_of(const Finding& finding) {
    return (is_named(finding.subject) ? finding.subject : finding.peer).address.scope;
}

// Of several connections, and of an outage that was bridged, half_open is no more than a bound.
Nanoseconds heard_last_before(const Finding& finding) {
    const bool is_bound = is_of_several(finding.kind) || finding.kind == EventKind::kOutage;
    return is_bound ? kNoTime : heard_last(finding.time, finding.half_open);
}

// A connection that misses answers and lives is not dead.
Nanoseconds held_dead(const Finding& finding) {
    return finding.kind == EventKind::kProbesUnanswered ? kNoTime : finding.half_open;
}

void write_evidence(Cells& cells, const EventLine& line) {
    constexpr std::size_t kFrameChars = 21;
    std::array<char, std::tuple_size_v<decltype(Finding::evidence)> * kFrameChars> text{};
    char* out = text.data();
    const std::size_t count =
        std::min<std::size_t>(line.finding.evidence_count, line.finding.evidence.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) *out++ = ' ';
        out = std::to_chars(out, text.data() + text.size(), line.finding.evidence[i]).ptr;
    }
    cells.word({text.data(), static_cast<std::size_t>(out - text.data())});
}

// The connection, or else the host; of those that a middlebox lost, their peer.
void write_filter(Cells& cells, const EventLine& line) {
    const Finding& finding = line.finding;
    if (finding.stream >= 0 && !names_streams(finding.kind)) {
        return write_connection_filter(
            cells, static_cast<std::uint64_t>(finding.stream), finding.subject, finding.peer,
            {.from = finding.opened, .until = finding.time, .last_frame = finding.frame});
    }
    const Endpoint& end = finding.kind == EventKind::kMiddleboxRestarted ? finding.peer : finding.subject;
    if (!is_named(end)) return cells.empty();
    std::string filter;
    say_address_filter(filter, end.address);
    say_scope_filter(filter, end.address.scope);
    cells.word(filter);
}

void write_stream(Cells& cells, const EventLine& line) {
    if (line.finding.stream < 0) return cells.empty();
    cells.stream(static_cast<std::uint64_t>(line.finding.stream));
}

constexpr Column<EventLine> kTable[] = {
    {"time_utc", CellType::kTime, "When it happened.",
     [](Cells& c, const EventLine& l) { c.time(l.finding.time); }},
    {"file", CellType::kText, "Base name of the input file.",
     [](Cells& c, const EventLine& l) { c.word(l.file_cell); }},
    {"frame", CellType::kInteger, "The frame that showed it; empty for silence.",
     [](Cells& c, const EventLine& l) { c.known_number(l.finding.frame); }},
    {"stream", CellType::kInteger,
     "Wireshark's `tcp.stream`; empty with `-f` or `--scope`, and if it is not about one connection.",
     write_stream},
    {"event", CellType::kText, "What happened.",
     [](Cells& c, const EventLine& l) { c.word(to_string(l.finding.kind)); }},
    {"severity", CellType::kText, "`info`, `warning` or `critical`.",
     [](Cells& c, const EventLine& l) { c.word(to_string(l.finding.severity)); }},
    {"subject", CellType::kText, "Address that the event is about: the dead or rebooted side.",
     [](Cells& c, const EventLine& l) { write_address(c, l.finding.subject); }},
    {"subject_port", CellType::kInteger, "Its port; empty if the event is about the whole host.",
     [](Cells& c, const EventLine& l) { c.known_number(l.finding.subject.port); }},
    {"peer", CellType::kText, "Address of the other side.",
     [](Cells& c, const EventLine& l) { write_address(c, l.finding.peer); }},
    {"peer_port", CellType::kInteger, "Its port.",
     [](Cells& c, const EventLine& l) { c.known_number(l.finding.peer.port); }},
    {"confidence", CellType::kText, "`low`, `medium` or `high`.",
     [](Cells& c, const EventLine& l) { c.word(to_string(l.finding.confidence)); }},
    {"reason", CellType::kText, "A stable code for the rule that decided.",
     [](Cells& c, const EventLine& l) { c.word(to_string(l.finding.reason)); }},
    {"half_open_s", CellType::kSeconds, "Seconds that the other side held a dead connection.",
     [](Cells& c, const EventLine& l) { c.seconds(held_dead(l.finding)); }},
    {"evidence_frames", CellType::kNumbers, "The frames that prove it, joined by a space.", write_evidence},
    {"explanation", CellType::kText, "`what`, `evidence` and `advice`, joined by a space.",
     [](Cells& c, const EventLine& l) { c.sentence(l.explanation.text); }},
    {"wireshark_filter", CellType::kText,
     "Display filter that shows the connection, or else the host, in Wireshark.", write_filter},
    {"capture_loss", CellType::kInteger,
     "Frames that its input lost until the row was written; empty if none is known.",
     [](Cells& c, const EventLine& l) { c.known_number(l.lost_frames); }},
    {"what", CellType::kText, "What happened.",
     [](Cells& c, const EventLine& l) { c.sentence(l.explanation.what); }},
    {"evidence", CellType::kText, "How that is known, and what makes it doubtful.",
     [](Cells& c, const EventLine& l) { c.sentence(l.explanation.evidence); }},
    {"advice", CellType::kText, "What to do.",
     [](Cells& c, const EventLine& l) { c.sentence(l.explanation.advice); }},
    {"alternatives", CellType::kList,
     "Other causes that nothing excludes, the likeliest first, joined by `;`.",
     [](Cells& c, const EventLine& l) { write_causes(c, l.causes.alternatives); }},
    {"evidence_for", CellType::kList, "Codes of what speaks for the cause that is told, joined by `;`.",
     [](Cells& c, const EventLine& l) { write_clues(c, l.causes.evidence_for); }},
    {"evidence_against", CellType::kList, "Codes of what speaks against it, joined by `;`.",
     [](Cells& c, const EventLine& l) { write_clues(c, l.causes.evidence_against); }},
    {"subject_name", CellType::kText, "The subject's name, as --inventory or --names knows it.",
     [](Cells& c, const EventLine& l) { write_end_name(c, l, l.finding.subject); }},
    {"peer_name", CellType::kText, "The peer's name, likewise.",
     [](Cells& c, const EventLine& l) { write_end_name(c, l, l.finding.peer); }},
    {"last_heard_utc", CellType::kTime,
     "When the subject was heard last before it failed, where that is known.",
     [](Cells& c, const EventLine& l) { c.time(heard_last_before(l.finding)); }},
    {"scope", CellType::kText, "Network of the subject, as in flows.csv.",
     [](Cells& c, const EventLine& l) { c.scope(scope_of(l.finding)); }},
};

}  // namespace

const std::span<const Column<EventLine>> kEventColumns = kTable;

}  // namespace deadpeer
