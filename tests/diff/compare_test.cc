// Which connections are the same, and what is said of those that differ.
#include "diff/compare.h"

#include <algorithm>

#include "diff/difference_text.h"
#include "diff/report_texts.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

Snapshot snapshot_of(const ReportTexts& texts) {
    const TemporaryFolder folder;
    write_reports(folder.path().string(), texts);
    auto snapshot = load_snapshot(folder.path().string());
    INFO((snapshot ? "" : snapshot.error().message));
    REQUIRE(snapshot.ok());
    return std::move(snapshot).value();
}

// The text without the line of counts.
std::string difference(const ReportTexts& before, const ReportTexts& after) {
    Snapshot old_one = snapshot_of(before);
    Snapshot new_one = snapshot_of(after);
    std::string text = text_of(compare(old_one, new_one));
    return text.erase(text.rfind("Connections: "));
}

std::string flow(const std::string& stream, const std::string& first_second, const std::string& verdict,
                 const std::string& initiator_port = "40000") {
    return stream + ",10.0.0.1," + initiator_port + ",10.0.0.2,443," + first_second + "," + verdict +
           ",,handshake\n";
}

}  // namespace

TEST_CASE("the same reports do not differ") {
    const ReportTexts same = {.flows = flow("0", "5", "alive") + flow("1", "5", "alive") + flow("2", "", ""),
                              .events = "host_rebooted,10.0.0.2,,,5\n",
                              .hosts = "10.0.0.1,,7200,75,9\n"};
    CHECK(difference(same, same) == "No difference.\n");
}

TEST_CASE("what a connection became decides where it is told") {
    struct Case {
        const char* before;
        const char* after;
        const char* text;
    };
    const Case cases[] = {
        {"alive", "peer_dead", "New dead peers (1):\n  C: peer_dead, was alive (tcp.stream 7)\n"},
        {"suspect", "peer_dead", "New dead peers (1):\n  C: peer_dead, was suspect (tcp.stream 7)\n"},
        {"idle", "peer_rebooted", "New rebooted peers (1):\n  C: peer_rebooted, was idle (tcp.stream 7)\n"},
        {"alive", "suspect", "New suspects (1):\n  C: suspect, was alive (tcp.stream 7)\n"},
        {"peer_dead", "alive",
         "Other verdicts that changed (1):\n  C: alive, was peer_dead (tcp.stream 7)\n"},
        {"alive", "closed", "Other verdicts that changed (1):\n  C: closed, was alive (tcp.stream 7)\n"},
        {"", "idle", "Other verdicts that changed (1):\n  C: idle, was not judged (tcp.stream 7)\n"},
        {"idle", "", "Other verdicts that changed (1):\n  C: not judged, was idle (tcp.stream 7)\n"},
        {"peer_dead", "peer_dead", "No difference.\n"},
    };
    for (const Case& c : cases) {
        std::string expected = c.text;
        const std::size_t at = expected.find("C:");
        if (at != std::string::npos) expected.replace(at, 1, "10.0.0.1:40000 > 10.0.0.2:443");
        CHECK(difference({.flows = flow("3", "5", c.before)}, {.flows = flow("7", "5", c.after)}) ==
              expected);
    }
}

TEST_CASE("gone and new connections, and new ones that are dead") {
    CHECK(difference({.flows = flow("3", "5", "alive", "1")},
                     {.flows = flow("0", "5", "alive", "2") + flow("1", "5", "peer_dead", "3") +
                               "2,2001:db8::1,4,2001:db8::2,443,5,peer_reset,12,handshake\n"}) ==
          "New dead peers (1):\n"
          "  10.0.0.1:3 > 10.0.0.2:443: peer_dead (tcp.stream 1)\n"
          "New problems (1):\n"
          "  [2001:db8::1]:4 > [2001:db8::2]:443: peer_reset (tcp.stream 2, frame 12)\n");
    CHECK(difference({.flows = "3,10.0.0.1,1,10.0.0.2,443,5,alive,,handshake\n"},
                     {.flows = "0,10.0.0.1,1,10.0.0.2,444,5,alive,,handshake\n"}) ==
          "Connections gone (1):\n"
          "  10.0.0.1:1 > 10.0.0.2:443: was alive (old tcp.stream 3)\n"
          "New connections (1):\n"
          "  10.0.0.1:1 > 10.0.0.2:444: alive (tcp.stream 0)\n");
}

TEST_CASE("connections are the same whichever side was taken for the initiator") {
    CHECK(difference({.flows = "0,10.0.0.1,40000,10.0.0.2,443,5,alive,,guessed\n"},
                     {.flows = "0,10.0.0.2,443,10.0.0.1,40000,5,alive,,guessed\n"}) == "No difference.\n");
    CHECK(difference({.flows = "0,10.0.0.1,1,10.0.0.2,2,5,alive,,guessed\n"},
                     {.flows = "0,10.0.0.1,2,10.0.0.2,1,5,alive,,guessed\n"}) != "No difference.\n");
}

TEST_CASE("of several connections between the same endpoints the time of the first frame tells") {
    CHECK(difference({.flows = flow("0", "5", "closed") + flow("1", "9", "alive")},
                     {.flows = flow("0", "9", "alive") + flow("1", "5", "closed")}) == "No difference.\n");
    CHECK(difference({.flows = flow("0", "5", "closed") + flow("1", "9", "alive")},
                     {.flows = flow("0", "5", "closed") + flow("1", "9", "peer_dead")}) ==
          "New dead peers (1):\n  10.0.0.1:40000 > 10.0.0.2:443: peer_dead, was alive (tcp.stream 1)\n");
}

TEST_CASE("else the endpoints tell: the next capture goes on where the last one ended") {
    // Of more old ones the last goes on.
    CHECK(difference({.flows = flow("0", "5", "closed") + flow("1", "9", "alive")},
                     {.flows = flow("0", "20", "alive")}) ==
          "Connections gone (1):\n  10.0.0.1:40000 > 10.0.0.2:443: was closed (old tcp.stream 0)\n");
    // Of more new ones the first is the old one.
    CHECK(difference({.flows = flow("0", "9", "alive")},
                     {.flows = flow("0", "20", "alive") + flow("1", "30", "idle")}) ==
          "New connections (1):\n  10.0.0.1:40000 > 10.0.0.2:443: idle (tcp.stream 1)\n");
    // As many: one after the other.
    CHECK(difference({.flows = flow("0", "1", "alive") + flow("1", "2", "idle")},
                     {.flows = flow("0", "3", "alive") + flow("1", "4", "idle")}) == "No difference.\n");
    // Those that the time tells come first.
    CHECK(difference({.flows = flow("0", "1", "alive") + flow("1", "2", "idle")},
                     {.flows = flow("0", "0", "peer_reset") + flow("1", "2", "idle")}) ==
          "New problems (1):\n  10.0.0.1:40000 > 10.0.0.2:443: peer_reset, was alive (tcp.stream 0)\n");
}

TEST_CASE("events that occur more often than they did, by host and pair of hosts") {
    CHECK(
        difference(
            {.events = "host_rebooted,10.0.0.2,,,5\nheartbeat_stopped,10.0.0.9,1,10.0.0.1,5\n"},
            {.events = "host_rebooted,10.0.0.2,,,5\nhost_rebooted,10.0.0.2,,,5\nhost_rebooted,10.0.0.1,,,5\n"
                       "idle_timeout_on_path,10.0.0.2,,10.0.0.1,5\ncapacity_warning,10.0.0.2,443,,5\n"}) ==
        "New events (4):\n"
        "  host_rebooted: 10.0.0.1, 1 (was 0)\n"
        "  host_rebooted: 10.0.0.2, 2 (was 1)\n"
        "  idle_timeout_on_path: 10.0.0.2 and 10.0.0.1, 1 (was 0)\n"
        "  capacity_warning: 10.0.0.2:443, 1 (was 0)\n");
}

TEST_CASE("hosts whose keepalive changed: only what both reports know, and more than timers are late") {
    CHECK(difference(
              {.hosts = "10.0.0.1,,7200,75,9\n10.0.0.2,,2,1,3\n10.0.0.3,,60,,\n"},
              {.hosts = "10.0.0.0,,1,1,1\n10.0.0.1,db\x1b,300,75,3\n10.0.0.2,,2.05,,3\n10.0.0.4,,60,,\n"}) ==
          "Hosts whose keepalive changed (1):\n"
          "  10.0.0.1 (db\\x1B): idle 300 s, was 7200 s; count 3, was 9\n");
    CHECK(difference({.hosts = "10.0.0.2,,1.05,1,3\n"}, {.hosts = "10.0.0.2,,1.100000001,1,3\n"}) ==
          "Hosts whose keepalive changed (1):\n  10.0.0.2: idle 1.100000001 s, was 1.05 s\n");
    CHECK(difference({.hosts = "10.0.0.2,,103,1,3\n"}, {.hosts = "10.0.0.2,,100,1,3\n"}) ==
          "No difference.\n");
    CHECK(difference({.hosts = "10.0.0.2,,100,1,3\n"}, {.hosts = "10.0.0.2,,103.000000001,1,3\n"}) !=
          "No difference.\n");
}

TEST_CASE("the order of rows makes no difference") {
    const std::string a = flow("0", "1", "alive", "1");
    const std::string b = flow("1", "1", "idle", "2");
    const std::string c = flow("2", "1", "suspect", "3");
    CHECK(difference({.flows = a + b + c}, {.flows = c + b + a}) == "No difference.\n");
    CHECK(difference({}, {.flows = a + b + c}) == difference({}, {.flows = c + b + a}));
}

TEST_CASE("the counts add up") {
    Snapshot before = snapshot_of({.flows = flow("0", "1", "alive", "1") + flow("1", "1", "alive", "2")});
    Snapshot after = snapshot_of({.flows = flow("0", "1", "peer_dead", "1") + flow("1", "1", "alive", "3") +
                                           flow("2", "1", "suspect", "4")});
    CHECK(counts_of(compare(before, after)) ==
          "Connections: 2 before, 3 after, 1 in both, 1 replaced by others of their service, 0 gone, 1 new; "
          "newly dead 1, rebooted 0, suspect 1, other problems 0; other verdicts changed 0; new events 0; "
          "chronic 0, resolved 0; hosts with another keepalive 0\n");
}

TEST_CASE("a client that connects anew from another port is the same service") {
    CHECK(difference({.flows = flow("0", "5", "closed", "1") + flow("1", "6", "idle", "2")},
                     {.flows = flow("0", "50", "alive", "3") + flow("1", "60", "closed", "4")}) ==
          "No difference.\n");
    // Another server, port or client is not.
    for (const std::string other :
         {"10.0.0.1,3,10.0.0.3,443", "10.0.0.1,3,10.0.0.2,80", "10.0.0.9,3,10.0.0.2,443"}) {
        CHECK(difference({.flows = flow("0", "5", "closed", "1")},
                         {.flows = "0," + other + ",50,closed,,handshake\n"}) != "No difference.\n");
    }
    // Of more new ones the last are new.
    CHECK(difference({.flows = flow("0", "5", "closed", "1")},
                     {.flows = flow("0", "50", "alive", "3") + flow("1", "60", "closed", "2")}) ==
          "New connections (1):\n  10.0.0.1:2 > 10.0.0.2:443: closed (tcp.stream 1)\n");
}

TEST_CASE("what the service did not have before is new, what it had is chronic") {
    const std::string before = flow("0", "5", "closed", "1") + flow("1", "6", "peer_dead", "2");
    const std::string chronic = "Failing as before (1):\n  10.0.0.1 > 10.0.0.2:443: peer_dead, ";
    CHECK(
        difference({.flows = flow("0", "5", "closed", "1")}, {.flows = flow("0", "50", "peer_dead", "3")}) ==
        "New dead peers (1):\n  10.0.0.1:3 > 10.0.0.2:443: peer_dead (tcp.stream 0)\n");
    CHECK(
        difference({.flows = before}, {.flows = flow("0", "50", "peer_dead", "3")}) ==
        chronic +
            "1 (was 1)\nConnections gone (1):\n  10.0.0.1:1 > 10.0.0.2:443: was closed (old tcp.stream 0)\n");
    CHECK(difference({.flows = before},
                     {.flows = flow("0", "50", "peer_dead", "3") + flow("1", "51", "peer_dead", "4")}) ==
          chronic + "2 (was 1)\n");
    // In a connection that both have, another one has it anew.
    CHECK(difference({.flows = before},
                     {.flows = flow("0", "5", "peer_dead", "1") + flow("1", "6", "peer_dead", "2")}) ==
          chronic + "2 (was 1)\n");
    // The connection that goes on fails again; the very same failure in both reports is no difference.
    CHECK(difference({.flows = flow("0", "5", "peer_dead")}, {.flows = flow("0", "50", "peer_dead")}) ==
          chronic + "1 (was 1)\n");
    CHECK(difference({.flows = before}, {.flows = before}) == "No difference.\n");
    // Another problem is new.
    CHECK(difference({.flows = before},
                     {.flows = flow("0", "50", "closed", "3") + flow("1", "51", "path_dead", "4")}) ==
          "New problems (1):\n  10.0.0.1:4 > 10.0.0.2:443: path_dead (tcp.stream 1)\n"
          "Failing no longer (1):\n  10.0.0.1 > 10.0.0.2:443: peer_dead, 0 (was 1)\n");
}

TEST_CASE("a service that fails no longer") {
    const std::string before = flow("0", "5", "closed", "1") + flow("1", "6", "no_answer", "2");
    CHECK(difference({.flows = before},
                     {.flows = flow("0", "50", "closed", "3") + flow("1", "51", "idle", "4")}) ==
          "Failing no longer (1):\n  10.0.0.1 > 10.0.0.2:443: no_answer, 0 (was 1)\n");
    // Nobody asked it.
    CHECK(difference({.flows = before}, {.flows = flow("0", "5", "closed", "1")}) ==
          "Connections gone (1):\n  10.0.0.1:2 > 10.0.0.2:443: was no_answer (old tcp.stream 1)\n");
}

TEST_CASE("guessed roles follow what a SYN showed in either report") {
    const std::string seen = "0,10.0.0.1,40000,10.0.0.2,443,5,peer_dead,,handshake\n";
    const std::string guessed = "0,10.0.0.2,443,10.0.0.1,40007,50,peer_dead,,guessed\n";
    const std::string chronic = "Failing as before (1):\n  10.0.0.1 > 10.0.0.2:443: peer_dead, 1 (was 1)\n";
    CHECK(difference({.flows = seen}, {.flows = guessed}) == chronic);
    CHECK(difference({.flows = guessed}, {.flows = seen}) == chronic);
}

TEST_CASE("events that occur again, no more often than before, are chronic") {
    const auto at = [](const char* second) {
        return std::string("host_rebooted,10.0.0.2,,,") + second + "\n";
    };
    CHECK(difference({.events = at("5")}, {.events = at("9")}) ==
          "Failing as before (1):\n  host_rebooted: 10.0.0.2, 1 (was 1)\n");
    CHECK(difference({.events = at("5") + at("6")}, {.events = at("9")}) ==
          "Failing as before (1):\n  host_rebooted: 10.0.0.2, 1 (was 2)\n");
    // The very same one in both.
    CHECK(difference({.events = at("5") + at("6")}, {.events = at("6")}) == "No difference.\n");
}

TEST_CASE("hosts have the names that either report gives them") {
    CHECK(difference({.flows = flow("0", "5", "alive"), .hosts = "10.0.0.1,web,,,\n"},
                     {.flows = flow("0", "5", "peer_dead"),
                      .events = "host_rebooted,10.0.0.2,,,5\n",
                      .hosts = "10.0.0.2,db\x1b,,,\n"}) ==
          "New dead peers (1):\n"
          "  10.0.0.1:40000 (web) > 10.0.0.2:443 (db\\x1B): peer_dead, was alive (tcp.stream 0)\n"
          "New events (1):\n"
          "  host_rebooted: 10.0.0.2 (db\\x1B), 1 (was 0)\n");
}

TEST_CASE("many connections between the same endpoints are matched in no time") {
    Snapshot before;
    FlowRecord record;
    record.initiator.port = 1;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        record.stream = i;
        record.first_time = static_cast<Nanoseconds>(i);
        before.flows.push_back(record);
    }
    Snapshot after = before;
    for (FlowRecord& flow : after.flows) flow.first_time += 1'000'000'000;
    after.flows.pop_back();
    const Difference found = compare(before, after);
    CHECK(found.in_both == 49'999);
    CHECK(found.count(Change::kConnectionGone) == 1);
}
