// What is told does not depend on how the frames come: in batches of any size, under any hash, in one file
// or many, with numbers of any size. And what a live capture tells is, in the end, what the file tells.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "analyzer/quiet_source.h"
#include "analyzer/random_life.h"
#include "deadpeer/analyzer.h"
#include "deadpeer/names.h"
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/standing.h"

namespace deadpeer::test {
namespace {

constexpr unsigned kConnections = 50;

struct Way {
    std::size_t batch = FrameBatch::kCapacity;
    std::uint64_t hash_seed = 1;
    StreamNumber first_stream = 0;
    std::uint64_t frames_before = 0;
    std::size_t files = 1;
    bool live = false;
};

void consume(Analyzer& analyzer, std::span<const MortalFrame> frames, std::uint32_t input, const Way& way,
             std::uint64_t before) {
    FrameBatch batch;
    for (const MortalFrame& from : frames) {
        FrameView& frame = batch.frames[batch.count++];
        frame = {};
        frame.data = from.bytes.data();
        frame.captured_length = frame.original_length = static_cast<std::uint32_t>(from.bytes.size());
        frame.time = from.time;
        frame.number = way.frames_before + from.number - before;
        frame.link_type = 101;
    }
    analyzer.consume(batch.view(), input);
}

void advance_to(Analyzer& analyzer, Nanoseconds now) {
    for (auto next = analyzer.next_deadline(); next && *next < now; next = analyzer.next_deadline())
        analyzer.advance_time(*next);
    analyzer.advance_time(now);
}

RecordingSink told(const std::vector<MortalFrame>& frames, const Way& way) {
    AnalyzerOptions options;
    options.hash_seed = way.hash_seed;
    options.first_stream = way.first_stream;
    options.segments = SegmentSelection::kAll;
    RecordingSink sink;
    Analyzer analyzer(options, sink);
    const QuietSource source;
    const std::span<const MortalFrame> all(frames);
    for (std::size_t file = 0; file < way.files; ++file) {
        const std::size_t begin = all.size() * file / way.files;
        const std::size_t end = all.size() * (file + 1) / way.files;
        const std::uint32_t input = analyzer.begin_input("file");
        for (std::size_t at = begin; at < end;) {
            if (way.live) advance_to(analyzer, all[at].time);
            const std::size_t count = std::min(way.batch, end - at);
            consume(analyzer, all.subspan(at, count), input, way, begin);
            at += count;
        }
        analyzer.end_input(input, source, InputSummary::Outcome::kComplete);
    }
    CHECK(analyzer.finish().ok());
    return sink;
}

std::string cell(Nanoseconds time) {
    if (time == kNoTime) return "-";
    return std::to_string(time > MortalTraffic::kStart ? time - MortalTraffic::kStart : time);
}

template <typename... Values>
std::string line(const Values&... values) {
    std::string text;
    ((text += (text.empty() ? "" : " ") + std::string(values)), ...);
    return text;
}

enum class Frames { kNamed, kNot };

using Lines = std::vector<std::string>;

Lines events_of(const RecordingSink& sink, const Way& way, Frames frames) {
    Lines lines;
    for (const Finding& finding : sink.findings) {
        std::string one =
            line(to_string(finding.kind), to_string(finding.reason), to_string(finding.confidence),
                 to_string(finding.severity), cell(finding.time), std::to_string(finding.signs), "stream",
                 std::to_string(static_cast<StreamNumber>(finding.stream) - way.first_stream), "of",
                 to_string(finding.subject.address), std::to_string(finding.subject.port), "count",
                 std::to_string(finding.count), cell(finding.idle), cell(finding.half_open));
        if (frames == Frames::kNamed) {
            one += " frame " + std::to_string(finding.frame - way.frames_before) + " of";
            for (std::size_t i = 0; i < finding.evidence_count; ++i)
                one += ' ' + std::to_string(finding.evidence[i] - way.frames_before);
        }
        lines.push_back(one);
    }
    std::ranges::sort(lines);
    return lines;
}

Lines flows_of(const RecordingSink& sink, const Way& way) {
    Lines lines;
    for (const FlowSummary& flow : sink.flows) {
        lines.push_back(line(std::to_string(flow.stream - way.first_stream), to_string(flow.verdict),
                             to_string(flow.reason), to_string(flow.confidence), cell(flow.verdict_time),
                             std::to_string(flow.signs), to_string(flow.closed), to_string(flow.opened),
                             cell(flow.half_open), cell(flow.initiator_side.keepalive.idle),
                             cell(flow.initiator_side.keepalive.interval),
                             std::to_string(flow.initiator_side.probes), std::to_string(flow.unanswered)));
    }
    std::ranges::sort(lines);
    return lines;
}

Lines segments_of(const RecordingSink& sink, const Way& way) {
    Lines lines;
    for (const SegmentRow& row : sink.segments) {
        lines.push_back(line(std::to_string(row.segment.frame - way.frames_before),
                             std::to_string(row.stream - way.first_stream), to_string(row.kind)));
    }
    return lines;
}

TEST_CASE("rows stay as they are once that was said, and it is said as the capture goes on") {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const RecordingSink sink = told(random_life(seed, kConnections), {});
        INFO(seed);
        CHECK(sink.settled > 0);
        CHECK(sink.settled <= sink.segments.size());
    }
}

TEST_CASE("batches, hashes and large numbers make no difference") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const auto frames = random_life(seed, kConnections);
        const Way plain;
        const RecordingSink expected = told(frames, plain);
        CHECK(!expected.findings.empty());
        std::vector<Way> ways(6);
        ways[0].batch = 1;
        ways[1].batch = 7;
        ways[2].hash_seed = 99 + seed;
        ways[3].first_stream = (StreamNumber{1} << 32) - 20;
        ways[4].first_stream = (StreamNumber{1} << 40) - 20;
        ways[5].frames_before = (std::uint64_t{1} << 32) - 100;
        for (const Way& way : ways) {
            INFO("seed " << seed << ", way " << &way - ways.data());
            const RecordingSink sink = told(frames, way);
            CHECK(events_of(sink, way, Frames::kNamed) == events_of(expected, plain, Frames::kNamed));
            CHECK(flows_of(sink, way) == flows_of(expected, plain));
            CHECK(segments_of(sink, way) == segments_of(expected, plain));
        }
    }
}

TEST_CASE("files one after the other are one file") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const auto frames = random_life(seed, kConnections);
        const Way plain;
        const RecordingSink expected = told(frames, plain);
        for (const std::size_t files : {2U, 5U, 50U}) {
            INFO("seed " << seed << ", files " << files);
            Way way;
            way.files = files;
            const RecordingSink sink = told(frames, way);
            CHECK(events_of(sink, way, Frames::kNot) == events_of(expected, plain, Frames::kNot));
            CHECK(flows_of(sink, way) == flows_of(expected, plain));
        }
    }
}

// What the events say, without what may be known better later.
Lines standing_events_of(const RecordingSink& sink) {
    std::set<std::string> events;
    for (const Finding& finding : standing(sink.findings)) {
        if (finding.kind == EventKind::kPeerRecovered)
            continue;  // of a peer that was told dead too early, too
        // About several connections: which of them it names first may differ.
        const bool of_several =
            finding.kind == EventKind::kIdleTimeoutOnPath || finding.kind == EventKind::kHostRebooted;
        events.insert(
            line(of_several ? "several" : std::to_string(finding.stream), to_string(finding.kind),
                 to_string(finding.reason), "of", to_string(finding.subject.address),
                 of_several ? to_string(finding.peer.address) : std::to_string(finding.subject.port)));
    }
    return {events.begin(), events.end()};
}

// Those of the second that are not in the first. REQUIRES: both in order.
Lines missing(const Lines& from, const Lines& others) {
    Lines lines;
    std::ranges::set_difference(others, from, std::back_inserter(lines));
    return lines;
}

std::map<StreamNumber, std::string> verdicts_of(const RecordingSink& sink) {
    std::map<StreamNumber, std::string> verdicts;
    for (const FlowSummary& flow : sink.flows) {
        CHECK(!verdicts.contains(flow.stream));
        verdicts[flow.stream] = line(to_string(flow.verdict), to_string(flow.reason),
                                     flow.failed_side_initiator ? "initiator" : "responder");
    }
    return verdicts;
}

TEST_CASE("a live capture ends with the verdicts of the file, and has told every event of it") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed " << seed);
        const auto frames = random_life(seed, kConnections);
        Way live;
        live.live = true;
        live.batch = 1;
        const RecordingSink followed = told(frames, live);
        const RecordingSink read = told(frames, {});
        CHECK(verdicts_of(followed) == verdicts_of(read));
        const Lines live_events = standing_events_of(followed);
        const Lines file_events = standing_events_of(read);
        CHECK(missing(live_events, file_events) == Lines{});
        CHECK(missing(file_events, live_events) == Lines{});
    }
}

}  // namespace
}  // namespace deadpeer::test
