// What was inferred stands beside what is set.
#include "sockets/comparison.h"

#include "support/catch.h"

using namespace deadpeer;

namespace {

constexpr KeepaliveOptions kOn = {
    .on = true, .idle = 75 * kSecond, .interval = 10 * kSecond, .count = 3, .user_timeout = 0};

OwnedSocket socket_with(std::optional<KeepaliveOptions> options) {
    OwnedSocket row = {};
    row.socket.state = TcpState::kEstablished;
    row.socket.inode = 1;
    row.owner = SocketOwner{17, "postgres", 0};
    row.options = options;
    return row;
}

ReportFlow flow_with(const InferredKeepalive& local, Verdict verdict = Verdict::kAlive) {
    return {.stream = 0, .verdict = verdict, .local = local};
}

}  // namespace

TEST_CASE("settings that agree, and settings that differ") {
    const OwnedSocket row = socket_with(kOn);
    CHECK(comparison_of(row, flow_with({.idle = 75 * kSecond, .probes = 1})) ==
          "Idle: inferred 75 s, set 75 s.");
    CHECK(comparison_of(
              row, flow_with(
                       {.idle = 75'012 * kMillisecond, .interval = 10 * kSecond, .count = 3, .probes = 3})) ==
          "Idle: inferred 75.012 s, set 75 s; interval: inferred 10 s, set 10 s; count: inferred 3, set 3.");
    CHECK(comparison_of(
              row, flow_with({.idle = 7200 * kSecond, .interval = 75 * kSecond, .count = 9, .probes = 9})) ==
          "Idle: inferred 7200 s, set 75 s, which differs; interval: inferred 75 s, set 10 s, which differs; "
          "count: inferred 9, set 3, which differs.");
}

TEST_CASE("TCP_USER_TIMEOUT decides after how many probes it gives up") {
    KeepaliveOptions options = kOn;
    options.user_timeout = 90 * kSecond;
    CHECK(comparison_of(socket_with(options), flow_with({.idle = 75 * kSecond, .count = 2, .probes = 2})) ==
          "Idle: inferred 75 s, set 75 s.");
}

TEST_CASE("probes on one side alone") {
    CHECK(comparison_of(socket_with(kOn), flow_with({})) ==
          "Keepalive on (idle 75 s), the report has no probe of it.");
    CHECK(comparison_of(socket_with(kOn), flow_with({.probes = 1})).empty());
    CHECK(
        comparison_of(socket_with(KeepaliveOptions{}), flow_with({.probes = 2})) ==
        "The report has 2 keepalive probes from here, yet keepalive is off: the process has switched it off "
        "since.");
    CHECK(comparison_of(socket_with(std::nullopt), flow_with({.idle = 75 * kSecond, .probes = 1})) ==
          "Idle: inferred 75 s, what is set is not known.");
    CHECK(comparison_of(socket_with(KeepaliveOptions{}), flow_with({})).empty());
    CHECK(comparison_of(socket_with(std::nullopt), flow_with({})).empty());
    CHECK(comparison_of(socket_with(kOn), std::nullopt) == "The report does not have it.");
}

TEST_CASE("a connection that the report says is lost, and that is open still") {
    OwnedSocket row = socket_with(KeepaliveOptions{});
    CHECK(comparison_of(row, flow_with({}, Verdict::kPeerDead)) ==
          "The report says peer_dead, and process postgres still has the connection open. Keepalive off in "
          "process postgres: nothing will notice.");
    CHECK(comparison_of(row, flow_with({}, Verdict::kSuspect)) ==
          "Keepalive off in process postgres: nothing will notice.");
    CHECK(comparison_of(socket_with(kOn),
                        flow_with({.idle = 75 * kSecond, .probes = 1}, Verdict::kPeerReset)) ==
          "Idle: inferred 75 s, set 75 s. The report says peer_reset, and process postgres still has the "
          "connection open.");
    row.owner.reset();
    row.options.reset();
    CHECK(comparison_of(row, flow_with({}, Verdict::kPeerRebooted)) ==
          "The report says peer_rebooted, and this host still has the connection open.");
    row.socket.state = TcpState::kTimeWait;
    CHECK(comparison_of(row, flow_with({}, Verdict::kPeerRebooted)).empty());
}
