// The list beside a report, and where it is written to.
#include <algorithm>

#include "flow_rows.h"
#include "socket_lab.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("beside a report: what was inferred, what is set, and what became of it") {
    const SocketLab lab;
    const Ends agreed = connected("127.0.0.1");
    const Ends differing = connected("::1");
    const Ends unknown = connected("127.0.0.1");
    set_keepalive(agreed.client, 75, 10, 3);
    set_keepalive(differing.client, 75, 10, 3);
    const TemporaryFolder folder;
    const auto flow = [](const std::string& stream, const std::string& address, const Ends& ends,
                         const std::string& rest) {
        return stream + "," + address + "," + port_of(ends.client) + "," + address + "," +
               port_of(ends.listener) + "," + rest + "\n";
    };
    write_flow_rows(folder.file("report"), flow("4", "127.0.0.1", agreed, "alive,3,75,10,,,,,") +
                                               flow("5", "::1", differing, "peer_dead,9,7200,75,9,,,,") +
                                               "6,192.0.2.1,1,192.0.2.2,2,alive,,,,,,,,\n");
    const std::string csv = list({"--report", folder.file("report")});
    CHECK(rows_of(csv).size() == 6);
    const Row same = row_of(csv, "127.0.0.1", agreed.client);
    CHECK(same.at("stream") == "4");
    CHECK(same.at("verdict") == "alive");
    CHECK(same.at("inferred_idle_s") == "75");
    CHECK(same.at("inferred_interval_s") == "10");
    CHECK(same.at("inferred_count").empty());
    CHECK(same.at("comparison") == "Idle: inferred 75 s, set 75 s; interval: inferred 10 s, set 10 s.");
    const Row other = row_of(csv, "::1", differing.client);
    CHECK(other.at("verdict") == "peer_dead");
    CHECK(other.at("inferred_count") == "9");
    CHECK(other.at("comparison") ==
          "Idle: inferred 7200 s, set 75 s, which differs; interval: inferred 75 s, set 10 s, which differs; "
          "count: inferred 9, set 3, which differs. The report says peer_dead, and process " +
              other.at("process") + " still has the connection open.");
    std::vector<Row> servers;
    for (const Row& row : rows_of(csv)) {
        if (row.at("local_port") == port_of(differing.listener)) servers.push_back(row);
    }
    REQUIRE(servers.size() == 1);
    CHECK(servers[0].at("stream") == "5");
    CHECK(servers[0].at("inferred_idle_s").empty());
    CHECK_THAT(servers[0].at("comparison"), ContainsSubstring("Keepalive off in process "));
    CHECK(row_of(csv, "127.0.0.1", unknown.client).at("comparison") == "The report does not have it.");
    CHECK(row_of(csv, "127.0.0.1", unknown.client).at("verdict").empty());
    CHECK_THAT(
        list({"--report", folder.file("report"), "--format", "jsonl"}),
        ContainsSubstring("\"stream\":4,\"verdict\":\"alive\",\"inferred_idle_s\":75,"
                          "\"inferred_interval_s\":10,\"inferred_count\":null,\"comparison\":\"Idle: "));
}

TEST_CASE("to a file: whole, and the counts elsewhere; -q says none") {
    const SocketLab lab;
    const Ends ends = connected("127.0.0.1");
    const TemporaryFolder folder;
    const Finished run = run_program({"sockets", "-o", folder.file("list.csv")});
    CHECK(run.code == 0);
    CHECK(run.out.empty());
    CHECK(run.err == "Connections: 2; keepalive on 0, off 2, not known 0; without a process 0\n");
    CHECK(rows_of(content_of(folder.file("list.csv"))).size() == 2);
    CHECK(folder.entries() == 1);
    const Finished quiet = run_program({"sockets", "-q", "-o", "-", "--format", "jsonl"});
    CHECK(quiet.err.empty());
    CHECK(std::count(quiet.out.begin(), quiet.out.end(), '\n') == 2);
}

}  // namespace
}  // namespace deadpeer::test
