#include "report/html/ladder_book.h"
#include "report/html/ladder_svg.h"
#include "report/html/markup.h"
#include "report/sample_rows.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

using Kind = Step::Kind;

// A segment of the lower (10.0.0.1:40000) or the higher end.
SegmentRow row(std::int64_t milliseconds, Direction direction, SegmentKind kind = SegmentKind::kOrdinary,
               std::uint32_t bytes = 0, std::uint16_t flags = kAck) {
    SegmentRow made;
    made.segment.key = sample_key(1, 2);
    made.segment.time = milliseconds * kMillisecond;
    made.segment.frame = static_cast<std::uint64_t>(milliseconds) + 1;
    made.segment.direction = direction;
    made.segment.payload_length = bytes;
    made.segment.flags = flags;
    made.kind = kind;
    return made;
}

constexpr Direction kLow = Direction::kFromLow;
constexpr Direction kHigh = Direction::kFromHigh;

LadderStory story() {
    LadderStory made;
    made.left = sample_key(1, 2).low();
    made.failed = sample_key(1, 2).high();
    made.failure_is_known = true;
    made.last_heard = 61'020 * kMillisecond;
    made.decided = 200'000 * kMillisecond;
    made.first_evidence = 121'001;
    return made;
}

// An exchange, an answered probe, three that were not, and the RST of who gave up.
LadderBook death() {
    LadderBook book;
    for (int i = 0; i < 10; ++i) book.add(row(i, i % 2 == 0 ? kLow : kHigh, SegmentKind::kOrdinary, 100));
    book.add(row(61'000, kLow, SegmentKind::kKeepaliveProbe));
    book.add(row(61'020, kHigh, SegmentKind::kKeepaliveAck));
    for (int i = 0; i < 3; ++i) book.add(row(121'000 + 10'000 * i, kLow, SegmentKind::kKeepaliveProbe));
    book.add(row(151'000, kLow, SegmentKind::kOrdinary, 0, kRst | kAck));
    return book;
}

std::string drawn(const std::vector<Step>& steps, const LadderStory& of) {
    std::string out;
    const auto decisive = decisive_steps(steps, of);
    draw_ladder(out, decisive, static_cast<std::size_t>(decisive.data() - steps.data()), of, Named(nullptr),
                1);
    return out;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a book keeps the latest segments one by one, and draws together what is older") {
    LadderBook book;
    for (int i = 0; i < 1000; ++i) book.add(row(i, i % 2 == 0 ? kLow : kHigh, SegmentKind::kOrdinary, 100));
    for (int i = 1; i <= 100; ++i) {
        book.add(row(60'000 * i, kLow, SegmentKind::kKeepaliveProbe));
        book.add(row(60'000 * i + 20, kHigh, SegmentKind::kKeepaliveAck));
    }
    const auto* steps = book.of(0);
    REQUIRE(steps != nullptr);
    CHECK(steps->size() <= LadderBook::kMostSteps);
    CHECK(steps->back().time == 6'000'020 * kMillisecond);
    CHECK(steps->at(0).kind == Kind::kExchange);
    CHECK(steps->at(0).count == 1000);
    CHECK(steps->at(0).bytes == 100'000);
    CHECK(steps->at(1).kind == Kind::kKeepalives);
    std::uint32_t probes = 0;
    for (const Step& step : *steps) {
        if (step.kind == Kind::kKeepalives || step.kind == Kind::kProbe) probes += step.count;
    }
    CHECK(probes == 100);
}

TEST_CASE("copies and segments without a time are no steps") {
    LadderBook book;
    book.add(row(1, kLow, SegmentKind::kDuplicateFrame));
    SegmentRow timeless = row(1, kLow);
    timeless.segment.time = kNoTime;
    book.add(timeless);
    CHECK(book.of(0) == nullptr);
}

TEST_CASE("live, a connection that ended without harm is forgotten, and one that died is not") {
    for (const bool live : {false, true}) {
        LadderBook book(live);
        FlowSummary flow = sample_flow(0);
        flow.closed = Closed::kByFin;
        flow.verdict = Verdict::kClosed;
        book.add(row(1, kLow));
        book.on_flow(flow);
        CHECK((book.of(0) == nullptr) == live);
        book.add(row(1, kLow));
        flow.verdict = Verdict::kPeerDead;
        book.on_flow(flow);
        CHECK(book.of(0) != nullptr);
    }
}

TEST_CASE("the memory of a book is bounded: connections that closed go first") {
    LadderBook book;
    constexpr StreamNumber kClosed = 40'000;
    constexpr StreamNumber kMany = 400'000;
    for (StreamNumber stream = 0; stream < kMany; ++stream) {
        SegmentRow segment = row(static_cast<std::int64_t>(stream), kLow, SegmentKind::kOrdinary, 1);
        segment.stream = stream;
        if (stream < kClosed) segment.segment.flags = kFin | kAck;
        book.add(segment);
        segment.segment.direction = kHigh;
        book.add(segment);
    }
    CHECK(book.of(0) == nullptr);
    CHECK(book.of(kClosed) != nullptr);
    std::size_t kept = 0;
    for (StreamNumber stream = 0; stream < kMany; ++stream) kept += book.of(stream) != nullptr ? 1 : 0;
    CHECK(kept > 50'000);
    CHECK(kept * 2 * sizeof(Step) < LadderBook::kMostBytes);
}

TEST_CASE("the decisive steps begin four before the first evidence and end with the last frame") {
    const LadderBook book = death();
    const auto& steps = *book.of(0);
    const auto decisive = decisive_steps(steps, story());
    REQUIRE(decisive.size() == 8);
    CHECK(decisive.front().time == 8 * kMillisecond);
    CHECK(decisive.back().flags == (kRst | kAck));
    LadderStory earlier = story();
    earlier.decided = 141'000 * kMillisecond;
    CHECK(decisive_steps(steps, earlier).back().time == 141'000 * kMillisecond);
    earlier.decided = -1;
    CHECK(decisive_steps(steps, earlier).empty());
}

TEST_CASE("what nobody answered is a probe before another, or the last; data may be followed by data") {
    const std::vector<Step> steps = {{.kind = Kind::kProbe}, {.kind = Kind::kAnswer, .direction = kHigh},
                                     {.kind = Kind::kProbe}, {.bytes = 9},
                                     {.bytes = 9},           {.direction = kHigh},
                                     {.bytes = 9},           {.bytes = 9, .kind = Kind::kRetransmission}};
    std::vector<std::size_t> unanswered;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (is_unanswered(steps, i)) unanswered.push_back(i);
    }
    CHECK(unanswered == std::vector<std::size_t>{6, 7});
}

TEST_CASE("a ladder tells silence, what was not answered, and when the dead side was heard last") {
    const LadderBook book = death();
    const std::string svg = drawn(*book.of(0), story());
    CHECK(count(svg, "class=\"lost\"") == 3);
    CHECK(count(svg, "keepalive probe 1, no answer") == 3);
    CHECK(count(svg, "60 s of silence") == 1);
    CHECK(count(svg, "61 s of silence") == 1);
    CHECK(count(svg, "10 s of silence") == 3);
    CHECK(count(svg, "class=\"life dead\"") == 1);
    CHECK(count(svg, ">last heard<") == 1);
    CHECK(count(svg, "8 earlier steps") == 1);
    CHECK(count(svg, "class=\"rst\"") == 1);
    CHECK(svg.find("10.0.0.2:50000 was heard last at 00:01:01.020.") != std::string::npos);
    // Seen from the other end the arrows turn.
    LadderStory turned = story();
    std::swap(turned.left, turned.failed);
    CHECK(drawn(*book.of(0), turned) != svg);
}

TEST_CASE("text of others is no markup, however long") {
    std::string out;
    say(out, Html{"<a href=\"x\">&'\x1b\xff"});
    CHECK(out == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\\x1B\xef\xbf\xbd");
    CHECK(shortened("abc", 3) == "abc");
    CHECK(shortened("abcd", 3) == "abc\u2026");
    CHECK(shortened("\u00e9\u00e9\u00e9", 2) == "\u00e9\u00e9\u2026");
}

TEST_CASE("coordinates have one decimal at most") {
    std::string out;
    say(out, Coordinate{1.0}, " ", Coordinate{99.96}, " ", Coordinate{33.333});
    CHECK(out == "1 100 33.3");
}
