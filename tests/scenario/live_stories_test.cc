// Every story in verdicts/ as a live capture has it: the events are those of the finished capture.
#include <set>

#include "deadpeer/names.h"
#include "scenario/story_file.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

using Analyse = ReadStatus (*)(PacketSource&, const AnalyzerOptions&, ReportSink&);

std::multiset<std::string> events_of(const Scenario& scenario, Analyse analyse) {
    RecordingSink sink;
    ScenarioSource source(scenario);
    analyse(source, {}, sink);
    std::multiset<std::string> events;
    for (const Finding& finding : sink.findings) {
        events.insert(std::string(to_string(finding.kind)) + ' ' + std::string(to_string(finding.reason)) +
                      " of " + to_string(finding.subject.address) + ' ' +
                      std::to_string(finding.subject.port));
    }
    return events;
}

// What only the later part of a capture tells comes too late for an event.
const std::set<std::string> kToldTooEarly = {
    "a RST that neither side heeds: the connection goes on",     // by segments more than half a second later
    "one wild time stamp does not age the connection by a day",  // no clock of a live capture does that
    // A live capture waits for an answer no longer than one and a half intervals, and then takes it back.
    "new data shows that who probed in vain has not given up; its ACK is the other side's sign of life",
    "so is data",
    "data is sent once more long after it was sent in vain, and acknowledged",
    "heartbeats before a long pause: nobody knows whether they stopped",  // a live capture was there
    "two equal ones among four",  // the first two are all there is, then
    "its peer has forgotten the connection when it goes on: only that one failed",
};

// That a host rebooted may show later than that it lost a connection: then both are told.
void take_back_lost_state(std::multiset<std::string>& live, const std::multiset<std::string>& finished) {
    for (auto event = live.begin(); event != live.end();) {
        constexpr std::string_view kLost = "peer_lost_state";
        const bool lost = event->starts_with(kLost) && !finished.contains(*event);
        const bool rebooted = lost && live.contains("peer_rebooted" + event->substr(kLost.size()));
        event = rebooted ? live.erase(event) : std::next(event);
    }
}

TEST_CASE("the events of each story are the same in a live capture") {
    for (const auto& entry : std::filesystem::directory_iterator(VERDICTS_FOLDER)) {
        for (const Story& story : read_stories(entry.path())) {
            if (kToldTooEarly.contains(story.title)) continue;
            INFO(entry.path().filename().string() << ": " << story.title);
            const auto finished = events_of(story.scenario, analyse);
            auto live = events_of(story.scenario, analyse_live);
            take_back_lost_state(live, finished);
            CHECK(live == finished);
        }
    }
}

}  // namespace
}  // namespace deadpeer::test
