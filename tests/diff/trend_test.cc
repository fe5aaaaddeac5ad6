// What became of a problem from run to run.
#include "diff/trend.h"

#include <fmt/format.h>

#include "diff/report_texts.h"
#include "diff/trend_report.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

// A run whose connections of one service have these verdicts.
ReportTexts run_of(const std::vector<std::string>& verdicts, const std::string& server = "10.0.0.2,443") {
    static int port = 1;
    ReportTexts texts;
    for (const std::string& verdict : verdicts) {
        texts.flows += fmt::format("0,10.0.0.1,{},{},5,{},,handshake\n", port++, server, verdict);
    }
    return texts;
}

Trend trend_of(const std::vector<ReportTexts>& runs) {
    Trend trend;
    int number = 1;
    for (const ReportTexts& texts : runs) {
        const TemporaryFolder folder;
        write_reports(folder.path().string(), texts);
        auto run = load_snapshot(folder.path().string());
        INFO((run ? "" : run.error().message));
        REQUIRE(run.ok());
        trend.add(fmt::format("day{}", number++), run.value());
    }
    return trend;
}

// The text without the line of counts.
std::string told(const std::vector<ReportTexts>& runs) {
    const Trend trend = trend_of(runs);
    std::string text = trend_text(trend, trend.rows());
    return text.erase(text.rfind("Runs: "));
}

}  // namespace

TEST_CASE("a tendency is told where more than half of the pairs of runs agree on it") {
    using Counts = std::vector<std::uint64_t>;
    for (const Counts& more :
         {Counts{0, 1}, Counts{1, 2, 3}, Counts{0, 0, 1}, Counts{5, 5, 5, 6}, Counts{1, 0, 2, 3, 5}}) {
        CHECK(tendency_of(more) == Tendency::kMore);
        CHECK(tendency_of(Counts(more.rbegin(), more.rend())) == Tendency::kFewer);
    }
    for (const Counts& steady :
         {Counts{3}, Counts{2, 2, 2}, Counts{1, 2, 1}, Counts{0, 1, 0}, Counts{10, 11, 9, 12, 10, 11}}) {
        CHECK(tendency_of(steady) == Tendency::kSteady);
    }
}

TEST_CASE("new, chronic and resolved problems of a service, whatever the ports") {
    CHECK(told({run_of({"alive"}), run_of({"idle", "closed"}), run_of({"peer_dead", "peer_dead"})}) ==
          "New in the last run (1):\n"
          "  10.0.0.1 > 10.0.0.2:443: peer_dead in 1 of 3 runs, day3: 0 0 2\n");
    CHECK(told({run_of({"peer_dead"}), run_of({"closed"}), run_of({"peer_dead"})}) ==
          "Chronic (1):\n"
          "  10.0.0.1 > 10.0.0.2:443: peer_dead in 2 of 3 runs, first day1, last day3: 1 0 1\n");
    CHECK(told({run_of({"peer_dead", "peer_dead"}), run_of({"peer_dead"}), run_of({"closed"})}) ==
          "Not in the last run (1):\n"
          "  10.0.0.1 > 10.0.0.2:443: peer_dead in 2 of 3 runs, first day1, last day2: 2 1 0\n");
    CHECK(told({run_of({"closed", "alive", "idle", "unknown", "scan", ""}), run_of({}), run_of({})}) ==
          "No problem in any run.\n");
}

TEST_CASE("a problem of a service that nobody used in the last run is not called resolved") {
    CHECK(told({run_of({"peer_reset"}), run_of({"closed"}), run_of({"closed"}, "10.0.0.3,443")}) ==
          "Not to be judged: nothing of them is in the last run (1):\n"
          "  10.0.0.1 > 10.0.0.2:443: peer_reset in 1 of 3 runs (seen in 2), day1: 1 0 0\n");
}

TEST_CASE("problems of most runs come first, and events are told of hosts") {
    const auto with_events = [](ReportTexts texts, const std::string& events) {
        texts.events = events;
        texts.hosts = "10.0.0.1,,,,\n10.0.0.2,db\x1b,,,\n";
        return texts;
    };
    const std::string timeout = "idle_timeout_on_path,10.0.0.2,,10.0.0.1,";
    CHECK(told({with_events(run_of({"path_dead"}), timeout + "1\n"),
                with_events(run_of({"path_dead", "no_answer"}), ""),
                with_events(run_of({"path_dead", "no_answer"}),
                            timeout + "7\n" + timeout + "8\n" + "host_rebooted,10.0.0.1,,,9\n")}) ==
          "New in the last run (1):\n"
          "  10.0.0.1: host_rebooted in 1 of 3 runs, day3: 0 0 1\n"
          "Chronic (3):\n"
          "  10.0.0.1 > 10.0.0.2:443 (db\\x1B): path_dead in 3 of 3 runs, first day1, last day3: 1 1 1\n"
          "  10.0.0.2 (db\\x1B) and 10.0.0.1: idle_timeout_on_path in 2 of 3 runs, first day1, last day3: 1 "
          "0 2\n"
          "  10.0.0.1 > 10.0.0.2:443 (db\\x1B): no_answer in 2 of 3 runs, first day2, last day3, getting "
          "more: 0 1 1\n");
}

TEST_CASE("roles that were guessed follow what an earlier run has seen") {
    ReportTexts guessed;
    guessed.flows = "0,10.0.0.2,443,10.0.0.1,50000,5,peer_dead,,guessed\n";
    const Trend trend = trend_of({run_of({"peer_dead"}), guessed, guessed});
    const auto rows = trend.rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].counts == std::vector<std::uint64_t>{1, 1, 1});
    CHECK(rows[0].seen == 3);
}

TEST_CASE("of many runs the last counts are told, in CSV all") {
    std::vector<ReportTexts> runs(20, run_of({"suspect"}));
    runs.back() = run_of({"suspect"}, "2001:db8::2,443");
    const Trend trend = trend_of(runs);
    const auto rows = trend.rows();
    const std::string text = trend_text(trend, rows);
    CHECK(text.find("suspect in 19 of 20 runs (seen in 19), first day1, last day19: "
                    "... 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 0\n") != std::string::npos);
    CHECK(trend_counts(trend, rows) ==
          "Runs: 20; problems new 1, chronic 0 (getting more 0), resolved 0, absent 1\n");
}
