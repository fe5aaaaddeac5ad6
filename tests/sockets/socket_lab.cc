#include "socket_lab.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "support/catch.h"

namespace deadpeer::test {
namespace {

constexpr std::uint16_t kPeerPort = 5432;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

struct Address {
    sockaddr_storage storage = {};
    socklen_t size = 0;

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] int family() const { return storage.ss_family; }
};

Address address_of(const std::string& text, std::uint16_t port) {
    Address address;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        address.size = sizeof *v4;
    } else {
        if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) != 1) fail(text);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        address.size = sizeof *v6;
    }
    return address;
}

Descriptor stream_socket(const Address& address, int flags = 0) {
    Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!socket) fail("socket");
    return socket;
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back() += line[++i];
        } else if (line[i] == '"') {
            quoted = !quoted;
        } else if (line[i] == ',' && !quoted) {
            cells.emplace_back();
        } else {
            cells.back() += line[i];
        }
    }
    return cells;
}

}  // namespace

SocketLab::SocketLab() {
    NetworkLab::ip("address add 10.9.0.1/24 dev va");
    NetworkLab::ip("address add fd00:9::1/64 dev va nodad");
    for (const std::string peer : {"10.9.0.2", "10.9.0.3", "fd00:9::2", "fd00:9::3"})
        NetworkLab::ip("neighbour add " + peer + " lladdr 02:00:00:00:00:99 dev va");
}

void set_option(const Descriptor& socket, int level, int name, int value) {
    if (::setsockopt(socket.number(), level, name, &value, sizeof value) != 0) fail("setsockopt");
}

void set_keepalive(const Descriptor& socket, int idle, int interval, int count) {
    set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, idle);
    set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, interval);
    set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, count);
}

tcp_info info_of(const Descriptor& socket) {
    tcp_info info = {};
    socklen_t size = sizeof info;
    if (::getsockopt(socket.number(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) fail("TCP_INFO");
    return info;
}

std::string port_of(const Descriptor& socket) {
    Address address;
    address.size = sizeof address.storage;
    if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0)
        fail("getsockname");
    const bool v4 = address.family() == AF_INET;
    return std::to_string(ntohs(v4 ? reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port
                                   : reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port));
}

std::string inode_of(const Descriptor& socket) {
    struct stat info {};
    if (::fstat(socket.number(), &info) != 0) fail("fstat");
    return std::to_string(info.st_ino);
}

Descriptor listen_at(const std::string& address) {
    const Address here = address_of(address, 0);
    Descriptor socket = stream_socket(here);
    if (here.family() == AF_INET6) set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (::bind(socket.number(), here.get(), here.size) != 0) fail("bind");
    if (::listen(socket.number(), SOMAXCONN) != 0) fail("listen");
    return socket;
}

Descriptor connect_to(const std::string& address, const std::string& port) {
    const Address there = address_of(address, static_cast<std::uint16_t>(std::stoi(port)));
    Descriptor socket = stream_socket(there);
    if (::connect(socket.number(), there.get(), there.size) != 0) fail("connect");
    return socket;
}

Descriptor accept_from(const Descriptor& listener) {
    Descriptor socket(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) fail("accept");
    return socket;
}

Descriptor silent_peer(const std::string& here, const std::string& peer, std::uint32_t window) {
    constexpr int kOffWithoutProbe = -1;
    constexpr std::uint32_t kOurWindow = 65'535;
    const Address local = address_of(here, 0);
    const Address remote = address_of(peer, kPeerPort);
    Descriptor socket = stream_socket(local);
    set_option(socket, IPPROTO_TCP, TCP_REPAIR, 1);
    if (::bind(socket.number(), local.get(), local.size) != 0) fail("bind");
    if (::connect(socket.number(), remote.get(), remote.size) != 0) fail("connect");
    tcp_repair_window windows = {};
    windows.snd_wnd = window;
    windows.max_window = window;
    windows.rcv_wnd = kOurWindow;
    if (::setsockopt(socket.number(), IPPROTO_TCP, TCP_REPAIR_WINDOW, &windows, sizeof windows) != 0)
        fail("TCP_REPAIR_WINDOW");
    set_option(socket, IPPROTO_TCP, TCP_REPAIR, kOffWithoutProbe);
    return socket;
}

Descriptor begin_connecting(const std::string& peer) {
    const Address remote = address_of(peer, kPeerPort);
    Descriptor socket = stream_socket(remote, SOCK_NONBLOCK);
    if (::connect(socket.number(), remote.get(), remote.size) != -1 || errno != EINPROGRESS) fail("connect");
    return socket;
}

std::vector<Row> rows_of(const std::string& csv) {
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    const std::vector<std::string> names = cells_of(line);
    std::vector<Row> rows;
    while (std::getline(lines, line)) {
        const std::vector<std::string> cells = cells_of(line);
        if (cells.size() != names.size()) FAIL("not a row: " << line);
        Row row;
        for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = cells[i];
        rows.push_back(std::move(row));
    }
    return rows;
}

Row row_of(const std::string& csv, const std::string& address, const Descriptor& socket) {
    std::vector<Row> found;
    for (const Row& row : rows_of(csv)) {
        if (row.at("local") == address && row.at("local_port") == port_of(socket)) found.push_back(row);
    }
    INFO(csv);
    REQUIRE(found.size() == 1);
    return found.front();
}

std::string list(const std::vector<std::string>& options) {
    std::vector<std::string> words = {"sockets"};
    words.insert(words.end(), options.begin(), options.end());
    const Finished run = run_program(words);
    INFO(run.err);
    REQUIRE(run.code == 0);
    CHECK_FALSE(run.err.find("deadpeer: ") != std::string::npos);
    return run.out;
}

double number(const Row& row, const std::string& column) {
    INFO(column);
    REQUIRE_FALSE(row.at(column).empty());
    return std::stod(row.at(column));
}

Row wait_for_row(const Test& wanted) {
    constexpr int kAttempts = 200;
    for (int i = 0; i < kAttempts; ++i) {
        std::vector<Row> rows = rows_of(list());
        std::erase_if(rows, [&](const Row& row) { return !wanted(row); });
        if (rows.size() == 1) return rows.front();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("what was waited for did not come: " << list());
    return {};
}

Row wait_for(const std::string& address, const Descriptor& socket, const Test& wanted) {
    return wait_for_row([&](const Row& row) {
        return row.at("local") == address && row.at("local_port") == port_of(socket) && wanted(row);
    });
}

Ends connected(const std::string& address) {
    Descriptor listener = listen_at(address);
    Descriptor client = connect_to(address, port_of(listener));
    Descriptor server = accept_from(listener);
    return {std::move(listener), std::move(client), std::move(server)};
}

std::string user_name() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry == nullptr ? std::to_string(::geteuid()) : entry->pw_name;
}

}  // namespace deadpeer::test
