// Reports are read by the names of their columns, and a row that cannot be is named.
#include "diff/snapshot.h"

#include <algorithm>

#include "diff/report_texts.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

const std::string kFlow =
    "0,10.0.0.1,40000,10.0.0.2,50000,2026-11-21T06:50:00.000000000Z,alive,5,handshake\n";

// The error without the folder's name, which changes.
std::string error_of(const TemporaryFolder& folder) {
    const auto snapshot = load_snapshot(folder.path().string());
    if (snapshot) return {};
    std::string message = snapshot.error().message;
    const std::size_t at = message.find(folder.path().string() + "/");
    return at == std::string::npos ? message : message.erase(at, folder.path().string().size() + 1);
}

std::string error_of(const ReportTexts& texts) {
    const TemporaryFolder folder;
    write_reports(folder.path().string(), texts);
    return error_of(folder);
}

}  // namespace

TEST_CASE("a folder's reports become records") {
    const TemporaryFolder folder;
    write_reports(folder.path().string(), {.flows = kFlow + "7,::1,1,::2,2,,,,guessed\n",
                                           .events = "peer_dead,10.0.0.2,50000,10.0.0.1,1795243800.5\n"
                                                     "host_rebooted,10.0.0.2,,,1795243800.5\n"
                                                     "host_rebooted,,,,1795243800.5\n"
                                                     "capture_gap,,,,1795243800.5\n"
                                                     "capacity_warning,10.0.0.2,443,,1795243800.5\n"
                                                     "idle_timeout_on_path,10.0.0.2,,10.0.0.1,1795243800.5\n",
                                           .hosts = "10.0.0.1,\"a, \"\"b\"\"\",7200,0.5,9\n10.0.0.2,,,,\n"});
    const auto loaded = load_snapshot(folder.path().string());
    REQUIRE(loaded.ok());
    const Snapshot& snapshot = loaded.value();
    REQUIRE(snapshot.flows.size() == 2);
    CHECK(snapshot.flows[0].initiator.port == 40000);
    CHECK(to_string(snapshot.flows[0].responder.address) == "10.0.0.2");
    CHECK(snapshot.flows[0].first_time == 1'795'243'800 * kSecond);
    CHECK(snapshot.flows[0].verdict == Verdict::kAlive);
    CHECK(snapshot.flows[0].verdict_frame == 5);
    CHECK_FALSE(snapshot.flows[0].roles_guessed);
    CHECK(snapshot.flows[1].roles_guessed);
    CHECK(snapshot.flows[1].first_time == kNoTime);
    CHECK(snapshot.flows[1].verdict == Verdict::kNone);
    REQUIRE(snapshot.events.size() == 3);  // those that no verdict says, about somebody
    CHECK(snapshot.events[1].subject.port == 443);
    CHECK(to_string(snapshot.events[2].peer) == "10.0.0.1");
    CHECK(snapshot.events[2].time == 1'795'243'800 * kSecond + 500 * kMillisecond);
    REQUIRE(snapshot.hosts.size() == 2);
    CHECK(snapshot.hosts[0].name == "a, \"b\"");
    CHECK(snapshot.hosts[0].interval == 500 * kMillisecond);
    CHECK(snapshot.hosts[1].idle == kNoTime);
    CHECK(snapshot.hosts[1].count == 0);
}

TEST_CASE("other columns beside them, another order and another dialect make no difference") {
    const TemporaryFolder folder;
    write_reports(folder.path().string(), {});
    for (const char delimiter : {',', ';', '|', '\t'}) {
        std::string text =
            "verdict,new_column,verdict_frame,first_utc,responder_port,responder,initiator_port,initiator,"
            "stream,roles\r\n"
            "alive,\"x\",5,1795243800.000000000,50000,10.0.0.2,40000,10.0.0.1,0,guessed\r\n";
        std::replace(text.begin(), text.end(), ',', delimiter);
        INFO(text);
        write_file(folder.file("flows.csv"), "\xef\xbb\xbf" + text);
        const auto loaded = load_snapshot(folder.path().string());
        REQUIRE(loaded.ok());
        REQUIRE(loaded.value().flows.size() == 1);
        CHECK(loaded.value().flows[0].first_time == 1'795'243'800 * kSecond);
        CHECK(loaded.value().flows[0].initiator.port == 40000);
    }
}

TEST_CASE("a bad row is named by file and line, and what is wrong with it") {
    CHECK(error_of({.flows = kFlow + "1,10.0.0.1,x,10.0.0.2,50000,,alive,,guessed\n"}) ==
          "flows.csv, line 3: initiator_port must be a number from 0 to 65535, not \"x\".");
    CHECK(error_of({.flows = "1,10.0.0.1,1,10.0.0.2,50000,,weary,,guessed\n"}) ==
          "flows.csv, line 2: verdict must be one that this version knows, not \"weary\".");
    CHECK(error_of({.flows = "1,10.0.0.1,1,10.0.0.2\n"}).find("line 2") != std::string::npos);
    CHECK(error_of({.flows = kFlow + "\n"}).find("line 3") != std::string::npos);
    CHECK(error_of({.events = "host_rebooted,somebody,,,\n"}) ==
          "events.csv, line 2: subject must be an IP address, not \"somebody\".");
    CHECK(error_of({.hosts = "10.0.0.1,,,fast,\n"}) ==
          "hosts.csv, line 2: keepalive_interval_s must be a number of seconds, not \"fast\".");
}

TEST_CASE("a missing column is named") {
    const TemporaryFolder folder;
    write_reports(folder.path().string(), {});
    write_file(folder.file("hosts.csv"), "host,name,keepalive_idle_s,keepalive_count\n");
    CHECK(error_of(folder) == "hosts.csv, line 1: there is no column keepalive_interval_s.");
}

TEST_CASE("what is not a report is told") {
    const TemporaryFolder folder;
    CHECK(error_of(folder) ==
          "Cannot read flows.csv: No such file or directory. Name a folder that -o wrote.");
    write_reports(folder.path().string(), {});
    for (const std::string text : {"", "\n", "host", "host:name\n", "10.0.0.1,db\n", "\xd4\xc3\xb2\xa1"}) {
        write_file(folder.file("hosts.csv"), text);
        CHECK(error_of(folder) ==
              "hosts.csv, line 1: this is not the header of a report. Name a folder that -o wrote.");
    }
    std::filesystem::remove(folder.file("hosts.csv"));
    std::filesystem::create_directory(folder.file("hosts.csv"));
    CHECK(error_of(folder) ==
          "Cannot read hosts.csv: it is a folder, not a report. Name a folder that -o wrote.");
}
