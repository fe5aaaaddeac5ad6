#include <array>
#include <string>
#include <string_view>

#include "report/columns/columns.h"
#include "report/columns/name_cell.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

void write_name(Cells& cells, const HostLine& line) {
    write_name(cells, line.inventory, line.host.row.address);
}

// What the setting that most of its connections show says.
template <typename Write>
void write_timer(Cells& cells, const HostLine& line, const Write& write) {
    const TimerVotes::Candidate* timer = line.host.health.timers.winner();
    if (timer == nullptr) return cells.empty();
    write(*timer);
}

void write_idle(Cells& cells, const HostLine& line) {
    write_timer(cells, line, [&](const auto& candidate) { cells.seconds(candidate.timer.idle); });
}
void write_interval(Cells& cells, const HostLine& line) {
    write_timer(cells, line, [&](const auto& candidate) { cells.seconds(candidate.timer.interval); });
}
void write_count(Cells& cells, const HostLine& line) {
    write_timer(cells, line, [&](const auto& candidate) { cells.known_number(candidate.timer.count); });
}
void write_profile(Cells& cells, const HostLine& line) {
    write_timer(cells, line, [&](const auto& candidate) {
        cells.text(line.knowledge.matching_profiles(candidate.timer, candidate.payload));
    });
}

void append_seconds(std::string& text, Nanoseconds time) {
    std::array<char, kTimeTextCapacity> digits{};
    text.append(digits.data(), write_seconds(digits.data(), time));
}

// "60/10/5": idle, interval and count, as far as they are known.
void append_setting(std::string& text, const KeepaliveTimer& timer) {
    timer.idle == kNoTime ? void(text += '?') : append_seconds(text, timer.idle);
    if (timer.interval == kNoTime) return;
    text += '/';
    append_seconds(text, timer.interval);
    if (timer.count != 0) text += '/' + std::to_string(timer.count);
}

void write_settings(Cells& cells, const HostLine& line) {
    constexpr std::string_view kTimes = " \u00d7";
    std::string text;
    for (const TimerVotes::Candidate& one : line.host.health.timers.kept()) {
        if (!text.empty()) text += "; ";
        append_setting(text, one.timer);
        text.append(kTimes).append(std::to_string(one.connections));
    }
    if (const std::uint64_t others = line.host.health.timers.others(); others > 0)
        text.append("; others").append(kTimes).append(std::to_string(others));
    cells.sentence(text);
}

constexpr Column<HostLine> kTable[] = {
    {"host", CellType::kText, "Address.", [](Cells& c, const HostLine& l) { c.address(l.host.row.address); }},
    {"name", CellType::kText, "Name of the host, as --inventory or --names knows it.", write_name},
    {"connections", CellType::kInteger, "TCP connections that it took part in.",
     [](Cells& c, const HostLine& l) { c.number(l.host.row.connections); }},
    {"open_at_end", CellType::kInteger, "How many of them were open at the end of the capture.",
     [](Cells& c, const HostLine& l) { c.number(l.host.row.open_at_end); }},
    {"idle_at_end", CellType::kInteger, "How many of these have the verdict `idle`.",
     [](Cells& c, const HostLine& l) { c.number(l.host.row.idle_at_end); }},
    {"keepalive_idle_s", CellType::kSeconds,
     "Silence before its first probe, as most of its connections show it.", write_idle},
    {"keepalive_interval_s", CellType::kSeconds,
     "Time between its unanswered probes, likewise; the first where it doubles.", write_interval},
    {"keepalive_count", CellType::kInteger, "Unanswered probes after which it gives up, likewise.",
     write_count},
    {"keepalive_profile", CellType::kList,
     "Systems and applications whose keepalive settings fit, joined by `;`.", write_profile},
    {"probes_sent", CellType::kInteger, "Keepalive probes that it sent.",
     [](Cells& c, const HostLine& l) { c.number(l.host.health.probes_sent); }},
    {"probes_received", CellType::kInteger, "Keepalive probes that its peers sent to it.",
     [](Cells& c, const HostLine& l) { c.number(l.host.health.probes_received); }},
    {"probes_unanswered", CellType::kInteger,
     "How many of these it did not answer, where both directions were captured.",
     [](Cells& c, const HostLine& l) { c.number(l.host.health.probes_unanswered); }},
    {"resets_sent", CellType::kInteger,
     "Segments with RST from its address; a middlebox may have forged some.",
     [](Cells& c, const HostLine& l) { c.number(l.host.health.resets_sent); }},
    {"reboots", CellType::kInteger, "Reboots that the capture shows: its `host_rebooted` events.",
     [](Cells& c, const HostLine& l) { c.number(l.host.health.reboots); }},
    {"last_reboot_utc", CellType::kTime, "When the last of them was noticed.",
     [](Cells& c, const HostLine& l) { c.time(l.host.health.last_reboot); }},
    {"connections_lost", CellType::kInteger,
     "Connections that its death or reboot took down: it is the failed side.",
     [](Cells& c, const HostLine& l) { c.number(l.host.health.connections_lost); }},
    {"connections_lost_state", CellType::kInteger,
     "Connections that it no longer had state for while it carried on with others.",
     [](Cells& c, const HostLine& l) { c.number(l.host.health.connections_lost_state); }},
    {"capture_loss", CellType::kInteger,
     "Frames that all inputs together lost until the row was written; empty if none is known.",
     [](Cells& c, const HostLine& l) { c.known_number(l.lost_frames); }},
    {"keepalive_settings", CellType::kList,
     "Its settings, idle/interval/count in seconds, each with the number of connections that show it, joined "
     "by `;`.",
     write_settings},
    {"scope", CellType::kText, "Its network, as in flows.csv.",
     [](Cells& c, const HostLine& l) { c.scope(l.host.row.address.scope); }},
};

}  // namespace

const std::span<const Column<HostLine>> kHostColumns = kTable;

}  // namespace deadpeer
