#include "compare/compare_columns.h"

#include <fmt/format.h>

#include <iterator>

#include "compare/compare_words.h"
#include "compare/path_text.h"
#include "deadpeer/names.h"
#include "report/connection_filter.h"

namespace deadpeer::comparing {
namespace {

// B's ends by the roles that A has.
Endpoint b_end(const Path& path, std::size_t side) {
    const bool initiator = (side == kInitiator) != path.pair.roles_swapped;
    return initiator ? path.b->initiator_end() : path.b->responder_end();
}

void write_filter(Cells& cells, const PointConnection& connection) {
    write_connection_filter(cells, connection.stream, connection.key.low(), connection.key.high(),
                            {.from = connection.first_time, .until = connection.last_time, .last_frame = 0});
}

constexpr Column<PathLine> kPaths[] = {
    {"initiator_a", CellType::kText, "Who opened the connection, as A saw it.",
     [](Cells& c, const PathLine& l) { c.address(l.path.a->initiator_end().address); }},
    {"initiator_port_a", CellType::kInteger, "Its port there.",
     [](Cells& c, const PathLine& l) { c.number(l.path.a->initiator_end().port); }},
    {"responder_a", CellType::kText, "The other side, as A saw it.",
     [](Cells& c, const PathLine& l) { c.address(l.path.a->responder_end().address); }},
    {"responder_port_a", CellType::kInteger, "Its port there.",
     [](Cells& c, const PathLine& l) { c.number(l.path.a->responder_end().port); }},
    {"stream_a", CellType::kInteger, "Wireshark's `tcp.stream` in A's capture.",
     [](Cells& c, const PathLine& l) { c.stream(l.path.a->stream); }},
    {"initiator_b", CellType::kText, "Who opened the connection, as B saw it.",
     [](Cells& c, const PathLine& l) { c.address(b_end(l.path, kInitiator).address); }},
    {"initiator_port_b", CellType::kInteger, "Its port there.",
     [](Cells& c, const PathLine& l) { c.number(b_end(l.path, kInitiator).port); }},
    {"responder_b", CellType::kText, "The other side, as B saw it.",
     [](Cells& c, const PathLine& l) { c.address(b_end(l.path, kResponder).address); }},
    {"responder_port_b", CellType::kInteger, "Its port there.",
     [](Cells& c, const PathLine& l) { c.number(b_end(l.path, kResponder).port); }},
    {"stream_b", CellType::kInteger, "Wireshark's `tcp.stream` in B's capture.",
     [](Cells& c, const PathLine& l) { c.stream(l.path.b->stream); }},
    {"nat", CellType::kText, "Whose address or port differs: `none`, `source`, `destination`, `both`.",
     [](Cells& c, const PathLine& l) { c.word(to_string(l.path.pair.nat)); }},
    {"paired_by", CellType::kText,
     "What the two have in common: `five_tuple`, `isn`, `packets`, `offset` (but for a constant difference "
     "of "
     "the sequence numbers), `times` (two connections, which a proxy joins).",
     [](Cells& c, const PathLine& l) { c.word(to_string(l.path.pair.paired_by)); }},
    {"packets_paired", CellType::kInteger, "Packets that both points saw.",
     [](Cells& c, const PathLine& l) { c.number(l.path.packets_paired); }},
    {"lost_a_to_b", CellType::kInteger, "Segments that A saw and that never reached B.",
     [](Cells& c, const PathLine& l) { c.number(l.path.lost_a_to_b); }},
    {"lost_b_to_a", CellType::kInteger, "Segments that B saw and that never reached A.",
     [](Cells& c, const PathLine& l) { c.number(l.path.lost_b_to_a); }},
    {"injected_at_a", CellType::kInteger, "Segments at A that something between the points made.",
     [](Cells& c, const PathLine& l) { c.number(l.path.injected_at_a); }},
    {"injected_at_b", CellType::kInteger, "The same at B.",
     [](Cells& c, const PathLine& l) { c.number(l.path.injected_at_b); }},
    {"changed", CellType::kInteger, "Segments that were changed on the way, but for what is changed in most.",
     [](Cells& c, const PathLine& l) { c.number(l.path.changed); }},
    {"delay_ab_min_s", CellType::kSeconds, "The least delay from A to B, right to within `clock_error_s`.",
     [](Cells& c, const PathLine& l) { c.seconds(l.path.a_to_b.least); }},
    {"delay_ab_median_s", CellType::kSeconds, "Its median.",
     [](Cells& c, const PathLine& l) { c.seconds(l.path.a_to_b.median); }},
    {"delay_ba_min_s", CellType::kSeconds, "The least delay from B to A.",
     [](Cells& c, const PathLine& l) { c.seconds(l.path.b_to_a.least); }},
    {"delay_ba_median_s", CellType::kSeconds, "Its median.",
     [](Cells& c, const PathLine& l) { c.seconds(l.path.b_to_a.median); }},
    {"clock_offset_s", CellType::kSeconds, "How far B's clock is ahead of A's, at `last_crossed_utc`.",
     [](Cells& c, const PathLine& l) { c.seconds(l.path.clock_offset); }},
    {"clock_error_s", CellType::kSeconds,
     "The true offset is at most so far from that; empty if packets went in one direction only.",
     [](Cells& c, const PathLine& l) { c.seconds(l.path.clock_error); }},
    {"probes_sent", CellType::kInteger, "Keepalive probes of both sides, where they were sent.",
     [](Cells& c, const PathLine& l) { c.number(l.path.probes_sent); }},
    {"probes_crossed", CellType::kInteger, "How many of them both points saw.",
     [](Cells& c, const PathLine& l) { c.number(l.path.probes_crossed); }},
    {"answers_crossed", CellType::kInteger, "How many answers to probes both points saw.",
     [](Cells& c, const PathLine& l) { c.number(l.path.answers_crossed); }},
    {"last_crossed_utc", CellType::kTime,
     "When the last segment crossed, before the first that was lost if one was; in A's clock.",
     [](Cells& c, const PathLine& l) { c.time(l.path.last_crossed); }},
    {"first_lost_utc", CellType::kTime,
     "When the first was lost, of those that the fate is about if it is about such; in A's clock.",
     [](Cells& c, const PathLine& l) { c.time(l.path.first_lost); }},
    {"idle_before_loss_s", CellType::kSeconds, "Time between these two.",
     [](Cells& c, const PathLine& l) { c.seconds(l.path.idle_before_loss); }},
    {"fate", CellType::kText,
     "What became of the connection: `died_between`, `answer_died_between`, `peer_silent`, `reset_by_path`, "
     "`reset_by_peer`, `terminated_between`, `closed`, `open`, `unknown`.",
     [](Cells& c, const PathLine& l) { c.word(to_string(l.path.verdict.fate)); }},
    {"verdict_a", CellType::kText, "The verdict of A's capture alone.",
     [](Cells& c, const PathLine& l) { c.word(to_string(l.path.a->verdict)); }},
    {"verdict_b", CellType::kText, "The verdict of B's capture alone.",
     [](Cells& c, const PathLine& l) { c.word(to_string(l.path.b->verdict)); }},
    {"confidence", CellType::kText, "How sure `fate` is.",
     [](Cells& c, const PathLine& l) { c.word(to_string(l.path.verdict.confidence)); }},
    {"explanation", CellType::kText, "The fate in sentences.",
     [](Cells& c, const PathLine& l) { c.sentence(l.explanation); }},
    {"wireshark_filter_a", CellType::kText, "Display filter that shows the connection in A's capture.",
     [](Cells& c, const PathLine& l) { write_filter(c, *l.path.a); }},
    {"wireshark_filter_b", CellType::kText, "The same in B's.",
     [](Cells& c, const PathLine& l) { write_filter(c, *l.path.b); }},
};

template <typename Write>
void of_point(Cells& cells, const SegmentRecord* segment, Write write) {
    if (segment == nullptr) return cells.empty();
    write(*segment);
}

void write_file(Cells& cells, const CapturePoint& point, const SegmentRecord* segment) {
    of_point(cells, segment, [&](const SegmentRecord& s) {
        cells.text(s.file < point.files.size() ? point.files[s.file] : std::string());
    });
}

constexpr Column<FateLine> kFates[] = {
    {"time_a_utc", CellType::kTime, "When A saw it, in A's clock.",
     [](Cells& c, const FateLine& l) { of_point(c, l.fate.at_a, [&](const auto& s) { c.time(s.time); }); }},
    {"time_b_utc", CellType::kTime, "When B saw it, in B's clock.",
     [](Cells& c, const FateLine& l) { of_point(c, l.fate.at_b, [&](const auto& s) { c.time(s.time); }); }},
    {"frame_a", CellType::kInteger, "Its frame in A's capture.",
     [](Cells& c, const FateLine& l) {
         of_point(c, l.fate.at_a, [&](const auto& s) { c.number(s.frame); });
     }},
    {"frame_b", CellType::kInteger, "Its frame in B's capture.",
     [](Cells& c, const FateLine& l) {
         of_point(c, l.fate.at_b, [&](const auto& s) { c.number(s.frame); });
     }},
    {"stream_a", CellType::kInteger, "The connection in A's capture.",
     [](Cells& c, const FateLine& l) {
         of_point(c, l.fate.at_a, [&](const auto& s) { c.stream(s.stream); });
     }},
    {"stream_b", CellType::kInteger, "The connection in B's capture.",
     [](Cells& c, const FateLine& l) {
         of_point(c, l.fate.at_b, [&](const auto& s) { c.stream(s.stream); });
     }},
    {"direction", CellType::kText, "`a_to_b` or `b_to_a`.",
     [](Cells& c, const FateLine& l) { c.word(l.fate.from_a ? "a_to_b" : "b_to_a"); }},
    {"kind", CellType::kText, "What the segment is, as in segments.csv.",
     [](Cells& c, const FateLine& l) { c.word(to_string(l.fate.seen().kind)); }},
    {"flags", CellType::kText, "Its flags.",
     [](Cells& c, const FateLine& l) { c.word(flags_text(l.fate.seen().flags)); }},
    {"seq", CellType::kInteger, "Its sequence number, where it was sent or made.",
     [](Cells& c, const FateLine& l) { c.number(l.fate.seen().seq); }},
    {"ack", CellType::kInteger, "Its acknowledgement number there.",
     [](Cells& c, const FateLine& l) { c.number(l.fate.seen().ack); }},
    {"len", CellType::kInteger, "Its payload, in bytes.",
     [](Cells& c, const FateLine& l) { c.number(l.fate.seen().length); }},
    {"ttl_a", CellType::kInteger, "Its TTL at A.",
     [](Cells& c, const FateLine& l) {
         of_point(c, l.fate.at_a, [&](const auto& s) { c.number(std::uint32_t{s.ttl}); });
     }},
    {"ttl_b", CellType::kInteger, "Its TTL at B.",
     [](Cells& c, const FateLine& l) {
         of_point(c, l.fate.at_b, [&](const auto& s) { c.number(std::uint32_t{s.ttl}); });
     }},
    {"fate", CellType::kText,
     "`lost_between`, `injected_between`, `changed_between`; `unknown`: one capture may have missed it.",
     [](Cells& c, const FateLine& l) { c.word(to_string(l.fate.fate)); }},
    {"changed_fields", CellType::kWords, "What differs at the other point, joined by `;`.",
     [](Cells& c, const FateLine& l) { c.word(changes_text(l.fate.changed, ";")); }},
    {"file_a", CellType::kText, "The input that `frame_a` is in.",
     [](Cells& c, const FateLine& l) { write_file(c, l.a, l.fate.at_a); }},
    {"file_b", CellType::kText, "The input that `frame_b` is in.",
     [](Cells& c, const FateLine& l) { write_file(c, l.b, l.fate.at_b); }},
};

template <typename Row>
void list(std::string& out, std::string_view report, std::span<const Column<Row>> columns) {
    fmt::format_to(std::back_inserter(out), "**{}.csv**\n\n| column | type | meaning |\n|---|---|---|\n",
                   report);
    for (const Column<Row>& column : columns) {
        fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", column.name, to_string(column.type),
                       column.meaning);
    }
}

}  // namespace

const std::span<const Column<PathLine>> kPathColumns(kPaths);
const std::span<const Column<FateLine>> kFateColumns(kFates);

std::string compare_columns_as_markdown() {
    std::string out;
    list(out, "paths", kPathColumns);
    out += '\n';
    list(out, "fates", kFateColumns);
    return out;
}

}  // namespace deadpeer::comparing
