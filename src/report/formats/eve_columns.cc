#include "report/formats/eve_columns.h"

#include <array>
#include <cstring>

#include "report/text/time_text.h"

namespace deadpeer {
namespace {

// "2026-11-21T06:50:00.123456+0000", whatever --time says.
void write_timestamp(Cells& cells, Nanoseconds time) {
    if (time == kNoTime) return cells.empty();
    constexpr std::size_t kNanoseconds = 3;  // decimals that eve.json has not
    std::array<char, kTimeTextCapacity + 8> text{};
    const char* zone = write_utc(text.data(), time) - 1 - kNanoseconds;
    const auto length = static_cast<std::size_t>(zone - text.data());
    constexpr std::string_view kUtc = "+0000";
    kUtc.copy(text.data() + length, kUtc.size());
    cells.word(std::string_view(text.data(), length + kUtc.size()));
}

void write_address(Cells& cells, const Endpoint& endpoint) {
    if (endpoint == Endpoint{}) return cells.empty();
    cells.address(endpoint.address);
}

Endpoint initiator(const FlowLine& line) {
    return line.flow.key.sender(line.flow.initiator);
}
Endpoint responder(const FlowLine& line) {
    return line.flow.key.receiver(line.flow.initiator);
}

AddressWords words_of(const IpAddress& address) {
    AddressWords words;
    std::memcpy(&words.first, address.bytes.data(), sizeof words.first);
    std::memcpy(&words.second, address.bytes.data() + sizeof words.first, sizeof words.second);
    return words;
}

// Of events about one connection.
void write_community_id(Cells& cells, const EventLine& line) {
    const Endpoint& subject = line.finding.subject;
    const Endpoint& peer = line.finding.peer;
    const bool is_connection = subject.port != 0 && peer.port != 0;
    if (!is_connection || subject.address.is_v6 != peer.address.is_v6) return cells.empty();
    FlowKey key;
    write_flow_key(words_of(subject.address), subject.port, words_of(peer.address), peer.port,
                   subject.address.is_v6, key);
    cells.word(line.community_id.of(key));
}

constexpr Column<FlowLine> kFlows[] = {
    {"timestamp", CellType::kText, "`last_utc` as eve.json has it.",
     [](Cells& c, const FlowLine& l) { write_timestamp(c, l.flow.last_time); }},
    {"event_type", CellType::kText, "`deadpeer_flow`.",
     [](Cells& c, const FlowLine&) { c.word("deadpeer_flow"); }},
    {"src_ip", CellType::kText, "`initiator`.",
     [](Cells& c, const FlowLine& l) { c.address(initiator(l).address); }},
    {"src_port", CellType::kInteger, "`initiator_port`.",
     [](Cells& c, const FlowLine& l) { c.number(initiator(l).port); }},
    {"dest_ip", CellType::kText, "`responder`.",
     [](Cells& c, const FlowLine& l) { c.address(responder(l).address); }},
    {"dest_port", CellType::kInteger, "`responder_port`.",
     [](Cells& c, const FlowLine& l) { c.number(responder(l).port); }},
    {"proto", CellType::kText, "`TCP`.", [](Cells& c, const FlowLine&) { c.word("TCP"); }},
    {"community_id", CellType::kText, "Community ID version 1.",
     [](Cells& c, const FlowLine& l) { c.word(l.aids.community_id.of(l.flow.key)); }},
};

constexpr Column<EventLine> kEvents[] = {
    {"timestamp", CellType::kText, "`time_utc` as eve.json has it.",
     [](Cells& c, const EventLine& l) { write_timestamp(c, l.finding.time); }},
    {"event_type", CellType::kText, "`deadpeer_event`.",
     [](Cells& c, const EventLine&) { c.word("deadpeer_event"); }},
    {"src_ip", CellType::kText, "`subject`.",
     [](Cells& c, const EventLine& l) { write_address(c, l.finding.subject); }},
    {"src_port", CellType::kInteger, "`subject_port`.",
     [](Cells& c, const EventLine& l) { c.known_number(l.finding.subject.port); }},
    {"dest_ip", CellType::kText, "`peer`.",
     [](Cells& c, const EventLine& l) { write_address(c, l.finding.peer); }},
    {"dest_port", CellType::kInteger, "`peer_port`.",
     [](Cells& c, const EventLine& l) { c.known_number(l.finding.peer.port); }},
    {"proto", CellType::kText, "`TCP`.", [](Cells& c, const EventLine&) { c.word("TCP"); }},
    {"community_id", CellType::kText, "Community ID version 1, where it is about one connection.",
     write_community_id},
};

}  // namespace

const std::span<const Column<FlowLine>> kEveFlowColumns = kFlows;
const std::span<const Column<EventLine>> kEveEventColumns = kEvents;

}  // namespace deadpeer
