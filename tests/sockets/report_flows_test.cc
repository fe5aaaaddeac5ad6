// Of a report those connections are kept that this host has, from its own side.
#include "sockets/report_flows.h"

#include "core/parse_address.h"
#include "flow_rows.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

Endpoint end(const std::string& address, std::uint16_t port) {
    return {parse_address(address).value(), port};
}

const Endpoint kClient = end("10.0.0.1", 40'000);
const Endpoint kServer = end("10.0.0.2", 5432);

const std::string kRow = "3,10.0.0.1,40000,10.0.0.2,5432,peer_dead,9,75.003,10.001,9,4,7200,,\n";

}  // namespace

TEST_CASE("a connection of the report is seen from whichever side is here") {
    const TemporaryFolder folder;
    write_flow_rows(folder.file("report"), kRow);
    ReportFlows flows;
    flows.expect(kClient, kServer);
    REQUIRE(flows.read(folder.file("report")));
    const auto client = flows.find(kClient, kServer);
    REQUIRE(client);
    CHECK(client->stream == 3U);
    CHECK(client->verdict == Verdict::kPeerDead);
    CHECK(client->local.probes == 9);
    CHECK(client->local.idle == 75'003 * kMillisecond);
    CHECK(client->local.interval == 10'001 * kMillisecond);
    CHECK(client->local.count == 9);
    const auto server = flows.find(kServer, kClient);
    REQUIRE(server);
    CHECK(server->local.probes == 4);
    CHECK(server->local.idle == 7200 * kSecond);
    CHECK(server->local.interval == kNoTime);
    CHECK(server->local.count == 0);
}

TEST_CASE("connections that were not named, and those that the report does not have, are not found") {
    const TemporaryFolder folder;
    write_flow_rows(folder.file("report"), kRow);
    const Endpoint other = end("10.0.0.1", 40'001);
    const Endpoint v6 = end("a00:1::", 40'000);
    ReportFlows flows;
    flows.expect(other, kServer);
    flows.expect(v6, end("a00:2::", 5432));
    REQUIRE(flows.read(folder.file("report")));
    CHECK_FALSE(flows.find(kClient, kServer));
    CHECK_FALSE(flows.find(other, kServer));
    CHECK_FALSE(flows.find(v6, end("a00:2::", 5432)));
}

TEST_CASE("of two connections with the same ends the later row counts, whoever began it") {
    const TemporaryFolder folder;
    write_flow_rows(folder.file("report"), kRow + ",10.0.0.2,5432,10.0.0.1,40000,alive,1,60,,,2,30,,\n");
    ReportFlows flows;
    flows.expect(kClient, kServer);
    REQUIRE(flows.read(folder.file("report")));
    const auto flow = flows.find(kClient, kServer);
    REQUIRE(flow);
    CHECK_FALSE(flow->stream);
    CHECK(flow->verdict == Verdict::kAlive);
    CHECK(flow->local.idle == 30 * kSecond);
}

TEST_CASE("IPv6, and reports with another delimiter") {
    const TemporaryFolder folder;
    write_flow_rows(folder.file("report"), "0,2001:db8::1,1,2001:db8::2,2,idle,,,,,,,,\n");
    std::string text = content_of(folder.file("report") + "/flows.csv");
    std::replace(text.begin(), text.end(), ',', ';');
    write_file(folder.file("report") + "/flows.csv", text);
    ReportFlows flows;
    flows.expect(end("2001:db8::2", 2), end("2001:db8::1", 1));
    REQUIRE(flows.read(folder.file("report")));
    REQUIRE(flows.find(end("2001:db8::2", 2), end("2001:db8::1", 1)));
    CHECK(flows.find(end("2001:db8::2", 2), end("2001:db8::1", 1))->verdict == Verdict::kIdle);
}

TEST_CASE("what is wrong with a report is said with its line") {
    const TemporaryFolder folder;
    const auto refusal = [&](const std::string& rows) {
        write_flow_rows(folder.file("report"), rows);
        ReportFlows flows;
        flows.expect(kClient, kServer);
        const Status read = flows.read(folder.file("report"));
        return read ? std::string() : read.error().message.substr(folder.path().string().size() + 1);
    };
    CHECK(refusal(kRow + "3,10.0.0.1,x,10.0.0.2,5432,,,,,,,,,\n") ==
          "report/flows.csv, line 3: initiator_port must be a number from 0 to 65535, not \"x\".");
    CHECK(refusal("3,10.0.0.1,40000,10.0.0.2,5432,tired,,,,,,,,\n") ==
          "report/flows.csv, line 2: verdict must be one that this version knows, not \"tired\".");
    CHECK(refusal("3,10.0.0.1,40000,10.0.0.2,5432,idle,,soon,,,,,,\n") ==
          "report/flows.csv, line 2: initiator_keepalive_idle_s must be a number of seconds, not \"soon\".");
    write_file(folder.file("report") + "/flows.csv", "stream,initiator\n");
    ReportFlows flows;
    const Status read = flows.read(folder.file("report"));
    REQUIRE_FALSE(read);
    CHECK(read.error().message.ends_with("flows.csv, line 1: there is no column initiator_port."));
}
