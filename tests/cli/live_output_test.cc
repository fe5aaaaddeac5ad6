// What a live capture publishes when the disk of its reports is the trouble.
#include "cli/live/live_output.h"

#include <filesystem>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;

TEST_CASE("what was forgotten is no matter to be quiet about") {
    Settings settings;
    settings.live.emplace();
    settings.quiet = true;
    const Tables tables = load_tables({}).value();
    std::vector<std::string> complaints;
    LiveOutput output(settings, tables, [&](const std::string& text) { complaints.push_back(text); });
    REQUIRE(output.open());
    REQUIRE(output.start(kSecond, {[] {}, [](std::size_t) { return true; }}));
    output.conclude(output.sink().finish({.connections = 5, .evicted_flows = 3}), 2 * kSecond, "");
    REQUIRE(complaints.size() == 1);
    CHECK(complaints[0].starts_with("3 connections were forgotten"));
}

TEST_CASE("metrics go on while reports cannot be written") {
    const TemporaryFolder folder;
    Settings settings;
    settings.live.emplace();
    settings.output = folder.file("reports");
    settings.live->metrics = folder.file("deadpeer.prom");
    const Tables tables = load_tables({}).value();
    std::vector<std::string> complaints;
    LiveOutput output(settings, tables, [&](const std::string& text) { complaints.push_back(text); });
    REQUIRE(output.open());
    REQUIRE(output.start(kSecond, {[] {}, [](std::size_t) { return true; }}));

    std::filesystem::remove_all(settings.output);
    const auto one_connection = [](ReportSink& sink) {
        InputSummary input;
        input.name = "eth0";
        sink.on_input_end(0, input);
        RunSummary run;
        run.connections = 1;
        return sink.finish(run);
    };
    output.publish(one_connection, 2 * kSecond);
    CHECK(complaints.size() == 1);
    const std::string metrics = content_of(settings.live->metrics);
    CHECK(metrics.find("\ndeadpeer_connections_total 1\n") != std::string::npos);
    CHECK(metrics.find("\ndeadpeer_interface_up{interface=\"eth0\"} 1\n") != std::string::npos);
    CHECK(metrics.find("\ndeadpeer_failed_publications_total 1\n") != std::string::npos);
}
