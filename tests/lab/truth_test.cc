// Captures of real kernels, with the truth beside them: what the library makes of each.
#include <cmath>

#include "capture/open.h"
#include "deadpeer/analyzer.h"
#include "deadpeer/names.h"
#include "lab/truth.h"
#include "report/captured_output.h"
#include "report/csv/csv_reports.h"
#include "report/fan_out.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::lab {
namespace {

struct Analysis {
    test::RecordingSink told;
    std::vector<Row> flows;  // flows.csv
};

void feed(const std::filesystem::path& capture, ReportSink& sink) {
    auto source = open_capture(capture.string());
    REQUIRE(source.ok());
    AnalyzerOptions options;
    options.idle_after = 500 * kMillisecond;  // the lab's timers are of a few seconds
    Analyzer analyzer(options, sink);
    REQUIRE(analyzer.read(*source.value(), capture.string()) == ReadStatus::kEnd);
    REQUIRE(analyzer.finish().ok());
}

Analysis analysis_of(const std::filesystem::path& capture) {
    Analysis analysis;
    analysis.flows = rows_of(bytes_written_by([&](int descriptor) {
        const auto flows = CsvReports::to_descriptor(descriptor, Report::kFlows, "/tmp", {});
        FanOut both({&analysis.told, flows.get()});
        feed(capture, both);
    }));
    return analysis;
}

bool is_same_connection(const Row& truth, const Row& flow) {
    for (const char* column : {"initiator", "initiator_port", "responder", "responder_port"}) {
        if (truth.at(column) != flow.at(column)) return false;
    }
    return true;
}

// A SYN that met the connection before it on its ports is a stream of its own for Wireshark, with the
// challenge ACK and the RST; truth.csv does not speak of it.
bool is_failed_attempt(const Row& flow) {
    return flow.at("verdict") == "no_answer" ||
           (flow.at("verdict") == "unknown" && flow.at("reason") == "superseded");
}

bool is_timer(const std::string& column) {
    return column.ends_with("_idle_s") || column.ends_with("_interval_s") || column.ends_with("_period_s");
}

void check_cell(const std::string& column, const std::string& expected, const std::string& actual) {
    INFO(column << ": expected '" << expected << "', got '" << actual << "'");
    if (is_timer(column) && !expected.empty() && !actual.empty()) {
        CHECK(std::abs(std::stod(actual) - std::stod(expected)) <= 0.03 * std::stod(expected));
    } else if (column != "reason" || !expected.empty()) {
        CHECK(actual == expected);
    }
}

std::string side_name(bool initiator) {
    return initiator ? "initiator" : "responder";
}

std::string probers_of(const FlowSummary& flow) {
    const bool initiator = flow.initiator_side.probes > 0;
    const bool responder = flow.responder_side.probes > 0;
    return initiator && responder ? "both" : initiator || responder ? side_name(initiator) : "";
}

std::multiset<std::string> events_about(const Analysis& analysis, std::int64_t stream) {
    std::multiset<std::string> events;
    for (const Finding& finding : analysis.told.findings) {
        const std::string event(to_string(finding.kind));
        if (finding.stream == stream && !is_about_many(event)) events.insert(event);
    }
    return events;
}

const FlowSummary& summary_of(const Analysis& analysis, const Row& flow) {
    const std::uint64_t stream = std::stoull(flow.at("stream"));
    const auto found = std::ranges::find(analysis.told.flows, stream, &FlowSummary::stream);
    REQUIRE(found != analysis.told.flows.end());
    return *found;
}

void check_connection(const Row& truth, const Row& flow, const Analysis& analysis) {
    for (const auto& [column, expected] : truth) {
        if (flow.contains(column)) check_cell(column, expected, flow.at(column));
    }
    const FlowSummary& summary = summary_of(analysis, flow);
    CHECK(probers_of(summary) == truth.at("prober"));
    if (!truth.at("dead_side").empty()) {
        CHECK(summary.failed_side_known);
        CHECK(side_name(summary.failed_side_initiator) == truth.at("dead_side"));
    }
    if (const auto possible = truth.find("also_possible"); possible != truth.end()) {
        const auto alternatives = words_of(flow.at("alternatives"));
        for (const std::string& cause : words_of(possible->second)) {
            INFO(cause << " in " << flow.at("alternatives"));
            CHECK(alternatives.contains(cause));
        }
    }
    auto expected = words_of(truth.at("events"));
    std::erase_if(expected, is_about_many);
    CHECK(events_about(analysis, static_cast<std::int64_t>(summary.stream)) == expected);
}

void check_connections(const Story& story, const Analysis& analysis) {
    std::size_t attempts = 0;
    for (const Row& flow : analysis.flows) attempts += is_failed_attempt(flow) ? 1 : 0;
    std::set<std::string> used;
    for (const Row& truth : story.connections) {
        INFO(truth.at("initiator") << ' ' << truth.at("initiator_port"));
        const auto flow = std::ranges::find_if(analysis.flows, [&](const Row& candidate) {
            return is_same_connection(truth, candidate) && !used.contains(candidate.at("stream")) &&
                   !is_failed_attempt(candidate);
        });
        REQUIRE(flow != analysis.flows.end());
        used.insert(flow->at("stream"));
        INFO("stream " << flow->at("stream"));
        check_connection(truth, *flow, analysis);
    }
    CHECK(used.size() + attempts == analysis.flows.size());
}

void check_events(const Story& story, const Analysis& analysis) {
    std::set<std::string> expected;
    for (const Row& truth : story.connections) {
        for (const std::string& event : words_of(truth.at("events"))) {
            if (is_about_many(event)) expected.insert(event);
        }
    }
    std::multiset<std::string> told;
    for (const Finding& finding : analysis.told.findings) {
        const std::string event(to_string(finding.kind));
        INFO(event << " of frame " << finding.frame);
        if (is_about_many(event)) told.insert(event);
        CHECK(finding.evidence_count > 0);
        for (std::size_t i = 0; i < finding.evidence_count; ++i) {
            CHECK(finding.evidence.at(i) >= 1);
            CHECK(finding.evidence.at(i) <= analysis.told.inputs.at(0).source.frames);
        }
    }
    CHECK(told == std::multiset<std::string>(expected.begin(), expected.end()));
}

TEST_CASE("what became of each connection of the lab") {
    const std::vector<Story> stories = stories_below(TESTDATA_FOLDER);
    CHECK(stories.size() >= 50);
    for (const Story& story : stories) {
        INFO(story.name);
        const Analysis analysis = analysis_of(story.capture);
        check_connections(story, analysis);
        check_events(story, analysis);
    }
}

}  // namespace
}  // namespace deadpeer::lab
