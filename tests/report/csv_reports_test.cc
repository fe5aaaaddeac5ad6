#include "report/csv/csv_reports.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "report/captured_output.h"
#include "report/rfc4180.h"
#include "report/sample_rows.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<CsvReports> reports_in(const std::string& path, const CsvOptions& options = {}) {
    auto folder = ReportFolder::open(path);
    REQUIRE(folder.ok());
    REQUIRE(folder.value()->lock());
    auto reports = CsvReports::to_folder(std::move(folder).value(), options);
    REQUIRE(reports.ok());
    return std::move(reports).value();
}

// The cells of a report by row and column name.
class Table {
public:
    explicit Table(const std::string& text) {
        auto rows = read_rfc4180(text);
        REQUIRE(rows.has_value());
        REQUIRE_FALSE(rows->empty());
        rows_ = std::move(*rows);
        for (const CsvRow& row : rows_) CHECK(row.size() == rows_.front().size());
    }
    [[nodiscard]] std::size_t rows() const { return rows_.size() - 1; }
    [[nodiscard]] std::string cell(std::size_t row, const std::string& column) const {
        const CsvRow& header = rows_.front();
        const auto place = std::find(header.begin(), header.end(), column);
        REQUIRE(place != header.end());
        return rows_.at(row + 1).at(static_cast<std::size_t>(place - header.begin()));
    }

private:
    std::vector<CsvRow> rows_;
};

// One report of what `feed(sink)` tells, as printed to a descriptor.
template <typename Feed>
Table table_of(Report report, const Feed& feed) {
    return Table(bytes_written_by([&](int descriptor) {
        const auto reports = CsvReports::to_descriptor(descriptor, report, "/tmp", {});
        feed(*reports);
        REQUIRE(reports->finish({}).ok());
    }));
}

void one_input(CsvReports& reports, Nanoseconds last_time = 5 * kSecond) {
    reports.on_input_begin(0, "/data/trace.pcap");
    reports.on_input_end(0, sample_input("/data/trace.pcap", last_time));
}

}  // namespace

TEST_CASE("a run without rows has all reports, with headers only") {
    const TemporaryFolder folder;
    REQUIRE(reports_in(folder.path().string())->finish({}).ok());
    for (const ReportInfo& report : kReports) {
        const std::string text = content_of(folder.file(std::string(report.name) + ".csv"));
        INFO(report.name);
        CHECK(Table(text).rows() == 0);
    }
    CHECK(folder.entries() == kReports.size());
}

TEST_CASE("capture.csv: every frame is in one place") {
    const Table table = table_of(Report::kCapture, [](CsvReports& reports) {
        one_input(reports);
        InputSummary refused;
        refused.name = "=evil.pcap";
        refused.outcome = InputSummary::Outcome::kRefused;
        refused.outcome_detail = "not a capture";
        reports.on_input_begin(1, refused.name);
        reports.on_input_end(1, refused);
    });
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, "file") == "trace.pcap");
    CHECK(table.cell(0, "link_types") == "ETHERNET;147");
    CHECK(table.cell(0, "frames") == "100");
    CHECK(table.cell(0, "tcp_segments") == "91");
    CHECK(table.cell(0, "skipped") == "10");
    CHECK(table.cell(0, "skipped_reasons") == "not_ip=7;not_tcp=3");
    CHECK(table.cell(0, "dropped_by_capture").empty());
    CHECK(table.cell(0, "status") == "complete");
    CHECK(table.cell(1, "file") == "'=evil.pcap");
    CHECK(table.cell(1, "first_utc").empty());
    CHECK(table.cell(1, "status") == "refused");
    CHECK(table.cell(1, "status_detail") == "not a capture");
}

TEST_CASE("segments.csv: an answer that comes later is added to its probe") {
    const Table table = table_of(Report::kSegments, [](CsvReports& reports) {
        reports.on_input_begin(0, "trace.pcap");
        const SegmentRowId first = reports.on_segment(sample_probe(3));
        reports.on_segment(sample_probe(4));
        SegmentRow answered = sample_probe(3);
        answered.answered_by_frame = 12;
        answered.rtt = 20 * kMillisecond;
        reports.update_segment(first, answered);
    });
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, "file") == "trace.pcap");
    CHECK(table.cell(0, "frame") == "3");
    CHECK(table.cell(0, "time_utc") == "1970-01-01T00:00:03.000000000Z");
    CHECK(table.cell(0, "src") == "10.0.0.1");
    CHECK(table.cell(0, "src_port") == "40000");
    CHECK(table.cell(0, "dst") == "10.0.0.2");
    CHECK(table.cell(0, "seq") == "4294967295");
    CHECK(table.cell(0, "flags") == "A");
    CHECK(table.cell(0, "wireshark_labels") == "keep_alive");
    CHECK(table.cell(0, "kind") == "keepalive_probe");
    CHECK(table.cell(0, "idle_before_s") == "75");
    CHECK(table.cell(0, "answered_by_frame") == "12");
    CHECK(table.cell(0, "rtt_s") == "0.02");
    CHECK(table.cell(1, "answered_by_frame").empty());
    CHECK(table.cell(1, "rtt_s").empty());
}

TEST_CASE("segments.csv: a reader has rows as soon as they stay as they are") {
    const TemporaryFolder folder;
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    const auto arrived = [&] {
        std::string text(1 << 16, '\0');
        text.resize(
            static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends[0], text.data(), text.size()))));
        return text;
    };
    const auto reports = CsvReports::to_descriptor(ends[1], Report::kSegments, folder.path().string(), {});
    for (const std::uint64_t frame : {5U, 6U, 7U}) reports->on_segment(sample_probe(frame));
    CHECK(arrived().empty());
    reports->on_segments_settled(1);
    SegmentRow answered = sample_probe(6);
    answered.answered_by_frame = 4242;
    reports->update_segment(1, answered);
    const std::string first = arrived();
    CHECK(std::count(first.begin(), first.end(), '\n') == 2);  // with the header
    reports->on_segments_settled(2);
    const std::string second = arrived();
    CHECK(std::count(second.begin(), second.end(), '\n') == 1);
    CHECK(second.find(",4242,") != std::string::npos);
    REQUIRE(reports->finish({}).ok());
    const std::string last = arrived();
    CHECK(std::count(last.begin(), last.end(), '\n') == 1);
    for (const int end : ends) ::close(end);
}

TEST_CASE("segments.csv: a provisional row appears only if it is settled") {
    const Table table = table_of(Report::kSegments, [](CsvReports& reports) {
        SegmentRow row = sample_probe(1);
        row.provisional = true;
        reports.on_segment(row);
        const SegmentRowId second = reports.on_segment(row);
        row = sample_probe(2);
        reports.update_segment(second, row);
    });
    REQUIRE(table.rows() == 1);
    CHECK(table.cell(0, "frame") == "2");
}

TEST_CASE("segments.csv: what may prove something appears if a finding or a verdict names it") {
    const Table table = table_of(Report::kSegments, [](CsvReports& reports) {
        Finding finding;
        finding.add_evidence(6);
        reports.on_finding(finding);  // before the row, as of the segment at hand
        for (const std::uint64_t frame : {5U, 6U, 7U}) reports.on_segment(sample_candidate(frame));
        SegmentRow other = sample_candidate(6);
        other.file = 1;
        reports.on_segment(other);
        FlowSummary flow = sample_flow(0);
        flow.verdict = Verdict::kPeerDead;
        flow.verdict_frame = 7;
        reports.on_flow(flow);
        flow.verdict = Verdict::kAlive;
        flow.verdict_frame = 5;
        reports.on_flow(flow);
    });
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, "frame") == "6");
    CHECK(table.cell(0, "ttl") == "63");
    CHECK(table.cell(0, "ip_id") == "4711");
    CHECK(table.cell(1, "frame") == "7");
}

TEST_CASE("segments.csv: of a connection that goes on in the next input its frames are found in both") {
    const Table table = table_of(Report::kSegments, [](CsvReports& reports) {
        reports.on_segment(sample_candidate(60));
        SegmentRow next = sample_candidate(2);
        next.file = 1;
        reports.on_segment(next);
        Finding finding;
        finding.stream = 0;
        finding.file = 1;
        finding.add_evidence(60);
        finding.add_evidence(2);
        reports.on_finding(finding);
    });
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, "frame") == "60");
    CHECK(table.cell(1, "frame") == "2");
}

TEST_CASE("segments.csv: a partial row takes its place, unless the whole one is there") {
    const Table table = table_of(Report::kSegments, [](CsvReports& reports) {
        reports.on_segment(sample_candidate(3));
        reports.on_segment(sample_probe(8));
        SegmentRow partial = sample_candidate(3);
        partial.partial = true;
        reports.on_segment(partial);
        partial.segment.frame = 5;
        reports.on_segment(partial);
        partial.header_known = true;
        partial.segment.frame = 9;
        reports.on_segment(partial);
        Finding finding;
        for (const std::uint64_t frame : {3U, 5U, 9U}) finding.add_evidence(frame);
        reports.on_finding(finding);
    });
    REQUIRE(table.rows() == 4);
    CHECK(table.cell(0, "frame") == "3");
    CHECK(table.cell(0, "seq") == "4294967295");
    CHECK(table.cell(1, "frame") == "5");
    CHECK(table.cell(1, "src") == "10.0.0.1");
    for (const char* unknown : {"seq", "ack", "len", "window", "ip_id"})
        CHECK(table.cell(1, unknown).empty());
    CHECK(table.cell(2, "frame") == "8");
    CHECK(table.cell(3, "frame") == "9");
    CHECK(table.cell(3, "ack") == "7");
    CHECK(table.cell(3, "seq").empty());
}

TEST_CASE("segments.csv: all flags and all labels") {
    const Table table = table_of(Report::kSegments, [](CsvReports& reports) {
        SegmentRow row = sample_probe(1);
        row.segment.flags = 0xff;
        for (unsigned bit = 0; bit < kLabelNames.size(); ++bit) row.labels |= static_cast<Label>(1U << bit);
        row.kind = SegmentKind::kOrdinary;
        row.train_position = 0;
        reports.on_segment(row);
    });
    CHECK(table.cell(0, "flags") == "FSRPAUEC");
    CHECK(table.cell(0, "wireshark_labels") ==
          "keep_alive keep_alive_ack zero_window_probe zero_window_probe_ack zero_window window_full "
          "window_update lost_segment ack_lost_segment duplicate_ack retransmission fast_retransmission "
          "spurious_retransmission out_of_order reused_ports");
    CHECK(table.cell(0, "kind").empty());
    CHECK(table.cell(0, "train_position").empty());
}

TEST_CASE("flows.csv: rows come out in stream order, with their cells") {
    const Table table = table_of(Report::kFlows, [](CsvReports& reports) {
        reports.on_input_begin(0, "a.pcap");
        reports.on_input_begin(1, "b.pcap");
        FlowSummary late = sample_flow(2);
        late.first_file = 1;
        reports.on_flow(late);
        FlowSummary reset = sample_flow(1);
        reset.initiator = Direction::kFromHigh;
        reset.roles_guessed = false;
        reset.opened = Opened::kHandshake;
        reset.closed = Closed::kByRst;
        reset.initiator_side.probes = 9;
        reset.initiator_side.keepalive = {7200 * kSecond, 75 * kSecond, 9, false};
        reports.on_flow(reset);
        FlowSummary first = sample_flow(0);
        first.last_time = first.first_time - 1;
        reports.on_flow(first);
    });
    REQUIRE(table.rows() == 3);
    CHECK(table.cell(0, "stream") == "0");
    CHECK(table.cell(0, "duration_s").empty());  // the clock was set back
    CHECK(table.cell(0, "verdict").empty());
    CHECK(table.cell(1, "stream") == "1");
    CHECK(table.cell(1, "initiator") == "10.0.0.2");
    CHECK(table.cell(1, "initiator_port") == "50000");
    CHECK(table.cell(1, "responder") == "10.0.0.1");
    CHECK(table.cell(1, "roles") == "handshake");
    CHECK(table.cell(1, "closed") == "rst");
    CHECK(table.cell(1, "duration_s") == "5");
    CHECK(table.cell(1, "initiator_probes") == "9");
    CHECK(table.cell(1, "initiator_keepalive_idle_s") == "7200");
    CHECK(table.cell(1, "initiator_keepalive_count") == "9");
    CHECK(table.cell(1, "responder_keepalive_count").empty());
    CHECK(table.cell(1, "wireshark_filter") == "tcp.stream eq 1");
    CHECK(table.cell(1, "community_id").size() == 30);
    CHECK(table.cell(2, "file") == "b.pcap");
}

TEST_CASE("events.csv: sorted by time, and stable") {
    const Table table = table_of(Report::kEvents, [](CsvReports& reports) {
        reports.on_input_begin(0, "trace.pcap");
        Finding finding;
        finding.kind = EventKind::kPeerDead;
        finding.severity = Severity::kCritical;
        finding.subject = sample_key(1, 2).high();
        finding.evidence = {3, 5};
        finding.evidence_count = 2;
        for (const Nanoseconds time : {9 * kSecond, 2 * kSecond, 2 * kSecond}) {
            finding.time = time;
            ++finding.stream;
            reports.on_finding(finding);
        }
    });
    REQUIRE(table.rows() == 3);
    CHECK(table.cell(0, "stream") == "1");
    CHECK(table.cell(1, "stream") == "2");
    CHECK(table.cell(2, "stream") == "0");
    CHECK(table.cell(0, "event") == "peer_dead");
    CHECK(table.cell(0, "severity") == "critical");
    CHECK(table.cell(0, "subject") == "10.0.0.2");
    CHECK(table.cell(0, "peer").empty());
    CHECK(table.cell(0, "frame").empty());
    CHECK(table.cell(0, "evidence_frames") == "3 5");
    CHECK(table.cell(0, "wireshark_filter") == "tcp.stream eq 1");
}

TEST_CASE("flows.csv: profiles, heartbeats, timeouts and the explanation") {
    const Table table = table_of(Report::kFlows, [](CsvReports& reports) {
        FlowSummary flow = sample_flow(0);
        flow.initiator_side.probes = 9;
        flow.initiator_side.keepalive = {7200 * kSecond, 75 * kSecond, 9, false};
        flow.responder_side.probes = 4;
        flow.responder_side.keepalive = {300 * kSecond, 100 * kSecond, 3, false};
        flow.verdict = Verdict::kPeerDead;
        flow.reason = Reason::kProbesExhausted;
        flow.idle_at_failure = 360 * kSecond;
        flow.idle_survived = 300 * kSecond;
        reports.on_flow(flow);
        flow = sample_flow(1);
        flow.verdict = Verdict::kAlive;
        flow.reason = Reason::kHeartbeat;
        flow.heartbeat_by_responder = true;
        flow.heartbeat_period = 1'000'000'600;
        flow.heartbeat_protocol = 1;
        flow.idle_at_failure = 360 * kSecond;
        reports.on_flow(flow);
        flow = sample_flow(2);
        flow.verdict = Verdict::kPeerRebooted;
        flow.confidence = Confidence::kMedium;
        flow.idle_at_failure = 360 * kSecond;
        flow.idle_survived = 300 * kSecond;
        reports.on_flow(flow);
        flow.stream = 3;
        flow.confidence = Confidence::kHigh;
        reports.on_flow(flow);
    });
    REQUIRE(table.rows() == 4);
    CHECK(table.cell(0, "keepalive_profile") == "Linux;lwIP;Redis server");
    CHECK(table.cell(0, "matching_timeouts") ==
          "AWS Network Load Balancer (350 s);AWS Network Firewall (350 s);AWS security group (Nitro v6) (350 "
          "s);AWS NAT gateway (350 s);AWS Gateway Load Balancer (350 s);AWS PrivateLink endpoint (350 s);AWS "
          "Global Accelerator (340 s, unverified)");
    CHECK(table.cell(0, "explanation")
              .starts_with(
                  "10.0.0.2:50000 stopped responding, and 10.0.0.1:40000 gave up. After 6 min of silence "));
    CHECK(table.cell(0, "heartbeat_side").empty());
    CHECK(table.cell(0, "heartbeat_protocol").empty());
    CHECK(table.cell(1, "keepalive_profile").empty());
    CHECK(table.cell(1, "matching_timeouts").empty());
    CHECK(table.cell(2, "matching_timeouts") == table.cell(0, "matching_timeouts"));
    CHECK(table.cell(3, "matching_timeouts").empty());
    CHECK(table.cell(1, "heartbeat_side") == "responder");
    CHECK(table.cell(1, "heartbeat_period_s") == "1.000001");
    CHECK(table.cell(1, "heartbeat_protocol") == "mqtt");
}

TEST_CASE("events.csv: a filter for the connection, or else for the host") {
    const Table table = table_of(Report::kEvents, [](CsvReports& reports) {
        Finding finding;
        finding.kind = EventKind::kCapacityWarning;
        finding.subject = sample_key(1, 2).high();
        reports.on_finding(finding);
        finding.kind = EventKind::kHostRebooted;
        finding.stream = 3;
        finding.subject.address.is_v6 = true;
        reports.on_finding(finding);
        finding.kind = EventKind::kCaptureGap;
        finding.stream = -1;
        finding.subject = {};
        reports.on_finding(finding);
    });
    CHECK(table.cell(0, "wireshark_filter") == "ip.addr == 10.0.0.2");
    CHECK(table.cell(1, "wireshark_filter") == "ipv6.addr == a00:2::");
    CHECK(table.cell(2, "wireshark_filter").empty());
    CHECK(table.cell(2, "explanation").starts_with("The capture lost frames"));
}

TEST_CASE("what an input lost stands in the rows of its connections and events, and in all of hosts.csv") {
    const auto tell = [](CsvReports& reports) {
        for (const std::uint32_t file : {0U, 1U}) {
            reports.on_input_begin(file, "a.pcap");
            FlowSummary flow = sample_flow(file);
            flow.first_file = flow.last_file = file;
            Finding finding;
            finding.file = file;
            finding.time = file;
            InputSummary input = sample_input("a.pcap", 5 * kSecond);
            input.source.dropped_by_capture = 7 * file;
            reports.on_input_end(file, input);
            reports.on_flow(flow);
            reports.on_finding(finding);
        }
    };
    for (const Report report : {Report::kFlows, Report::kEvents}) {
        const Table table = table_of(report, tell);
        CHECK(table.cell(0, "capture_loss").empty());
        CHECK(table.cell(1, "capture_loss") == "7");
    }
    const Table hosts = table_of(Report::kHosts, tell);
    CHECK(hosts.cell(0, "capture_loss") == "7");
}

TEST_CASE("hosts.csv: the keepalive of a host, its reboots and what it lost") {
    const Table table = table_of(Report::kHosts, [](CsvReports& reports) {
        FlowSummary flow = sample_flow(0);
        flow.verdict = Verdict::kIdle;
        reports.on_flow(flow);
        flow = sample_flow(1);
        flow.verdict = Verdict::kPeerRebooted;
        flow.failed_side_known = true;
        flow.initiator_side.probes = 3;
        flow.initiator_side.probes_answered = 1;
        flow.initiator_side.keepalive = {7200 * kSecond, 75 * kSecond, 9, false};
        flow.responder_side.resets = 1;
        reports.on_flow(flow);
        Finding finding;
        finding.kind = EventKind::kHostRebooted;
        finding.subject = {sample_key(1, 2).high().address, 0};
        finding.time = 7 * kSecond;
        reports.on_finding(finding);
    });
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, "name").empty());
    CHECK(table.cell(0, "idle_at_end") == "1");
    CHECK(table.cell(0, "keepalive_idle_s") == "7200");
    CHECK(table.cell(0, "keepalive_interval_s") == "75");
    CHECK(table.cell(0, "keepalive_count") == "9");
    CHECK(table.cell(0, "keepalive_profile") == "Linux;lwIP");
    CHECK(table.cell(0, "probes_sent") == "3");
    CHECK(table.cell(0, "reboots") == "0");
    CHECK(table.cell(0, "last_reboot_utc").empty());
    CHECK(table.cell(1, "keepalive_idle_s").empty());
    CHECK(table.cell(1, "keepalive_profile").empty());
    CHECK(table.cell(1, "probes_received") == "3");
    CHECK(table.cell(1, "probes_unanswered") == "2");
    CHECK(table.cell(1, "resets_sent") == "1");
    CHECK(table.cell(1, "reboots") == "1");
    CHECK(table.cell(1, "last_reboot_utc") == "1970-01-01T00:00:07.000000000Z");
    CHECK(table.cell(1, "connections_lost") == "1");
    CHECK(table.cell(1, "connections_lost_state") == "0");
}

TEST_CASE("flows.csv: what the inventory did not expect is part of the advice") {
    const TemporaryFolder folder;
    write_file(folder.file("hosts.csv"), "address,name,idle\n10.0.0.1,\"a \"\"b\"\"\",60\n");
    const auto inventory = Inventory::load(folder.file("hosts.csv"));
    REQUIRE(inventory.ok());
    CsvOptions options;
    options.inventory = &inventory.value();
    const Table table(bytes_written_by([&](int descriptor) {
        const auto reports = CsvReports::to_descriptor(descriptor, Report::kFlows, "/tmp", options);
        FlowSummary flow = sample_flow(0);
        flow.verdict = Verdict::kAlive;
        flow.reason = Reason::kRecentTraffic;
        flow.initiator_side.probes = 1;
        flow.initiator_side.keepalive.idle = 7200 * kSecond;
        reports->on_flow(flow);
        REQUIRE(reports->finish({}).ok());
    }));
    CHECK(table.cell(0, "what") == "Both ends are alive.");
    CHECK(table.cell(0, "evidence") == "Segments passed until shortly before the end of the capture.");
    CHECK(table.cell(0, "advice") == "Nothing to do. 10.0.0.1 (a \"b\") probes after 2 h, expected 60 s.");
    CHECK(table.cell(0, "explanation") ==
          table.cell(0, "what") + " " + table.cell(0, "evidence") + " " + table.cell(0, "advice"));
}

TEST_CASE("hosts.csv: names come from the inventory, made harmless") {
    const TemporaryFolder folder;
    write_file(folder.file("hosts.csv"), "address,name\n10.0.0.1,=cmd\n");
    const auto inventory = Inventory::load(folder.file("hosts.csv"));
    REQUIRE(inventory.ok());
    CsvOptions options;
    options.inventory = &inventory.value();
    const Table table(bytes_written_by([&](int descriptor) {
        const auto reports = CsvReports::to_descriptor(descriptor, Report::kHosts, "/tmp", options);
        reports->on_flow(sample_flow(0));
        REQUIRE(reports->finish({}).ok());
    }));
    CHECK(table.cell(0, "name") == "'=cmd");
    CHECK(table.cell(1, "name").empty());
}

TEST_CASE("incidents.csv: what the events of one cause tell, with names made harmless") {
    const TemporaryFolder folder;
    write_file(folder.file("hosts.csv"), "address,name\n10.0.0.1,=cmd\n10.0.0.2,\"a \"\"b\"\"\"\n");
    const auto inventory = Inventory::load(folder.file("hosts.csv"));
    REQUIRE(inventory.ok());
    CsvOptions options;
    options.inventory = &inventory.value();
    const Table table(bytes_written_by([&](int descriptor) {
        const auto reports = CsvReports::to_descriptor(descriptor, Report::kIncidents, "/tmp", options);
        one_input(*reports);
        Finding finding;
        finding.kind = EventKind::kPeerDead;
        finding.severity = Severity::kCritical;
        finding.confidence = Confidence::kHigh;
        finding.subject = sample_key(1, 2).high();
        finding.peer = sample_key(1, 2).low();
        finding.time = 100 * kSecond;
        finding.half_open = 90 * kSecond;
        finding.stream = 7;
        finding.add_evidence(4);
        finding.add_evidence(9);
        reports->on_finding(finding);
        finding.stream = 3;
        finding.half_open = 80 * kSecond;
        reports->on_finding(finding);
        finding.severity = Severity::kWarning;
        finding.subject.address.bytes[3] = 77;
        reports->on_finding(finding);
        REQUIRE(reports->finish({}).ok());
    }));
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, "incident") == "1");
    CHECK(table.cell(0, "cause") == "peer_dead");
    CHECK(table.cell(0, "severity") == "critical");
    CHECK(table.cell(0, "confidence") == "high");
    CHECK(table.cell(0, "subject") == "10.0.0.2");
    CHECK(table.cell(0, "subject_name") == "a \"b\"");
    CHECK(table.cell(0, "service") == "50000");
    CHECK(table.cell(0, "connections") == "2");
    CHECK(table.cell(0, "first_utc") == "1970-01-01T00:01:40.000000000Z");
    CHECK(table.cell(0, "last_heard_utc") == "1970-01-01T00:00:20.000000000Z");
    CHECK(table.cell(0, "half_open_s") == "90");
    CHECK(table.cell(0, "streams") == "3 7");
    CHECK(table.cell(0, "events") == "peer_dead=2");
    CHECK(table.cell(0, "peers") == "10.0.0.1 (=cmd)");
    CHECK(table.cell(0, "file") == "trace.pcap");
    CHECK(table.cell(0, "evidence_frames") == "4 9");
    CHECK(table.cell(0, "wireshark_filter") == "ip.addr == 10.0.0.2 && ip.addr == 10.0.0.1");
    CHECK(table.cell(1, "incident") == "2");
    CHECK(table.cell(1, "wireshark_filter") == "tcp.stream eq 3");
    CHECK(table.cell(1, "subject_name").empty());
}

TEST_CASE("hosts.csv: one row per address") {
    const Table table = table_of(Report::kHosts, [](CsvReports& reports) {
        one_input(reports);
        reports.on_flow(sample_flow(0, 1, 2));
        FlowSummary closed = sample_flow(1, 2, 3);
        closed.closed = Closed::kByFin;
        reports.on_flow(closed);
        reports.on_flow(sample_flow(2, 9, 9));  // to itself
    });
    REQUIRE(table.rows() == 4);
    CHECK(table.cell(0, "host") == "10.0.0.1");
    CHECK(table.cell(1, "host") == "10.0.0.2");
    CHECK(table.cell(1, "connections") == "2");
    CHECK(table.cell(1, "open_at_end") == "1");
    CHECK(table.cell(3, "host") == "10.0.0.9");
    CHECK(table.cell(3, "connections") == "1");
    CHECK(table.cell(0, "probes_sent") == "0");
}

TEST_CASE("the Excel dialect: byte order mark, semicolons, CRLF") {
    CsvOptions options;
    options.dialect = {.delimiter = ';', .crlf = true, .byte_order_mark = true};
    const std::string text = bytes_written_by([&](int descriptor) {
        const auto reports = CsvReports::to_descriptor(descriptor, Report::kCapture, "/tmp", options);
        one_input(*reports);
        REQUIRE(reports->finish({}).ok());
    });
    REQUIRE(
        text.starts_with("\xef\xbb\xbf"
                         "file;format;"));
    const auto rows = read_rfc4180(std::string_view(text).substr(3), ';', "\r\n");
    REQUIRE(rows.has_value());
    CHECK(rows->at(1).at(9) == "not_ip=7;not_tcp=3");
}

TEST_CASE("without segments there is no segments.csv, and none of an earlier run") {
    const TemporaryFolder folder;
    write_file(folder.file("segments.csv"), "old");
    CsvOptions options;
    options.reports.reset(index(Report::kSegments));
    const auto reports = reports_in(folder.path().string(), options);
    const SegmentRowId id = reports->on_segment(sample_probe(1));
    reports->update_segment(id, sample_probe(2));
    REQUIRE(reports->finish({}).ok());
    CHECK_FALSE(fs::exists(folder.file("segments.csv")));
    CHECK(fs::exists(folder.file("flows.csv")));
}

TEST_CASE("many answered probes survive the spool's file") {
    constexpr std::uint64_t kProbes = 200'000;
    const TemporaryFolder folder;
    const std::string text = bytes_written_by([&](int descriptor) {
        const auto reports =
            CsvReports::to_descriptor(descriptor, Report::kSegments, folder.path().string(), {});
        reports->on_input_begin(0, "trace.pcap");
        for (std::uint64_t i = 0; i < kProbes; ++i) reports->on_segment(sample_probe(i + 1));
        for (std::uint64_t i = 0; i < kProbes; i += 1000) {
            SegmentRow row = sample_probe(i + 1);
            row.answered_by_frame = i + 2;
            reports->update_segment(i, row);
        }
        REQUIRE(reports->finish({}).ok());
    });
    const Table table(text);
    REQUIRE(table.rows() == kProbes);
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < kProbes; i += 250) {
        const std::string expected = i % 1000 == 0 ? std::to_string(i + 2) : "";
        wrong += table.cell(i, "answered_by_frame") == expected ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE("a full standard output is an error without a file name") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    const auto reports = CsvReports::to_descriptor(full, Report::kFlows, "/tmp", {});
    CHECK_FALSE(reports->failed());
    const Status status = reports->finish({});
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == "Cannot write standard output: No space left on device.");
    CHECK(reports->failed());
    CHECK_FALSE(reports->reader_left());
    ::close(full);
}

TEST_CASE("a reader that leaves is told apart") {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    const auto reports = CsvReports::to_descriptor(ends[1], Report::kFlows, "/tmp", {});
    CHECK_FALSE(reports->finish({}).ok());
    CHECK(reports->reader_left());
    ::close(ends[1]);
}

TEST_CASE("a file that may not grow leaves the old reports and nothing else") {
    std::signal(SIGXFSZ, SIG_IGN);
    const TemporaryFolder folder;
    write_file(folder.file("flows.csv"), "old");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    Status status = success();
    {
        const auto reports = reports_in(folder.path().string());
        for (std::uint64_t stream = 0; stream < 1000; ++stream) reports->on_flow(sample_flow(stream));
        const rlimit small = {4096, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        status = reports->finish({});
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    }
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message.find(folder.file("flows.csv") + ": File too large") != std::string::npos);
    CHECK(content_of(folder.file("flows.csv")) == "old");
    CHECK(folder.entries() == 1);
}
