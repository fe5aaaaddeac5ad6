// Every story in verdicts/ with clocks that jump by decades: nothing is told right then, but all is told.
#include <array>
#include <filesystem>
#include <random>

#include "report/csv/csv_reports.h"
#include "report/fan_out.h"
#include "report/temporary_folder.h"
#include "report/text/summary.h"
#include "scenario/story_file.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

// Some frames come at the edges of time, at none, or decades after the one before; the others as told.
void scatter_times(Scenario& scenario, std::mt19937& random) {
    constexpr Nanoseconds kDecade = kLatestTime / 16;
    constexpr std::array<Nanoseconds, 6> kWild = {kEarliestTime, kLatestTime, kNoTime, 0, -1, -kSecond};
    Nanoseconds shift = 0;
    for (ScenarioFrame& frame : scenario.frames) {
        frame.time = std::min(frame.time + shift, kLatestTime);
        switch (random() % 6) {
            case 0:
                frame.time = kWild[random() % kWild.size()];
                break;
            case 1:
                shift += frame.time < kLatestTime - kDecade ? kDecade : 0;
                break;
            case 2:
                shift = -shift;
                break;
            default:
                break;
        }
    }
}

std::string all_reports_of(const Scenario& scenario, bool live) {
    TemporaryFolder folder;
    auto to = ReportFolder::open(folder.file("reports")).value();
    REQUIRE(to->lock());
    const auto reports = CsvReports::to_folder(std::move(to), {}).value();
    Summary summary;
    FanOut sinks({reports.get(), &summary});
    AnalyzerOptions options;
    options.segments = SegmentSelection::kAll;
    options.connection_limits = {{50'000, 1}};
    ScenarioSource source(scenario);
    (live ? analyse_live : analyse)(source, options, sinks);
    return content_of(folder.path() / "reports" / "flows.csv") + summary.text({});
}

TEST_CASE("far-apart times go through the analysis and into all reports") {
    std::mt19937 random(20261125);
    for (const auto& entry : std::filesystem::directory_iterator(VERDICTS_FOLDER)) {
        for (Story& story : read_stories(entry.path())) {
            for (int i = 0; i < 4; ++i) {
                INFO(entry.path().filename().string() << ": " << story.title);
                Scenario scattered = story.scenario;
                scatter_times(scattered, random);
                CHECK_FALSE(all_reports_of(scattered, i % 2 == 1).empty());
            }
        }
    }
}

}  // namespace
}  // namespace deadpeer::test
