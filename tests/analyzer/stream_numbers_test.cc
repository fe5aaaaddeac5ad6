// Numbers of connections do not wrap: with the first just below 2^32 all is told as with the first 0.
#include <algorithm>
#include <vector>

#include "analyzer/live_story.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

constexpr StreamNumber kNearWrap = (StreamNumber{1} << 32) - 2;

// Of four connections the first fails, the next two have a heartbeat, which stops, and the last takes the
// 4-tuple of the first.
std::string story() {
    std::string text = "endpoint C 10.0.0.1:40001\nendpoint D 10.0.0.1:40002\n";
    for (const std::string name : {"A", "C", "D"}) {
        text += "+0.1 " + name + ">B S 100:100(0)\n+0.01 B>" + name + " S. 200:200(0) ack 101\n+0.01 " +
                name + ">B . 101:101(0) ack 201\n";
    }
    for (int i = 0; i < 6; ++i) {
        const std::string seq = std::to_string(101 + 5 * i);
        const std::string end = std::to_string(106 + 5 * i);
        for (const std::string name : {"C", "D"}) {
            text += "+5 " + name + ">B P. " + seq + ":" + end + "(5) ack 201\n+0 B>" + name +
                    " . 201:201(0) ack " + end + "\n";
        }
        if (i < 3) text += "+0 A>B . 100:100(0) ack 201\n";
    }
    return text + "+100 A>B S 9100:9100(0)\n+0.01 B>A S. 9200:9200(0) ack 9101\n";
}

AnalyzerOptions counting_from(StreamNumber first) {
    AnalyzerOptions options;
    options.segments = SegmentSelection::kAll;
    options.first_stream = first;
    return options;
}

struct Told {
    std::vector<std::string> kinds;  // second by second
    std::vector<StreamNumber> findings;
    std::vector<StreamNumber> segments;
    std::vector<StreamNumber> flows;

    bool operator==(const Told&) const = default;
};

// The numbers less the first.
Told told_of(StreamNumber first) {
    Told told;
    LiveStory live(story(), counting_from(first));
    for (int second = 0; second <= 300; ++second) told.kinds.push_back(live.told_until(second * kSecond));
    told.kinds.push_back(live.told_by_finish());
    for (const Finding& finding : live.sink().findings)
        told.findings.push_back(static_cast<StreamNumber>(finding.stream) - first);
    for (const SegmentRow& row : live.sink().segments) told.segments.push_back(row.stream - first);
    for (const FlowSummary& flow : live.sink().flows) told.flows.push_back(flow.stream - first);
    return told;
}

TEST_CASE("what a live capture tells goes on across the number 2^32") {
    const Told told = told_of(kNearWrap);
    CHECK(told == told_of(0));
    CHECK(told.segments.back() == 3);
    CHECK(std::ranges::count(told.kinds, "path_dead") == 1);
    CHECK(std::ranges::count(told.kinds, "heartbeat_stopped") == 2);
    CHECK(told.flows == std::vector<StreamNumber>{0, 1, 2, 3});
}

}  // namespace
}  // namespace deadpeer::test
