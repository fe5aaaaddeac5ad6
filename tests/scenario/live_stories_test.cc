// Every story in verdicts/ as a live capture has it: the events that stand are those of the finished capture.
#include <set>

#include "deadpeer/names.h"
#include "scenario/story_file.h"
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/standing.h"

namespace deadpeer::test {
namespace {

using Analyse = ReadStatus (*)(PacketSource&, const AnalyzerOptions&, ReportSink&);

std::multiset<std::string> events_of(const Scenario& scenario, Analyse analyse) {
    RecordingSink sink;
    ScenarioSource source(scenario);
    analyse(source, {}, sink);
    std::multiset<std::string> events;
    for (const Finding& finding : standing(sink.findings)) {
        events.insert(std::string(to_string(finding.kind)) + ' ' + std::string(to_string(finding.reason)) +
                      " of " + to_string(finding.subject.address) + ' ' +
                      std::to_string(finding.subject.port));
    }
    return events;
}

// What only the later part of a capture tells comes too late for an event.
const std::set<std::string> kToldTooEarly = {
    "one wild time stamp does not age the connection by a day",  // no clock of a live capture does that
    // That the peer recovered is told only where it was told dead.
    "data is sent once more long after it was sent in vain, and acknowledged",
    "heartbeats before a long pause: nobody knows whether they stopped",  // a live capture was there
    "two equal ones among four",  // the first two are all there is, then
    "its peer has forgotten the connection when it goes on: only that one failed",
};

TEST_CASE("the events of each story are the same in a live capture") {
    for (const auto& entry : std::filesystem::directory_iterator(VERDICTS_FOLDER)) {
        for (const Story& story : read_stories(entry.path())) {
            if (kToldTooEarly.contains(story.title)) continue;
            INFO(entry.path().filename().string() << ": " << story.title);
            const auto finished = events_of(story.scenario, analyse);
            CHECK(events_of(story.scenario, analyse_live) == finished);
        }
    }
}

}  // namespace
}  // namespace deadpeer::test
