// The inventory's expectations are compared with what the capture shows, and with nothing else.
#include "report/text/expectation.h"

#include "core/parse_address.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

Inventory inventory_of(const std::string& rows) {
    const TemporaryFolder folder;
    write_file(folder.file("hosts.csv"), "address,name,idle,interval,count\n" + rows);
    auto inventory = Inventory::load(folder.file("hosts.csv"));
    REQUIRE(inventory.ok());
    return std::move(inventory).value();
}

// 10.0.0.1 to 10.0.0.2.
FlowSummary flow_with(Verdict verdict) {
    FlowSummary flow;
    const auto low = parse_address("10.0.0.1");
    const auto high = parse_address("10.0.0.2");
    std::memcpy(flow.key.low_address.data(), low->bytes.data(), low->bytes.size());
    std::memcpy(flow.key.high_address.data(), high->bytes.data(), high->bytes.size());
    flow.key.low_port = 40000;
    flow.key.high_port = 443;
    flow.verdict = verdict;
    return flow;
}

FlowSummary probed(const KeepaliveTimer& initiators) {
    FlowSummary flow = flow_with(Verdict::kAlive);
    flow.initiator_side.probes = 3;
    flow.initiator_side.keepalive = initiators;
    return flow;
}

std::string unexpected(const FlowSummary& flow, const Inventory& inventory, std::string out = "") {
    const std::string before = out;
    const bool said = say_unexpected(out, flow, inventory);
    CHECK(said == (out != before));
    return out;
}

}  // namespace

TEST_CASE("a timer that differs is named with both values") {
    const Inventory inventory = inventory_of("10.0.0.1,db-1,300,10,3\n");
    CHECK(unexpected(probed({7200 * kSecond, 75 * kSecond, 9}), inventory) ==
          "10.0.0.1 (db-1) probes after 2 h, expected 5 min. It repeats probes every 75 s, expected 10 s. It "
          "gives up after 9 probes, expected 3.");
    CHECK(unexpected(probed({7200 * kSecond}), inventory, "Nothing to do.") ==
          "Nothing to do. 10.0.0.1 (db-1) probes after 2 h, expected 5 min.");
    CHECK(unexpected(probed({kNoTime, 75 * kSecond}), inventory) ==
          "10.0.0.1 (db-1) repeats probes every 75 s, expected 10 s.");
    CHECK(unexpected(probed({300 * kSecond, 10 * kSecond, 4}), inventory) ==
          "10.0.0.1 (db-1) gives up after 4 probes, expected 3.");
}

TEST_CASE("what agrees, what was not seen and what nobody expects is not told") {
    const Inventory inventory = inventory_of("10.0.0.1,db-1,300,10,3\n");
    CHECK(unexpected(probed({300 * kSecond, 10 * kSecond, 3}), inventory).empty());
    CHECK(unexpected(probed({}), inventory).empty());
    CHECK(unexpected(probed({7200 * kSecond, 75 * kSecond, 9}), Inventory()).empty());
    CHECK(unexpected(probed({7200 * kSecond, 75 * kSecond, 9}), inventory_of("10.0.0.1,db-1,,,\n")).empty());
    CHECK(
        unexpected(probed({7200 * kSecond, 75 * kSecond, 9}), inventory_of("10.0.0.3,x,300,10,3\n")).empty());
    // An empty name needs no brackets.
    CHECK(unexpected(probed({7200 * kSecond}), inventory_of("10.0.0.0/8,,300,,\n")) ==
          "10.0.0.1 probes after 2 h, expected 5 min.");
}

TEST_CASE("a timer agrees within 3 % or 50 ms") {
    const Inventory inventory = inventory_of("10.0.0.1,,100,1,\n");
    for (const Nanoseconds idle : {97 * kSecond, 100 * kSecond, 103 * kSecond}) {
        CHECK(unexpected(probed({idle}), inventory).empty());
    }
    CHECK_FALSE(unexpected(probed({97 * kSecond - 1}), inventory).empty());
    CHECK_FALSE(unexpected(probed({103 * kSecond + 1}), inventory).empty());
    CHECK(unexpected(probed({kNoTime, 1050 * kMillisecond}), inventory).empty());
    CHECK_FALSE(unexpected(probed({kNoTime, 1050 * kMillisecond + 1}), inventory).empty());
}

TEST_CASE("both sides are looked at, each by its own row") {
    FlowSummary flow = probed({60 * kSecond});
    flow.responder_side.probes = 1;
    flow.responder_side.keepalive = {60 * kSecond};
    CHECK(unexpected(flow, inventory_of("10.0.0.1,a,30,,\n10.0.0.2,b,20,,\n")) ==
          "10.0.0.1 (a) probes after 60 s, expected 30 s. 10.0.0.2 (b) probes after 60 s, expected 20 s.");
    flow.initiator = Direction::kFromHigh;
    CHECK(unexpected(flow, inventory_of("10.0.0.1,a,30,,\n")) ==
          "10.0.0.1 (a) probes after 60 s, expected 30 s.");
}

TEST_CASE("a silence without the probe that was due") {
    const Inventory inventory = inventory_of("10.0.0.1,db-1,300,,\n");
    FlowSummary flow = flow_with(Verdict::kIdle);
    flow.longest_idle = 10 * kSecond;
    flow.silent_at_end = 309 * kSecond;
    CHECK(unexpected(flow, inventory).empty());
    flow.silent_at_end = 309 * kSecond + 1;
    CHECK(unexpected(flow, inventory) ==
          "10.0.0.1 (db-1) sent no keepalive probe in 309 s of silence, expected after 5 min.");
    flow.verdict = Verdict::kAlive;  // nothing is known of the silence at the end
    CHECK(unexpected(flow, inventory).empty());
    flow.longest_idle = 400 * kSecond;
    CHECK_FALSE(unexpected(flow, inventory).empty());
    flow.signs = kSignCaptureLoss;
    CHECK(unexpected(flow, inventory).empty());
    flow.signs = kSignTimeWentBack;
    CHECK(unexpected(flow, inventory).empty());
    flow.signs = 0;
    flow.reason = Reason::kRecovered;  // the path may have lost the probes
    CHECK(unexpected(flow, inventory).empty());
    flow.reason = Reason::kRecentTraffic;
    CHECK_FALSE(unexpected(flow, inventory).empty());
    flow.one_way = true;
    CHECK(unexpected(flow, inventory).empty());
}

TEST_CASE("a dead side owes no probes, its peer does") {
    FlowSummary flow = flow_with(Verdict::kPeerRebooted);
    flow.idle_at_failure = 1000 * kSecond;
    flow.failed_side_known = true;
    const Inventory inventory = inventory_of("10.0.0.1,a,300,,\n10.0.0.2,b,300,,\n");
    flow.failed_side_initiator = true;
    CHECK(unexpected(flow, inventory) ==
          "10.0.0.2 (b) sent no keepalive probe in 16 min 40 s of silence, expected after 5 min.");
    flow.failed_side_initiator = false;
    CHECK(unexpected(flow, inventory) ==
          "10.0.0.1 (a) sent no keepalive probe in 16 min 40 s of silence, expected after 5 min.");
    flow.failed_side_known = false;
    CHECK(unexpected(flow, inventory).empty());
    flow.verdict = Verdict::kClosed;
    flow.failed_side_known = true;
    CHECK(unexpected(flow, inventory).empty());
}
