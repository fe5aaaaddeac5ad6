// A live capture tells what the analysis of the finished file tells: the same events about the same sides.
#include <set>

#include "capture/open.h"
#include "deadpeer/names.h"
#include "lab/truth.h"
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer::lab {
namespace {

std::string text_of(const Endpoint& endpoint) {
    return to_string(endpoint.address) + ' ' + std::to_string(endpoint.port);
}

using Analyse = ReadStatus (*)(PacketSource&, const AnalyzerOptions&, ReportSink&);

std::multiset<std::string> events_of(const std::filesystem::path& capture, Analyse analyse) {
    auto source = open_capture(capture.string());
    REQUIRE(source.ok());
    test::RecordingSink sink;
    REQUIRE(analyse(*source.value(), {}, sink) == ReadStatus::kEnd);
    std::multiset<std::string> events;
    for (const Finding& finding : sink.findings) {
        events.insert(std::string(to_string(finding.kind)) + ' ' + std::string(to_string(finding.reason)) +
                      " of " + text_of(finding.subject) + ", peer " + text_of(finding.peer));
    }
    return events;
}

TEST_CASE("a live capture of the lab tells the same events") {
    for (const Story& story : stories_below(TESTDATA_FOLDER)) {
        INFO(story.name);
        CHECK(events_of(story.capture, test::analyse_live) == events_of(story.capture, test::analyse));
    }
}

}  // namespace
}  // namespace deadpeer::lab
