// The columns of the list of sockets, as tables: those of each socket, and those of a report beside it.
//
// Threads: constants.
#pragma once

#include <span>
#include <string>

#include "report/columns/columns.h"
#include "sockets/report_flows.h"
#include "sockets/tcp_socket.h"

namespace deadpeer {

struct SocketLine {
    OwnedSocket row;
    std::string note;
    std::optional<ReportFlow> flow = {};
    std::string comparison = {};
};

extern const std::span<const Column<SocketLine>> kSocketColumns;
extern const std::span<const Column<SocketLine>> kSocketReportColumns;

// The first, and with a report the others behind them.
std::vector<Column<SocketLine>> socket_columns(bool with_report);

// Every column and its meaning, as Markdown.
std::string socket_columns_as_markdown();

}  // namespace deadpeer
