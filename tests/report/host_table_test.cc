#include "report/csv/host_table.h"

#include <vector>

#include "report/sample_rows.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

IpAddress address_of(std::uint32_t host) {
    IpAddress address;
    address.bytes = {10, static_cast<std::uint8_t>(host >> 16U), static_cast<std::uint8_t>(host >> 8U),
                     static_cast<std::uint8_t>(host)};
    return address;
}

HostRow connection_of(std::uint32_t host, bool open = false) {
    HostRow row;
    row.address = address_of(host);
    row.connections = 1;
    row.open_at_end = open ? 1 : 0;
    return row;
}

std::vector<HostHealth> health_in(HostTable& table) {
    std::vector<HostHealth> all;
    table.for_each([&](const HostReport& host) { all.push_back(host.health); });
    return all;
}

// Between 10.0.0.1, the initiator, and 10.0.0.2.
FlowSummary failed(Verdict verdict, bool initiator) {
    FlowSummary flow = sample_flow(0);
    flow.verdict = verdict;
    flow.failed_side_known = true;
    flow.failed_side_initiator = initiator;
    return flow;
}

void vote(TimerVotes& votes, Nanoseconds idle, Nanoseconds interval, int times = 1) {
    for (int i = 0; i < times; ++i) votes.add({idle, interval, 0, false}, 0);
}

TEST_CASE("each setting counts the connections that show it, and the others are counted together") {
    TimerVotes votes;
    vote(votes, 10 * kSecond, kNoTime, 2);
    vote(votes, 60 * kSecond, kNoTime, 4);
    vote(votes, 30 * kSecond, kNoTime, 3);
    REQUIRE(votes.kept().size() == 3);
    CHECK(votes.kept()[0].timer.idle == 60 * kSecond);
    CHECK(votes.kept()[0].connections == 4);
    CHECK(votes.kept()[2].connections == 2);
    CHECK(votes.others() == 0);
    for (int i = 0; i < 100; ++i) {
        vote(votes, (1000 + i) * kSecond, kNoTime);
        vote(votes, 60 * kSecond, kNoTime, 2);
    }
    CHECK(votes.kept()[0].connections == 204);
    const auto all_of = [](const TimerVotes& some) {
        std::uint64_t all = some.others();
        for (const TimerVotes::Candidate& one : some.kept()) all += one.connections;
        return all;
    };
    CHECK(all_of(votes) == 309);
}

}  // namespace

TEST_CASE("addresses are added up and sorted") {
    PerAddress<HostRow> table(1 << 20);
    constexpr std::uint32_t kHosts = 1000;
    constexpr std::uint32_t kNotes = 100 * kHosts;  // several merges
    for (std::uint32_t i = 0; i < kNotes; ++i) table.add(connection_of(i * 7919 % kHosts, i % 2 == 0));
    REQUIRE(table.rows().size() == kHosts);
    std::uint64_t open = 0;
    for (std::uint32_t host = 0; host < kHosts; ++host) {
        CHECK(table.rows()[host].address == connection_of(host).address);
        CHECK(table.rows()[host].connections == 100);
        open += table.rows()[host].open_at_end;
    }
    CHECK(open == kNotes / 2);
    CHECK(table.left_out() == 0);
}

TEST_CASE("beyond its limit the table counts what it leaves out, and known addresses go on") {
    PerAddress<HostRow> table(10);
    for (std::uint32_t host = 0; host < 10; ++host) table.add(connection_of(host));
    CHECK(table.rows().size() == 10);
    for (std::uint32_t host = 5; host < 15; ++host) table.add(connection_of(host));
    CHECK(table.rows().size() == 10);
    CHECK(table.rows()[4].connections == 1);
    CHECK(table.rows()[5].connections == 2);
    CHECK(table.left_out() == 5);
}

TEST_CASE("probes, resets and failures are counted at the host that they are about") {
    HostTable table;
    FlowSummary flow = failed(Verdict::kPeerDead, false);
    flow.initiator_side.probes = 7;
    flow.initiator_side.probes_answered = 2;
    flow.initiator_side.resets = 1;
    table.add(flow);
    table.add(failed(Verdict::kPeerRebooted, false));
    table.add(failed(Verdict::kPeerLostState, false));
    table.add(failed(Verdict::kMiddleboxReset, false));
    table.add(failed(Verdict::kPeerReset, false));
    table.reboot(sample_key(1, 2).high().address, 5);
    table.reboot(sample_key(1, 2).high().address, 3);
    const auto health = health_in(table);
    REQUIRE(health.size() == 2);
    CHECK(health[0].probes_sent == 7);
    CHECK(health[0].probes_received == 0);
    CHECK(health[0].resets_sent == 1);
    CHECK(health[0].connections_lost == 0);
    CHECK(health[0].reboots == 0);
    CHECK(health[0].last_reboot == kNoTime);
    CHECK(health[1].probes_sent == 0);
    CHECK(health[1].probes_received == 7);
    CHECK(health[1].probes_unanswered == 5);
    CHECK(health[1].resets_sent == 0);
    CHECK(health[1].connections_lost == 2);
    CHECK(health[1].connections_lost_state == 1);
    CHECK(health[1].reboots == 2);
    CHECK(health[1].last_reboot == 5);
}

TEST_CASE("where one direction was captured nobody knows what was answered") {
    HostTable table;
    FlowSummary flow = sample_flow(0);
    flow.one_way = true;
    flow.initiator_side.probes = 7;
    table.add(flow);
    CHECK(health_in(table)[1].probes_received == 7);
    CHECK(health_in(table)[1].probes_unanswered == 0);
}

TEST_CASE("hosts that did nothing of note have no health, and those between them keep theirs") {
    HostTable table(100, 1);
    for (std::uint8_t host = 1; host < 9; ++host) table.add(sample_flow(host, host, 9));
    table.reboot(sample_key(4, 9).low().address, 1);
    std::vector<std::uint64_t> reboots;
    table.for_each([&](const HostReport& host) { reboots.push_back(host.health.reboots); });
    CHECK(reboots == std::vector<std::uint64_t>{0, 0, 0, 1, 0, 0, 0, 0, 0});
    CHECK(table.left_out().empty());
    table.add(failed(Verdict::kPeerDead, false));
    health_in(table);
    CHECK(table.left_out() ==
          "Left out of hosts.csv for lack of memory: probes, resets and failures at 2 ends of connections; "
          "give more with --memory");
}

TEST_CASE("hosts that are left out are counted apart from what befell others") {
    HostTable table(2, 2);
    table.add(sample_flow(0, 1, 2));
    table.for_each([](const HostReport&) {});
    for (int i = 0; i < 1200; ++i) table.add(sample_flow(0, 3, 4));
    FlowSummary probed = sample_flow(0, 1, 5);
    probed.initiator_side.probes = 1;
    table.add(probed);
    table.for_each([](const HostReport&) {});
    CHECK(table.left_out() ==
          "Left out of hosts.csv for lack of memory: hosts at 2,401 ends of connections; give more with "
          "--memory");
}

TEST_CASE("the setting that most connections show wins, completed by those that agree") {
    TimerVotes votes;
    CHECK(votes.winner() == nullptr);
    vote(votes, 60 * kSecond, kNoTime);
    vote(votes, 7200 * kSecond, 75 * kSecond);
    vote(votes, 7200 * kSecond, kNoTime);
    votes.add({kNoTime, 75 * kSecond, 9, false}, 0);
    REQUIRE(votes.winner() != nullptr);
    CHECK(votes.winner()->votes == 3);
    CHECK(votes.winner()->timer.idle == 7200 * kSecond);
    CHECK(votes.winner()->timer.interval == 75 * kSecond);
    CHECK(votes.winner()->timer.count == 9);
    vote(votes, 60 * kSecond, 10 * kSecond, 3);
    CHECK(votes.winner()->votes == 4);
    CHECK(votes.winner()->timer.idle == 60 * kSecond);
    CHECK(votes.winner()->timer.interval == 10 * kSecond);
}

TEST_CASE("settings that contradict each other do not vote together") {
    const auto united = [](const TimerVotes::Candidate& a, const TimerVotes::Candidate& b) {
        TimerVotes votes;
        votes.add(a.timer, a.payload);
        votes.add(b.timer, b.payload);
        return votes.winner()->votes == 2;
    };
    const TimerVotes::Candidate base = {{60 * kSecond, 10 * kSecond, 5, false}, 0, 1};
    CHECK(united(base, base));
    TimerVotes::Candidate other = base;
    other.timer.idle = 61 * kSecond;
    CHECK_FALSE(united(base, other));
    other = base;
    other.timer.interval = 11 * kSecond;
    CHECK_FALSE(united(base, other));
    other = base;
    other.timer.count = 6;
    CHECK_FALSE(united(base, other));
    other = base;
    other.timer.exponential = true;
    CHECK_FALSE(united(base, other));
    other = base;
    other.payload = 1;
    CHECK_FALSE(united(base, other));
}

TEST_CASE("a host keeps fewer settings when few more may be kept, and the most shown among them") {
    TimerVotes votes;
    std::size_t kept = 0;
    for (int i = 0; i < 100; ++i) {
        kept += votes.add({(1000 + i) * kSecond, kNoTime, 0, false}, 0, 2);
        kept += votes.add({60 * kSecond, kNoTime, 0, false}, 0, 2);
    }
    CHECK(kept == 2);
    CHECK(votes.kept().size() == 2);
    CHECK(votes.kept()[0].timer.idle == 60 * kSecond);
    CHECK(votes.kept()[0].connections == 100);
    CHECK(votes.others() == 99);
}

TEST_CASE("a setting that more than a quarter of many connections show is not lost among others") {
    TimerVotes votes;
    for (int i = 0; i < 1000; ++i) {
        vote(votes, (1000 + i) * kSecond, kNoTime);
        if (i % 2 == 0) vote(votes, 60 * kSecond, kNoTime);
    }
    REQUIRE(votes.winner() != nullptr);
    CHECK(votes.winner()->timer.idle == 60 * kSecond);
}
