// The columns are a contract: names and order are written out here a second time, so that a change is a
// decision.

#include "report/columns/columns.h"

#include <algorithm>
#include <set>

#include "deadpeer/names.h"
#include "report/reports.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

template <typename Row>
std::string names(std::span<const Column<Row>> columns) {
    std::string list;
    for (const Column<Row>& column : columns) {
        list += list.empty() ? "" : ", ";
        list += column.name;
    }
    return list;
}

template <typename Row>
void check_meanings(std::span<const Column<Row>> columns) {
    std::set<std::string_view> seen;
    for (const Column<Row>& column : columns) {
        INFO(column.name);
        CHECK(seen.insert(column.name).second);
        CHECK(column.meaning.ends_with('.'));
        CHECK(column.meaning.find('|') == std::string_view::npos);  // would break the Markdown table
        CHECK(column.write != nullptr);
        CHECK((column.type == CellType::kTime) == column.name.ends_with("_utc"));
        CHECK((column.type == CellType::kSeconds) == column.name.ends_with("_s"));
        CHECK(is_list(column.type) ==
              (column.meaning.find("joined by") != std::string_view::npos && column.name != "explanation"));
    }
}

}  // namespace

TEST_CASE("the columns of each report, in order") {
    CHECK(names(kCaptureColumns) ==
          "file, format, link_types, first_utc, last_utc, frames, tcp_segments, bytes, skipped, "
          "skipped_reasons, dropped_by_capture, time_went_back, status, status_detail, duplicate_frames, "
          "shared_addresses");
    CHECK(names(kSegmentColumns) ==
          "file, frame, time_utc, stream, src, src_port, dst, dst_port, seq, ack, len, window, flags, "
          "wireshark_labels, kind, train_position, idle_before_s, answered_by_frame, rtt_s, ttl, ip_id, "
          "scope");
    CHECK(
        names(kFlowColumns) ==
        "stream, file, first_frame, last_frame, initiator, initiator_port, responder, responder_port, roles, "
        "opened, closed, view, first_utc, last_utc, duration_s, initiator_segments, responder_segments, "
        "initiator_bytes, responder_bytes, longest_idle_s, initiator_probes, initiator_probes_answered, "
        "initiator_keepalive_idle_s, initiator_keepalive_interval_s, initiator_keepalive_count, "
        "responder_probes, responder_probes_answered, responder_keepalive_idle_s, "
        "responder_keepalive_interval_s, responder_keepalive_count, keepalive_profile, probe_rtt_median_s, "
        "heartbeat_side, heartbeat_period_s, heartbeat_protocol, verdict, verdict_utc, verdict_frame, "
        "confidence, reason, half_open_s, idle_at_failure_s, matching_timeouts, explanation, "
        "wireshark_filter, community_id, capture_loss, what, evidence, advice, alternatives, "
        "evidence_for, evidence_against, initiator_name, responder_name, last_heard_utc, scope");
    CHECK(
        names(kEventColumns) ==
        "time_utc, file, frame, stream, event, severity, subject, subject_port, peer, peer_port, confidence, "
        "reason, half_open_s, evidence_frames, explanation, wireshark_filter, capture_loss, what, "
        "evidence, advice, alternatives, evidence_for, evidence_against, subject_name, peer_name, "
        "last_heard_utc, scope");
    CHECK(names(kHostColumns) ==
          "host, name, connections, open_at_end, idle_at_end, keepalive_idle_s, keepalive_interval_s, "
          "keepalive_count, keepalive_profile, probes_sent, probes_received, probes_unanswered, resets_sent, "
          "reboots, last_reboot_utc, connections_lost, connections_lost_state, capture_loss, "
          "keepalive_settings, scope");
    CHECK(names(kIncidentColumns) ==
          "incident, cause, severity, confidence, subject, subject_name, service, connections, first_utc, "
          "last_utc, what, evidence, advice, streams, events, wireshark_filter, peers, last_heard_utc, "
          "half_open_s, file, evidence_frames, alternatives, evidence_file, scope");
}

TEST_CASE("every column has a name of its own and a meaning of one sentence") {
    check_meanings(kCaptureColumns);
    check_meanings(kSegmentColumns);
    check_meanings(kFlowColumns);
    check_meanings(kEventColumns);
    check_meanings(kHostColumns);
    check_meanings(kIncidentColumns);
}

TEST_CASE("the column list names every report and column") {
    const std::string list = columns_as_markdown();
    for (const ReportInfo& report : kReports) {
        CHECK(list.find("### " + std::string(report.name) + ".csv\n") != std::string::npos);
    }
    const auto rows = std::count(list.begin(), list.end(), '\n');
    const auto columns = kCaptureColumns.size() + kSegmentColumns.size() + kFlowColumns.size() +
                         kEventColumns.size() + kHostColumns.size() + kIncidentColumns.size();
    // Heading, blank, meaning, blank, two lines of table head per report, and a blank between reports.
    CHECK(static_cast<std::size_t>(rows) == columns + 6 * kReports.size() + kReports.size() - 1);
}

TEST_CASE("the last value of each enumeration has its name") {
    CHECK(to_string(SegmentKind::kReordered) == "reordered");
    CHECK(to_string(Verdict::kIdle) == "idle");
    CHECK(to_string(Confidence::kHigh) == "high");
    CHECK(to_string(Reason::kFramesLost) == "frames_lost");
    CHECK(to_string(EventKind::kCapacityWarning) == "capacity_warning");
    CHECK(to_string(Severity::kCritical) == "critical");
    CHECK(to_string(Opened::kMidstream) == "midstream");
    CHECK(to_string(Closed::kSuperseded) == "superseded");
    CHECK(to_string(InputSummary::Outcome::kRefused) == "refused");
    CHECK(to_string(static_cast<Reason>(255)).empty());
}

TEST_CASE("reports are found by name") {
    CHECK(report_named("flows") == Report::kFlows);
    CHECK(file_name(Report::kHosts) == "hosts.csv");
    CHECK_FALSE(report_named("flows.csv").has_value());
    CHECK_FALSE(report_named("").has_value());
}
