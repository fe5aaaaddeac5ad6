#include "report/live/live_reports.h"

#include <sys/stat.h>

#include <algorithm>

#include "report/full_disk.h"
#include "report/grouped.h"
#include "report/sample_rows.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

constexpr Nanoseconds kMorning = 1'795'240'800 * kSecond;  // 2026-11-21T06:00:00Z
constexpr Nanoseconds kHour = 3600 * kSecond;

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

Finding missed_probe(std::uint32_t count = 2) {
    Finding finding;
    finding.kind = EventKind::kProbesUnanswered;
    finding.time = kMorning;
    finding.stream = 3;
    finding.subject = sample_key(1, 2).high();
    finding.peer = sample_key(1, 2).low();
    finding.count = count;
    return finding;
}

// A live run: the reports, what they complained of, and the connections that are open.
struct Live {
    explicit Live(LiveReportOptions with = {}) : options(std::move(with)) {
        options.complain = [this](const std::string& cause) { complaints.push_back(cause); };
    }
    void start() {
        auto folder = ReportFolder::open(place.path().string()).value();
        REQUIRE(folder->lock());
        auto opened = LiveReports::open(std::move(folder), options, kMorning);
        REQUIRE(opened.ok());
        reports = std::move(opened).value();
        reports->on_input_begin(0, "eth0");
    }
    [[nodiscard]] LiveReports::Feed feed() const {
        return [this](ReportSink& sink) {
            sink.on_input_begin(0, "eth0");
            sink.on_input_end(0, sample_input("eth0", 5 * kSecond));
            for (const std::uint64_t stream : open) sink.on_flow(sample_flow(stream));
            return sink.finish({});
        };
    }
    [[nodiscard]] std::string text(const std::string& name) const { return content_of(place.file(name)); }
    [[nodiscard]] std::vector<std::string> streams(const std::string& flows) const {
        std::vector<std::string> all;
        const std::string content = text(flows);
        for (std::size_t at = content.find('\n') + 1; at < content.size(); at = content.find('\n', at) + 1) {
            all.push_back(content.substr(at, content.find(',', at) - at));
        }
        return all;
    }

    TemporaryFolder place;
    LiveReportOptions options;
    std::vector<std::string> complaints;
    std::vector<std::uint64_t> open;
    std::unique_ptr<LiveReports> reports;
};

using Streams = std::vector<std::string>;

}  // namespace

TEST_CASE("events are in the file at once, as the offline report writes them") {
    Live live;
    live.start();
    CHECK(lines(live.text("events.csv")) == 1);
    live.reports->on_finding(missed_probe());
    const std::string row =
        "2026-11-21T06:00:00.000000000Z,eth0,,3,probes_unanswered,info,10.0.0.2,50000,10.0.0.1,";
    CHECK(contains(live.text("events.csv"), "\n" + row));
    CHECK(lines(live.text("events.csv")) == 2);
    CHECK_FALSE(fs::exists(live.place.file("flows.csv")));

    const TemporaryFolder offline;
    auto folder = ReportFolder::open(offline.path().string()).value();
    const auto csv = CsvReports::to_folder(std::move(folder), {}).value();
    csv->on_input_begin(0, "eth0");
    csv->on_finding(missed_probe());
    REQUIRE(csv->finish({}).ok());
    CHECK(content_of(offline.file("events.csv")) == live.text("events.csv"));
}

TEST_CASE("a publication is a whole report of what ended and what is open, in stream order") {
    Live live;
    live.start();
    for (const std::uint64_t stream : {4U, 1U, 2U}) live.reports->on_flow(sample_flow(stream));
    live.open = {0, 3, 5};
    live.reports->on_segment(sample_probe(7));
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(live.streams("flows.csv") == Streams{"0", "1", "2", "3", "4", "5"});
    CHECK(lines(live.text("hosts.csv")) == 3);
    CHECK(contains(live.text("hosts.csv"), "\n10.0.0.1,,6,"));
    CHECK(lines(live.text("segments.csv")) == 2);
    CHECK(contains(live.text("capture.csv"), "\neth0,pcap,"));
    CHECK(contains(live.text("flows.csv"), "\n0,eth0,1,9,10.0.0.1,"));
    // And again: what ended stays.
    live.open = {5};
    live.reports->on_flow(sample_flow(0));
    live.reports->on_flow(sample_flow(3));
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(live.streams("flows.csv") == Streams{"0", "1", "2", "3", "4", "5"});
    CHECK(live.place.entries() == 6);
    CHECK(live.complaints.empty());
}

TEST_CASE("the last publication needs nobody: it has been told everything") {
    Live live;
    live.start();
    Finding reboot = missed_probe();
    reboot.kind = EventKind::kHostRebooted;
    live.reports->on_finding(reboot);
    for (const std::uint64_t stream : {2U, 0U, 1U}) live.reports->on_flow(sample_flow(stream));
    live.reports->on_input_end(0, sample_input("eth0", 5 * kSecond));
    REQUIRE(live.reports->finish({}).ok());
    CHECK(live.streams("flows.csv") == Streams{"0", "1", "2"});
    CHECK(lines(live.text("capture.csv")) == 2);
    CHECK(contains(live.text("hosts.csv"), ",1,2026-11-21T06:00:00.000000000Z,"));  // reboots, the last
    CHECK_FALSE(live.reports->lost_something());
}

TEST_CASE("incidents.csv is of what holds: what was taken back is not in the next publication") {
    Live live;
    live.start();
    Finding death = missed_probe();
    death.kind = EventKind::kPeerDead;
    death.severity = Severity::kCritical;
    live.reports->on_finding(death);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(lines(live.text("incidents.csv")) == 2);
    CHECK(contains(live.text("incidents.csv"),
                   "\n1,peer_dead,critical,,10.0.0.2,,50000,1,2026-11-21T06:00:00"));
    Finding change = death;
    change.kind = EventKind::kVerdictChanged;
    change.severity = Severity::kInfo;
    change.taken_back = EventKind::kPeerDead;
    live.reports->on_finding(change);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(lines(live.text("incidents.csv")) == 1);
    // A period has its own.
    live.reports->on_finding(death);
    REQUIRE(live.reports->rotate(live.feed(), kMorning + kHour));
    CHECK(lines(live.text("20261121T060000Z/incidents.csv")) == 2);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(lines(live.text("incidents.csv")) == 1);
}

TEST_CASE("what was lost up to then stands in each row") {
    std::uint64_t lost = 0;
    Live live;
    live.options.lost_frames = [&](std::uint32_t) { return lost; };
    live.start();
    live.reports->on_finding(missed_probe());
    lost = 12;
    live.reports->on_finding(missed_probe());
    live.reports->on_flow(sample_flow(0));
    CHECK(live.reports->publish([](ReportSink& sink) { return sink.finish({}); }));
    const std::string events = live.text("events.csv");
    CHECK(contains(events, ",tcp.stream eq 3,,"));
    CHECK(contains(events, ",tcp.stream eq 3,12,"));
    CHECK(live.text("flows.csv").ends_with(",12,,,,,,,,,,\n"));
    CHECK(live.text("hosts.csv").ends_with(",12,,\n"));
}

TEST_CASE("an interface that is gone keeps its row") {
    Live live;
    live.start();
    live.reports->on_input_begin(1, "eth1");
    live.reports->on_input_begin(2, "eth2");
    live.reports->on_input_end(1, sample_input("eth1", 5 * kSecond));
    REQUIRE(live.reports->publish([](ReportSink& sink) {
        for (const std::uint32_t input : {0U, 2U}) {
            sink.on_input_begin(input, input == 0 ? "eth0" : "eth2");
            sink.on_input_end(input, sample_input("still there", 5 * kSecond));
        }
        return sink.finish({});
    }));
    const std::string capture = live.text("capture.csv");
    CHECK(lines(capture) == 4);
    for (const char* row : {"\neth0,", "\neth1,", "\neth2,"}) CHECK(contains(capture, row));
}

TEST_CASE("segment rows are updated until their period is over") {
    Live live;
    live.start();
    const SegmentRowId early = live.reports->on_segment(sample_probe(1));
    SegmentRow answered = sample_probe(1);
    answered.answered_by_frame = 4242;
    live.reports->update_segment(early, answered);
    REQUIRE(live.reports->rotate(live.feed(), kMorning + 1));
    CHECK(contains(live.text("20261121T060000Z/segments.csv"), ",4242,"));
    const SegmentRowId late = live.reports->on_segment(sample_probe(2));
    CHECK(late != early);
    answered.answered_by_frame = 777;
    live.reports->update_segment(early, answered);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK_FALSE(contains(live.text("segments.csv"), ",777,"));
    answered.answered_by_frame = 888;
    live.reports->update_segment(late, answered);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(contains(live.text("segments.csv"), ",888,"));
    CHECK(contains(live.text("20261121T060000Z/segments.csv"), ",4242,"));
}

TEST_CASE("segment rows that may prove something are there once an event or a verdict names them") {
    Live live;
    live.start();
    for (const std::uint64_t frame : {61U, 62U, 63U, 64U}) live.reports->on_segment(sample_candidate(frame));
    live.reports->on_segment(sample_probe(65));
    SegmentRow partial = sample_candidate(65);  // of what has a row
    partial.partial = true;
    live.reports->on_segment(partial);
    Finding finding = missed_probe();
    for (const std::uint64_t frame : {62U, 65U}) finding.add_evidence(frame);
    live.reports->on_finding(finding);
    live.reports->on_finding(finding);
    FlowSummary flow = sample_flow(0);
    flow.verdict = Verdict::kSuspect;
    flow.verdict_frame = 64;
    live.reports->on_flow(flow);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(lines(live.text("segments.csv")) == 4);
    for (const char* frame : {"\neth0,62,", "\neth0,64,", "\neth0,65,"})
        CHECK(contains(live.text("segments.csv"), frame));
}

TEST_CASE("without segments there is no segments.csv, and updates go nowhere") {
    Live live({.csv = {.reports = ReportSet().set().reset(index(Report::kSegments))}});
    live.start();
    live.reports->update_segment(live.reports->on_segment(sample_probe(1)), sample_probe(1));
    REQUIRE(live.reports->publish(live.feed()));
    CHECK_FALSE(fs::exists(live.place.file("segments.csv")));
}

TEST_CASE("a period's reports move into its folder; open connections go on into the next") {
    Live live({.rotation = {.every = kHour}, .keep = 2});
    live.start();
    live.reports->on_flow(sample_flow(0));
    live.reports->on_finding(missed_probe(2));
    live.open = {1};
    CHECK_FALSE(live.reports->rotation_due(kMorning + kHour - 1));
    CHECK(live.reports->rotation_due(kMorning + kHour));
    REQUIRE(live.reports->rotate(live.feed(), kMorning + kHour));
    CHECK_FALSE(live.reports->rotation_due(kMorning + 2 * kHour - 1));
    CHECK(live.reports->next_boundary() == kMorning + 2 * kHour);
    CHECK(live.streams("20261121T060000Z/flows.csv") == Streams{"0", "1"});
    CHECK(lines(live.text("20261121T060000Z/events.csv")) == 2);
    CHECK(lines(live.text("events.csv")) == 1);
    live.reports->on_finding(missed_probe(3));
    live.reports->on_flow(sample_flow(7));
    REQUIRE(live.reports->rotate(live.feed(), kMorning + 2 * kHour));
    CHECK(live.streams("20261121T070000Z/flows.csv") == Streams{"1", "7"});
    CHECK(contains(live.text("20261121T070000Z/events.csv"), " did not answer 3 keepalive probes"));
    REQUIRE(live.reports->rotate(live.feed(), kMorning + 3 * kHour));
    CHECK_FALSE(fs::exists(live.place.file("20261121T060000Z")));
    CHECK(fs::exists(live.place.file("20261121T070000Z/events.csv")));
    CHECK(fs::exists(live.place.file("20261121T080000Z/events.csv")));
}

TEST_CASE("a period ends by the size of what ended in it; open connections count for nothing") {
    Live live({.rotation = {.bytes = 10'000}});
    live.start();
    for (std::uint64_t stream = 0; stream < 1000; ++stream) live.open.push_back(stream);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK_FALSE(live.reports->rotation_due(kMorning));
    for (int i = 0; i < 100; ++i) live.reports->on_finding(missed_probe());
    CHECK(live.reports->rotation_due(kMorning));
    REQUIRE(live.reports->rotate(live.feed(), kMorning));
    CHECK_FALSE(live.reports->rotation_due(kMorning));
    for (std::uint64_t stream = 0; stream < 100; ++stream) live.reports->on_flow(sample_flow(stream));
    CHECK(live.reports->rotation_due(kMorning));
}

TEST_CASE("reports of an earlier run are moved aside, those of a killed one, too") {
    Live live({.keep = 3});
    write_file(live.place.file("events.csv"),
               "time_utc\n2026-11-21T05:00:00.000000000Z,whole\n2026-11-21T05:0");
    write_file(live.place.file(".flows.csv.tmp"), "half a re");
    live.start();
    CHECK(live.text("20261121T050000Z/events.csv") == "time_utc\n2026-11-21T05:00:00.000000000Z,whole\n");
    CHECK(lines(live.text("events.csv")) == 1);
    CHECK_FALSE(fs::exists(live.place.file(".flows.csv.tmp")));
    CHECK(live.place.entries() == 2);
}

TEST_CASE("a folder that takes no file is refused at the start") {
    auto folder = ReportFolder::open("/proc/self").value();
    const auto opened = LiveReports::open(std::move(folder), {}, kMorning);
    REQUIRE_FALSE(opened.ok());
    CHECK(contains(opened.error().message, "/proc/self/events.csv: "));
}

TEST_CASE("a full disk: told once, events wait, the old reports stay; then all is written") {
    Live live;
    live.start();
    live.open = {0};
    REQUIRE(live.reports->publish(live.feed()));
    const std::string flows = live.text("flows.csv");
    const std::string events = live.text("events.csv");
    live.open.push_back(1);
    {
        const FullDisk full(events.size() + 10);
        for (int second = 1; second < 100; ++second) {
            live.reports->on_finding(missed_probe());
            live.reports->on_flow(sample_flow(static_cast<std::uint64_t>(second) + 1));
            live.reports->flush(kMorning + second * kSecond);
            CHECK_FALSE(live.reports->publish(live.feed()));
        }
        CHECK(live.text("events.csv") == events);
        CHECK(live.text("flows.csv") == flows);
        CHECK(live.place.entries() == 6);
        CHECK(live.reports->lost_something());
    }
    REQUIRE(live.complaints.size() == 2);
    CHECK(contains(live.complaints[0], "/events.csv: "));
    CHECK(contains(live.complaints[1], "File too large"));
    live.reports->flush(kMorning + 200 * kSecond);
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(lines(live.text("events.csv")) == 100);
    CHECK(lines(live.text("flows.csv")) == 102);
    CHECK(live.reports->rows_lost() == 0);
    CHECK(live.reports->lost_something());  // for a while it was not there
    REQUIRE(live.complaints.size() == 4);
    CHECK(contains(live.complaints[2], "events.csv is written again; no row was lost"));
    CHECK(contains(live.complaints[3], "up to date again"));
    live.reports->flush(kMorning + 300 * kSecond);
    CHECK(live.complaints.size() == 4);
    CHECK(live.reports->finish({}).ok());
}

TEST_CASE("events that still wait at the end are lost") {
    Live live;
    live.start();
    const FullDisk full(live.text("events.csv").size());
    live.reports->on_finding(missed_probe());
    CHECK(live.reports->rows_lost() == 0);
    CHECK_FALSE(live.reports->finish({}).ok());
    CHECK(live.reports->rows_lost() == 1);
}

TEST_CASE("what a full disk cost is said at the end") {
    Live live;
    live.start();
    {
        const FullDisk full(0);
        for (std::uint64_t stream = 0; stream < 40'000; ++stream) live.reports->on_flow(sample_flow(stream));
    }
    CHECK(live.reports->rows_lost() > 0);
    live.reports->flush(kMorning + 10 * kSecond);
    const Status status = live.reports->finish({});
    REQUIRE_FALSE(status.ok());
    CHECK(contains(status.error().message, grouped(live.reports->rows_lost()) + " rows were lost"));
    CHECK(lines(live.text("flows.csv")) == 40'001 - live.reports->rows_lost());
}

TEST_CASE("a period that cannot be written goes on, and is tried again a minute later") {
    Live live({.rotation = {.every = kHour}});
    live.start();
    live.reports->on_finding(missed_probe());
    live.reports->on_flow(sample_flow(0));
    {
        const FullDisk full(10);
        CHECK_FALSE(live.reports->rotate(live.feed(), kMorning + kHour));
    }
    CHECK_FALSE(live.reports->rotation_due(kMorning + kHour + 59 * kSecond));
    CHECK(live.reports->rotation_due(kMorning + kHour + 60 * kSecond));
    REQUIRE(live.reports->rotate(live.feed(), kMorning + kHour + 60 * kSecond));
    CHECK(live.streams("20261121T060000Z/flows.csv") == Streams{"0"});
    CHECK(lines(live.text("20261121T060000Z/events.csv")) == 2);
    CHECK(live.reports->next_boundary() == kMorning + 2 * kHour);
}

TEST_CASE("the capture is looked after while rows are written") {
    int pauses = 0;
    Live live({.meanwhile = [&] { ++pauses; }});
    live.start();
    for (std::uint64_t stream = 0; stream < 10'000; ++stream) live.reports->on_flow(sample_flow(stream));
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(pauses > 9);
}

TEST_CASE("what ends while its row waits stands in the report as it ended; nothing told then is lost") {
    Live live;
    live.start();
    live.reports->on_segment(sample_probe(1));
    const auto feed = [&](ReportSink& sink) {
        sink.on_flow(sample_flow(0));
        live.reports->on_flow(sample_flow(2));
        sink.on_early_flow(sample_flow(2));
        live.reports->on_flow(sample_flow(0));
        live.reports->on_segment(sample_probe(2));
        sink.on_flow(sample_flow(1));
        sink.on_flow(sample_flow(3));
        return sink.finish({});
    };
    REQUIRE(live.reports->rotate(feed, kMorning + kHour));
    CHECK(live.streams("20261121T060000Z/flows.csv") == Streams{"0", "1", "2", "3"});
    CHECK(lines(live.text("20261121T060000Z/segments.csv")) == 2);
    live.open = {1, 3};
    REQUIRE(live.reports->publish(live.feed()));
    CHECK(live.streams("flows.csv") == Streams{"0", "1", "2", "3"});
    CHECK(lines(live.text("segments.csv")) == 2);
}
