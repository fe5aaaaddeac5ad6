// deadpeer sockets says of sockets what they were set to and what they do, in a network namespace of their
// own.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "socket_lab.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

// Whatever passes between two looks at the socket, what was listed meanwhile is not less and not more.
void check_between(const Row& row, const std::string& column, unsigned before_ms, unsigned after_ms) {
    INFO(column << ": " << before_ms << " ms, " << row.at(column) << " s, " << after_ms << " ms");
    CHECK(number(row, column) * 1000 >= before_ms);
    CHECK(number(row, column) * 1000 <= after_ms);
}

void check_own(const Row& row, const Descriptor& socket) {
    CHECK(row.at("pid") == std::to_string(::getpid()));
    CHECK(row.at("user") == user_name());
    CHECK(row.at("inode") == inode_of(socket));
}

// Until all that was sent is acknowledged.
tcp_info settled_info_of(const Descriptor& socket) {
    constexpr int kAttempts = 1'000;
    for (int i = 0; i < kAttempts && info_of(socket).tcpi_unacked > 0; ++i) std::this_thread::sleep_for(10ms);
    std::this_thread::sleep_for(20ms);
    return info_of(socket);
}

TEST_CASE("each cell says what the socket was set to, IPv4 and IPv6") {
    const SocketLab lab;
    for (const std::string address : {"127.0.0.1", "::1", "10.9.0.1", "fd00:9::1"}) {
        CAPTURE(address);
        const Ends ends = connected(address);
        set_keepalive(ends.client, 75, 10, 3);
        set_option(ends.client, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'500);
        REQUIRE(::send(ends.client.number(), "12345", 5, 0) == 5);
        const tcp_info before = settled_info_of(ends.client);
        const std::string csv = list();
        const tcp_info after = info_of(ends.client);

        const Row client = row_of(csv, address, ends.client);
        CHECK(client.at("remote") == address);
        CHECK(client.at("remote_port") == port_of(ends.listener));
        CHECK(client.at("state") == "established");
        CHECK(client.at("keepalive") == "on");
        CHECK(client.at("idle_s") == "75");
        CHECK(client.at("interval_s") == "10");
        CHECK(client.at("count") == "3");
        CHECK(client.at("user_timeout_s") == "30.5");
        CHECK(client.at("timer") == "keepalive");
        CHECK(number(client, "expires_s") > 15);
        CHECK(number(client, "expires_s") <= 75.1);
        for (const std::string none : {"unacked", "retransmits", "probes", "send_queue", "receive_queue"})
            CHECK(client.at(none) == "0");
        check_between(client, "last_data_sent_s", before.tcpi_last_data_sent, after.tcpi_last_data_sent);
        check_between(client, "last_data_received_s", before.tcpi_last_data_recv, after.tcpi_last_data_recv);
        check_between(client, "last_ack_received_s", before.tcpi_last_ack_recv, after.tcpi_last_ack_recv);
        check_own(client, ends.client);
        CHECK(client.at("note") == "keepalive gives the peer up after 85 s of silence");
    }
}

TEST_CASE("a socket without keepalive: its defaults, and that nothing will notice") {
    const SocketLab lab;
    for (const std::string address : {"127.0.0.1", "::1"}) {
        const Ends ends = connected(address);
        REQUIRE(::send(ends.client.number(), "12345", 5, 0) == 5);
        const Row server =
            wait_for(address, ends.server, [](const Row& row) { return row.at("receive_queue") == "5"; });
        CHECK(server.at("remote_port") == port_of(ends.client));
        CHECK(server.at("keepalive") == "off");
        CHECK(server.at("idle_s") == "7200");
        CHECK(server.at("interval_s") == "75");
        CHECK(server.at("count") == "9");
        CHECK(server.at("user_timeout_s") == "0");
        CHECK(server.at("timer") == "none");
        CHECK(server.at("expires_s").empty());
        check_own(server, ends.server);
        CHECK(server.at("note") == "keepalive off: nothing will notice when the peer dies");
    }
}

TEST_CASE("IPv4 through a socket of IPv6 is IPv4") {
    const SocketLab lab;
    const Descriptor listener = listen_at("::");
    const Descriptor client = connect_to("127.0.0.1", port_of(listener));
    const Descriptor server = accept_from(listener);
    set_keepalive(server, 300, 20, 4);
    const std::string csv = list();
    CHECK(rows_of(csv).size() == 2);
    for (const Row& row : rows_of(csv)) CHECK(row.at("local") + row.at("remote") == "127.0.0.1127.0.0.1");
}

TEST_CASE("data that nobody acknowledges: retransmitting") {
    const SocketLab lab;
    const Descriptor v4 = silent_peer("10.9.0.1", "10.9.0.2", 65'535);
    const Descriptor v6 = silent_peer("fd00:9::1", "fd00:9::2", 65'535);
    set_option(v6, IPPROTO_TCP, TCP_USER_TIMEOUT, 120'000);
    for (const Descriptor* socket : {&v4, &v6}) REQUIRE(::send(socket->number(), "1234567", 7, 0) == 7);
    const auto check = [](const Row& row, const std::string& peer, const std::string& user_timeout) {
        CHECK(row.at("remote") == peer);
        CHECK(row.at("remote_port") == "5432");
        CHECK(row.at("state") == "established");
        CHECK(row.at("timer") == "retransmit");
        CHECK(number(row, "expires_s") >= 0);
        CHECK(row.at("unacked") == "1");
        CHECK(row.at("send_queue") == "7");
        CHECK(row.at("keepalive") == "off");
        const std::string times = row.at("retransmits") + (row.at("retransmits") == "1" ? " time" : " times");
        CHECK_THAT(row.at("note"), ContainsSubstring("retransmitting for at most "));
        CHECK_THAT(row.at("note"), ContainsSubstring("(" + times + "): no ACK since" + user_timeout));
    };
    const auto repeated = [](const Row& row) { return number(row, "retransmits") >= 1; };
    check(wait_for("10.9.0.1", v4, repeated), "10.9.0.2", "");
    check(wait_for("fd00:9::1", v6, repeated), "fd00:9::2", "; TCP_USER_TIMEOUT ends it after 2 min");
}

TEST_CASE("probes that nobody answers, and a window that stays closed") {
    const SocketLab lab;
    const Descriptor probing = silent_peer("10.9.0.1", "10.9.0.2", 65'535);
    set_keepalive(probing, 1, 1, 100);
    const Row row =
        wait_for("10.9.0.1", probing, [](const Row& each) { return number(each, "probes") >= 2; });
    CHECK(row.at("timer") == "keepalive");
    CHECK(row.at("note") == row.at("probes") + " keepalive probes not answered yet of 100");

    const Descriptor closed = silent_peer("fd00:9::1", "fd00:9::2", 0);
    REQUIRE(::send(closed.number(), "1234567", 7, 0) == 7);
    const Row waiting =
        wait_for("fd00:9::1", closed, [](const Row& each) { return number(each, "probes") >= 1; });
    CHECK(waiting.at("timer") == "window_probe");
    CHECK(waiting.at("unacked") == "0");
    CHECK(waiting.at("send_queue") == "7");
    CHECK_THAT(waiting.at("note"), ContainsSubstring("the peer's window is closed: "));
}

TEST_CASE("a SYN without an answer: no times of a handshake that was not") {
    const SocketLab lab;
    const Descriptor socket = begin_connecting("fd00:9::3");
    const Row row = row_of(list(), "fd00:9::1", socket);
    CHECK(row.at("state") == "syn_sent");
    CHECK(row.at("timer") == "retransmit");
    CHECK_THAT(row.at("note"), ContainsSubstring("connecting: "));
    for (const std::string none : {"last_data_sent_s", "last_data_received_s", "last_ack_received_s"})
        CHECK(row.at(none).empty());
}

TEST_CASE("sockets that no process has: not accepted, closed") {
    const SocketLab lab;
    const Descriptor listener = listen_at("127.0.0.1");
    const Descriptor client = connect_to("127.0.0.1", port_of(listener));
    const auto other_end_in = [&](const std::string& state) {
        const Row row = wait_for_row([&](const Row& each) {
            return each.at("remote_port") == port_of(client) && each.at("state") == state;
        });
        for (const std::string none : {"pid", "process", "user", "inode", "keepalive", "idle_s"})
            CHECK(row.at(none).empty());
        return row;
    };
    CHECK(other_end_in("established").at("note") == "waits to be accepted by its process");
    { const Descriptor closed_at_once = accept_from(listener); }
    CHECK(other_end_in("fin_wait_2").at("note") == "closed by its process; the FIN of the peer is missing");
    wait_for("127.0.0.1", client, [](const Row& row) { return row.at("state") == "close_wait"; });
}

TEST_CASE("listening sockets are no connections") {
    const SocketLab lab;
    const Descriptor v4 = listen_at("127.0.0.1");
    const Descriptor v6 = listen_at("::1");
    CHECK(rows_of(list()).empty());
    CHECK(list({"--format", "jsonl"}).empty());
}

}  // namespace
}  // namespace deadpeer::test
