#include <array>
#include <concepts>
#include <iterator>

#include "deadpeer/names.h"
#include "report/columns/columns.h"

namespace deadpeer {
namespace {

void write_flags(Cells& cells, const SegmentLine& line) {
    struct Letter {
        std::uint16_t flag;
        char letter;
    };
    constexpr Letter kLetters[] = {{kFin, 'F'}, {kSyn, 'S'}, {kRst, 'R'}, {kPsh, 'P'},
                                   {kAck, 'A'}, {kUrg, 'U'}, {kEce, 'E'}, {kCwr, 'C'}};
    std::array<char, std::size(kLetters)> text{};
    std::size_t length = 0;
    for (const Letter& letter : kLetters) {
        if (line.row.segment.has(letter.flag)) text[length++] = letter.letter;
    }
    cells.word({text.data(), length});
}

void write_labels(Cells& cells, const SegmentLine& line) {
    std::array<char, 256> text{};
    std::size_t length = 0;
    for (std::size_t bit = 0; bit < kLabelNames.size(); ++bit) {
        if ((line.row.labels.bits() >> bit & 1U) == 0) continue;
        if (length != 0) text[length++] = ' ';
        length += kLabelNames[bit].copy(text.data() + length, text.size() - length);
    }
    cells.word({text.data(), length});
}

// Of a partial row not all is known.
bool has_header(const SegmentRow& row) {
    return !row.partial || row.header_known;
}
bool has_octets(const SegmentRow& row) {
    return !row.partial || row.octets_known;
}

void write_if(bool known, Cells& cells, std::unsigned_integral auto value) {
    known ? cells.number(value) : cells.empty();
}

constexpr Column<SegmentLine> kTable[] = {
    {"file", CellType::kText, "Base name of the input file.",
     [](Cells& c, const SegmentLine& l) { c.word(l.file_cell); }},
    {"frame", CellType::kInteger, "Wireshark's `frame.number` in that file.",
     [](Cells& c, const SegmentLine& l) { c.number(l.row.segment.frame); }},
    {"time_utc", CellType::kTime, "When it was captured.",
     [](Cells& c, const SegmentLine& l) { c.time(l.row.segment.time); }},
    {"stream", CellType::kInteger, "Wireshark's `tcp.stream`; empty with `-f` or `--scope`.",
     [](Cells& c, const SegmentLine& l) { c.stream(l.row.stream); }},
    {"src", CellType::kText, "Sender's address.",
     [](Cells& c, const SegmentLine& l) { c.address(l.row.segment.source().address); }},
    {"src_port", CellType::kInteger, "Sender's port.",
     [](Cells& c, const SegmentLine& l) { c.number(l.row.segment.source().port); }},
    {"dst", CellType::kText, "Receiver's address.",
     [](Cells& c, const SegmentLine& l) { c.address(l.row.segment.destination().address); }},
    {"dst_port", CellType::kInteger, "Receiver's port.",
     [](Cells& c, const SegmentLine& l) { c.number(l.row.segment.destination().port); }},
    {"seq", CellType::kInteger, "Sequence number as it stands in the header.",
     [](Cells& c, const SegmentLine& l) { write_if(has_octets(l.row), c, l.row.segment.seq); }},
    {"ack", CellType::kInteger, "Acknowledgment number as it stands in the header.",
     [](Cells& c, const SegmentLine& l) { write_if(has_header(l.row), c, l.row.segment.ack); }},
    {"len", CellType::kInteger, "Payload bytes.",
     [](Cells& c, const SegmentLine& l) { write_if(has_octets(l.row), c, l.row.segment.payload_length); }},
    {"window", CellType::kInteger, "Window as it stands in the header, not scaled.",
     [](Cells& c, const SegmentLine& l) { write_if(has_header(l.row), c, l.row.segment.window); }},
    {"flags", CellType::kText, "Letters out of `FSRPAUEC`, in that order.", write_flags},
    {"wireshark_labels", CellType::kWords,
     "The `tcp.analysis.*` fields that Wireshark shows, joined by a space.", write_labels},
    {"kind", CellType::kText, "What it really is, whatever Wireshark calls it.",
     [](Cells& c, const SegmentLine& l) { c.word(to_string(l.row.kind)); }},
    {"train_position", CellType::kInteger, "On probes: 1 for the first of a train, 2, and so on.",
     [](Cells& c, const SegmentLine& l) { c.known_number(l.row.train_position); }},
    {"idle_before_s", CellType::kSeconds, "Seconds since the last segment from the peer.",
     [](Cells& c, const SegmentLine& l) { c.seconds(l.row.idle_before); }},
    {"answered_by_frame", CellType::kInteger, "On probes: the frame that answered it.",
     [](Cells& c, const SegmentLine& l) { c.known_number(l.row.answered_by_frame); }},
    {"rtt_s", CellType::kSeconds, "On probes: seconds until the answer.",
     [](Cells& c, const SegmentLine& l) { c.seconds(l.row.rtt); }},
    {"ttl", CellType::kInteger, "TTL or hop limit.",
     [](Cells& c, const SegmentLine& l) {
         write_if(!l.row.partial || l.row.segment.ttl != 0, c, l.row.segment.ttl);
     }},
    {"ip_id", CellType::kInteger, "Identification of IPv4; IPv6 has none.",
     [](Cells& c, const SegmentLine& l) {
         write_if(has_header(l.row) && !l.row.segment.key.is_v6(), c, l.row.segment.ip_id);
     }},
    {"scope", CellType::kText, "Network of its addresses, as in flows.csv.",
     [](Cells& c, const SegmentLine& l) { c.scope(l.row.segment.key.scope()); }},
};

}  // namespace

const std::span<const Column<SegmentLine>> kSegmentColumns = kTable;

}  // namespace deadpeer
