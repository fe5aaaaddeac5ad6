#include "sockets/socket_columns.h"

#include <fmt/format.h>

#include <iterator>

#include "deadpeer/names.h"

namespace deadpeer {
namespace {

using Line = SocketLine;

// A member of what may be missing.
template <typename T, typename Write>
void write_known(Cells& cells, const std::optional<T>& known, const Write& write) {
    if (!known) return cells.empty();
    write(*known);
}

void write_keepalive(Cells& cells, const Line& line) {
    write_known(cells, line.row.options, [&](const KeepaliveOptions& o) { cells.word(o.on ? "on" : "off"); });
}

void write_duration(Cells& cells, const Line& line, Nanoseconds KeepaliveOptions::*member) {
    write_known(cells, line.row.options, [&](const KeepaliveOptions& o) { cells.seconds(o.*member); });
}

void write_time(Cells& cells, const Line& line, Nanoseconds TcpInfo::*member) {
    write_known(cells, line.row.socket.info, [&](const TcpInfo& info) { cells.seconds(info.*member); });
}

void write_number(Cells& cells, const Line& line, std::uint32_t TcpInfo::*member) {
    write_known(cells, line.row.socket.info, [&](const TcpInfo& info) { cells.number(info.*member); });
}

void write_inferred(Cells& cells, const Line& line, Nanoseconds InferredKeepalive::*member) {
    write_known(cells, line.flow, [&](const ReportFlow& flow) { cells.seconds(flow.local.*member); });
}

void write_stream(Cells& cells, const Line& line) {
    if (!line.flow || !line.flow->stream) return cells.empty();
    cells.number(*line.flow->stream);
}

constexpr Column<Line> kTable[] = {
    {"local", CellType::kText, "Address of this host's side.",
     [](Cells& c, const Line& l) { c.address(l.row.socket.local.address); }},
    {"local_port", CellType::kInteger, "Its port.",
     [](Cells& c, const Line& l) { c.number(l.row.socket.local.port); }},
    {"remote", CellType::kText, "Address of the peer.",
     [](Cells& c, const Line& l) { c.address(l.row.socket.remote.address); }},
    {"remote_port", CellType::kInteger, "Its port.",
     [](Cells& c, const Line& l) { c.number(l.row.socket.remote.port); }},
    {"state", CellType::kText, "State of the connection, as `established` or `close_wait`.",
     [](Cells& c, const Line& l) { c.word(to_string(l.row.socket.state)); }},
    {"keepalive", CellType::kText, "SO_KEEPALIVE: `on` or `off`; empty where it may not be read.",
     write_keepalive},
    {"idle_s", CellType::kSeconds, "TCP_KEEPIDLE: silence before the first probe, once keepalive is on.",
     [](Cells& c, const Line& l) { write_duration(c, l, &KeepaliveOptions::idle); }},
    {"interval_s", CellType::kSeconds, "TCP_KEEPINTVL: time between unanswered probes.",
     [](Cells& c, const Line& l) { write_duration(c, l, &KeepaliveOptions::interval); }},
    {"count", CellType::kInteger, "TCP_KEEPCNT: unanswered probes after which it gives up.",
     [](Cells& c, const Line& l) {
         write_known(c, l.row.options, [&](const KeepaliveOptions& o) { c.number(o.count); });
     }},
    {"user_timeout_s", CellType::kSeconds, "TCP_USER_TIMEOUT; 0 if none is set.",
     [](Cells& c, const Line& l) { write_duration(c, l, &KeepaliveOptions::user_timeout); }},
    {"timer", CellType::kText,
     "The timer that runs: `keepalive`, `retransmit`, `window_probe`, `time_wait` or `none`.",
     [](Cells& c, const Line& l) { c.word(to_string(l.row.socket.timer)); }},
    {"expires_s", CellType::kSeconds, "Seconds until it expires.",
     [](Cells& c, const Line& l) { c.seconds(l.row.socket.timer_expires); }},
    {"unacked", CellType::kInteger, "Segments that wait for an ACK.",
     [](Cells& c, const Line& l) { write_number(c, l, &TcpInfo::unacked); }},
    {"retransmits", CellType::kInteger, "How often the oldest of them was retransmitted.",
     [](Cells& c, const Line& l) { write_number(c, l, &TcpInfo::retransmits); }},
    {"probes", CellType::kInteger, "Keepalive or window probes that are not answered.",
     [](Cells& c, const Line& l) { write_number(c, l, &TcpInfo::probes); }},
    {"last_data_sent_s", CellType::kSeconds,
     "Seconds since it sent data last; since the handshake if it never did.",
     [](Cells& c, const Line& l) { write_time(c, l, &TcpInfo::last_data_sent); }},
    {"last_data_received_s", CellType::kSeconds,
     "Seconds since data came last; since the handshake if none did.",
     [](Cells& c, const Line& l) { write_time(c, l, &TcpInfo::last_data_received); }},
    {"last_ack_received_s", CellType::kSeconds, "Seconds since an ACK came last.",
     [](Cells& c, const Line& l) { write_time(c, l, &TcpInfo::last_ack_received); }},
    {"send_queue", CellType::kInteger, "Bytes that are not sent or not acknowledged.",
     [](Cells& c, const Line& l) { c.number(l.row.socket.send_queue); }},
    {"receive_queue", CellType::kInteger, "Bytes that its process has not read.",
     [](Cells& c, const Line& l) { c.number(l.row.socket.receive_queue); }},
    {"pid", CellType::kInteger, "Process that has the socket open, or one of several.",
     [](Cells& c, const Line& l) {
         write_known(c, l.row.owner,
                     [&](const SocketOwner& o) { c.number(static_cast<std::uint32_t>(o.pid)); });
     }},
    {"process", CellType::kText, "Its name.",
     [](Cells& c, const Line& l) {
         write_known(c, l.row.owner, [&](const SocketOwner& o) { c.text(o.process); });
     }},
    {"user", CellType::kText, "User of the process, or of the socket where the process is not known.",
     [](Cells& c, const Line& l) { c.text(l.row.user); }},
    {"inode", CellType::kInteger, "Number of the socket in /proc; empty where no process has it.",
     [](Cells& c, const Line& l) { c.known_number(l.row.socket.inode); }},
    {"note", CellType::kText, "What it does, or who would notice the death of its peer.",
     [](Cells& c, const Line& l) { c.sentence(l.note); }},
};

constexpr Column<Line> kReportTable[] = {
    {"stream", CellType::kInteger, "With `--report`: the connection's `stream` in flows.csv.", write_stream},
    {"verdict", CellType::kText, "What became of it, as flows.csv has it.",
     [](Cells& c, const Line& l) { c.word(l.flow ? to_string(l.flow->verdict) : std::string_view()); }},
    {"inferred_idle_s", CellType::kSeconds, "Silence before the first probe of this side, as inferred.",
     [](Cells& c, const Line& l) { write_inferred(c, l, &InferredKeepalive::idle); }},
    {"inferred_interval_s", CellType::kSeconds, "Time between its unanswered probes, as inferred.",
     [](Cells& c, const Line& l) { write_inferred(c, l, &InferredKeepalive::interval); }},
    {"inferred_count", CellType::kInteger, "Unanswered probes after which it gives up, as inferred.",
     [](Cells& c, const Line& l) {
         write_known(c, l.flow, [&](const ReportFlow& flow) { c.known_number(flow.local.count); });
     }},
    {"comparison", CellType::kText, "What was inferred beside what is set, in sentences.",
     [](Cells& c, const Line& l) { c.text(l.comparison); }},
};

void list(std::string& out, std::span<const Column<Line>> columns) {
    for (const Column<Line>& column : columns) {
        fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", column.name, to_string(column.type),
                       column.meaning);
    }
}

}  // namespace

const std::span<const Column<SocketLine>> kSocketColumns = kTable;
const std::span<const Column<SocketLine>> kSocketReportColumns = kReportTable;

std::vector<Column<SocketLine>> socket_columns(bool with_report) {
    std::vector<Column<SocketLine>> columns(kSocketColumns.begin(), kSocketColumns.end());
    if (with_report) columns.insert(columns.end(), kSocketReportColumns.begin(), kSocketReportColumns.end());
    return columns;
}

std::string socket_columns_as_markdown() {
    std::string out = "| column | type | meaning |\n|---|---|---|\n";
    list(out, kSocketColumns);
    list(out, kSocketReportColumns);
    return out;
}

}  // namespace deadpeer
