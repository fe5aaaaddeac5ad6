// Every scenario in labels/, through the whole Analyzer, for each release of Wireshark. The words after =>
// are the labels of the frame, all of them; a frame without => has none. A word `4.0:NAME` speaks for that
// release only.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "deadpeer/labels.h"
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer {
namespace {

struct Release {
    WiresharkRelease release;
    std::string name;
};

std::string expected_labels(const test::ScenarioFrame& frame, const std::string& release) {
    std::set<std::string> words;
    for (const std::string& word : frame.expected.value_or(test::Words{})) {
        const std::size_t colon = word.find(':');
        if (colon == std::string::npos) words.insert(word);
        if (word.substr(0, colon) == release) words.insert(word.substr(colon + 1));
    }
    std::string text;
    for (const std::string& word : words) text += word + ' ';
    return text;
}

std::string printed_labels(Labels labels) {
    std::set<std::string_view> names;
    for (std::size_t bit = 0; bit < kLabelNames.size(); ++bit) {
        if ((labels.bits() >> bit & 1U) != 0) names.insert(kLabelNames[bit]);
    }
    std::string text;
    for (const std::string_view name : names) text.append(name).append(" ");
    return text;
}

test::Scenario read(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return test::parse_scenario(text.str());
}

void check(const test::Scenario& scenario, const Release& release) {
    test::RecordingSink sink;
    test::ScenarioSource source(scenario);
    AnalyzerOptions options;
    options.wireshark = release.release;
    options.segments = SegmentSelection::kAll;
    analyse(source, options, sink);
    REQUIRE(sink.segments.size() == scenario.frames.size());
    for (const SegmentRow& row : sink.segments) {
        const test::ScenarioFrame& frame = scenario.frames.at(row.segment.frame - 1);
        INFO("line " << frame.line << ", Wireshark " << release.name);
        CHECK(printed_labels(row.labels) == expected_labels(frame, release.name));
    }
}

TEST_CASE("each scenario gets the labels it says") {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SCENARIO_FOLDER)) {
        ++files;
        INFO(entry.path().filename().string());
        const test::Scenario scenario = read(entry.path());
        REQUIRE_FALSE(scenario.frames.empty());
        for (const Release& release : {Release{WiresharkRelease::k4_0, "4.0"},
                                       {WiresharkRelease::k4_4, "4.4"},
                                       {WiresharkRelease::k4_6, "4.6"}}) {
            check(scenario, release);
        }
    }
    CHECK(files >= 1);
}

}  // namespace
}  // namespace deadpeer
