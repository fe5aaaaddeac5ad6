// The table for people: as wide as its first rows, whatever comes later.
#include "sockets/socket_table.h"

#include <algorithm>

#include "core/parse_address.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

SocketLine line(const std::string& remote, std::string_view process, const std::string& note) {
    SocketLine line = {.row = {}, .note = note};
    TcpSocket& socket = line.row.socket;
    socket.local = {parse_address("10.0.0.1").value(), 40'000};
    socket.remote = {parse_address(remote).value(), 443};
    socket.state = TcpState::kEstablished;
    socket.timer = TcpTimer::kKeepalive;
    socket.timer_expires = 75 * kSecond;
    socket.inode = 1;
    if (!process.empty()) line.row.owner = SocketOwner{17, process, 0};
    return line;
}

std::string table_of(const std::vector<SocketLine>& lines) {
    Output output(-1);
    SocketTable table(output);
    for (const SocketLine& each : lines) table.add(each);
    table.finish();
    return std::string(output.waiting());
}

}  // namespace

TEST_CASE("columns stand below each other, and text of others is escaped") {
    SocketLine on = line("2001:db8::2", "a\x1b[2Jb", "first");
    on.row.options = KeepaliveOptions{
        .on = true, .idle = 7200 * kSecond, .interval = 75 * kSecond, .count = 9, .user_timeout = 0};
    SocketLine off = line("10.0.0.2", "", "");
    off.row.options = KeepaliveOptions{};
    off.comparison = "The report does not have it.";
    SocketLine closed = line("10.0.0.2", "", "closed");
    closed.comparison = "second";
    closed.row.socket.inode = 0;
    closed.row.socket.timer = TcpTimer::kNone;
    closed.row.socket.timer_expires = kNoTime;
    CHECK(table_of({on, off, closed, line("10.0.0.2", "", "")}) ==
          "LOCAL           REMOTE             STATE        KEEPALIVE  TIMER           PROCESS        NOTE\n"
          "10.0.0.1:40000  [2001:db8::2]:443  established  7200/75/9  keepalive 75 s  a\\x1B[2Jb[17]  first\n"
          "10.0.0.1:40000  10.0.0.2:443       established  off        keepalive 75 s  ?              The "
          "report "
          "does not have it.\n"
          "10.0.0.1:40000  10.0.0.2:443       established  -          none            -              closed. "
          "second\n"
          "10.0.0.1:40000  10.0.0.2:443       established  ?          keepalive 75 s  ?\n");
}

TEST_CASE("no connection: the header alone") {
    CHECK(table_of({}) == "LOCAL  REMOTE  STATE  KEEPALIVE  TIMER  PROCESS  NOTE\n");
}

TEST_CASE("rows beyond those that were measured are printed, too, with longer cells") {
    std::vector<SocketLine> lines(SocketTable::kMeasured, line("10.0.0.2", "x", "n"));
    lines.push_back(line("2001:db8:1111:2222:3333:4444:5555:6666", "x", "last"));
    const std::string table = table_of(lines);
    CHECK(std::count(table.begin(), table.end(), '\n') == static_cast<long>(SocketTable::kMeasured) + 2);
    CHECK(table.ends_with(" last\n"));
    CHECK(table.find("[2001:db8:1111:2222:3333:4444:5555:6666]:443 established ") != std::string::npos);
}
