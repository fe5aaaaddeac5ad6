// Captures of failures as they were met, in the collection beside the project: what is concluded of each.
// What a kind of failure needs is told in verdicts/ and testdata/ as well.
#include <algorithm>
#include <filesystem>

#include "capture/open.h"
#include "deadpeer/analyzer.h"
#include "deadpeer/names.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

constexpr auto kAny = Confidence::kHigh;

// What must be concluded of one stream of a capture.
struct Right {
    std::string_view story;
    StreamNumber stream;
    std::string_view verdict;
    std::string_view reason;       // empty: any
    Confidence most = kAny;        // the confidence is not above it
    std::string_view events = {};  // in the capture, joined by spaces: each must be told
    std::string_view never = {};   // likewise: none may be told
};

constexpr Right kRights[] = {
    {"give_up_then_nothing", 0, "peer_dead", "probes_exhausted"},
    {"give_up_then_late_ack", 0, "peer_dead", "probes_exhausted", kAny, {}, "peer_reset peer_recovered"},
    {"give_up_then_probe_of_other_side", 0, "peer_dead", "probes_exhausted", kAny, {}, "peer_recovered"},
    {"retransmissions_exhausted_then_late_data", 0, "peer_dead", "retransmissions_exhausted"},
    {"sender_gave_up_then_reset_the_sleeper",
     0,
     "peer_dead",
     "retransmissions_exhausted",
     kAny,
     {},
     "peer_rebooted host_rebooted idle_timeout_on_path"},
    {"returns_on_old_port", 1, "no_answer", "syn_ignored"},
    {"returns_on_old_port", 2, "alive", ""},
    {"returns_on_old_port_fresh_isn", 1, "no_answer", "syn_ignored"},
    {"returns_on_old_port_fresh_isn", 2, "alive", ""},
    {"answers_lost_behind_the_capture", 0, "peer_dead", "answers_lost", Confidence::kMedium, "peer_dead"},
    {"answers_lost_behind_the_capture", 1, "no_answer", "no_answer"},
    {"answers_lost_behind_the_capture_7200", 0, "peer_dead", "answers_lost", Confidence::kMedium},
    {"never_answers_probes", 0, "alive", "probes_ignored", kAny, {}, "peer_recovered"},
    {"both_probe_nobody_answers", 0, "path_dead", "probes_exhausted", kAny, "path_dead", "peer_dead"},
    {"one_probes_nobody_answers", 0, "peer_dead", "probes_exhausted"},
    {"syns_without_answer", 0, "no_answer", "no_answer"},
    {"dead_but_host_answers_elsewhere", 0, "path_dead", "retransmissions_exhausted", Confidence::kMedium,
     "path_dead", "peer_dead"},
    {"rst_acknowledges_isn", 0, "no_answer", "reset_ignored", kAny, {}, "peer_reset"},
    {"rst_acknowledges_isn", 5, "no_answer", "reset_ignored"},
    {"refused_twice_then_accepted", 2, "alive", ""},
    {"rfc_rst_outside_window_left", 0, "alive", "reset_ignored", kAny, {}, "peer_reset"},
    {"rfc_rst_outside_window_right", 0, "alive", "reset_ignored", kAny, {}, "peer_reset"},
    {"rfc_syn_into_connection_challenged", 0, "alive", ""},
    {"rfc_syn_into_connection_challenged", 1, "no_answer", "syn_ignored"},
    {"rfc_syn_into_connection_kills_it", 0, "peer_reset", "reset_by_syn"},
    {"rfc_syn_into_connection_kills_it", 1, "no_answer", "syn_ignored"},
    {"rfc_half_open_discovered_in_syn_sent", 0, "peer_lost_state", "half_open_discovered"},
    {"rfc_icmp_ends_syn", 0, "no_answer", "unreachable"},
    {"rfc_fin_to_no_connection", 0, "peer_reset", "no_socket_reset"},
    {"rfc_closed_in_syn_sent", 0, "peer_reset", "reset_in_handshake"},
    {"real_dhcp_release_no_reboot", 1, "peer_lost_state", "no_socket_reset", kAny, "", "host_rebooted"},
    {"real_rst_after_514ms", 4, "middlebox_reset", "ttl_differs"},
    {"real_rst_after_514ms", 8, "peer_lost_state", "no_socket_reset", kAny, "",
     "host_rebooted peer_rebooted"},
    {"real_nmap_syn_scan", 0, "scan", "syn_scan", kAny, "scan", "middlebox_reset peer_reset"},
    {"pool_reset_after_idle_by_balancer", 0, "peer_lost_state", "", kAny, "idle_timeout_on_path",
     "host_rebooted peer_rebooted"},
    {"one_box_restarts_five_hosts", 0, "middlebox_restarted", "", Confidence::kLow, "middlebox_restarted",
     "host_rebooted peer_rebooted idle_timeout_on_path peer_lost_state"},
    {"duplicate_address", 0, "address_conflict", "other_machine", kAny, "address_conflict",
     "host_rebooted peer_rebooted heartbeat_stopped address_moved"},
    {"handshake_ack_does_not_arrive", 0, "handshake_incomplete", "syn_ack_repeated", kAny,
     "handshake_incomplete", "peer_dead path_dead"},
    {"reuse_race", 0, "closed", "reuse_race", kAny, "reuse_race"},
    {"request_long_after_fin", 0, "closed", "request_after_fin", kAny, "request_after_fin", "reuse_race"},
    {"unprovoked_rst_at_240_s", 0, "peer_reset", "reset_when_idle", Confidence::kMedium, "idle_close"},
    {"unprovoked_rst_at_240_s", 3, "peer_reset", "reset_when_idle", Confidence::kMedium, "idle_close"},
    {"fin_while_data_unacknowledged", 0, "closed", "data_unacknowledged"},
    {"half_closed_timeout", 0, "closed", "data_unacknowledged"},
    {"fin_then_gone", 0, "closed", "fin_then_gone", kAny, "", "peer_dead heartbeat_stopped"},
    {"outage_bridged_by_retransmissions", 0, "alive", "", kAny, "outage", "peer_dead heartbeat_stopped"},
    {"large_segments_vanish", 0, "path_mtu", "", Confidence::kMedium, "path_mtu",
     "peer_dead heartbeat_stopped outage"},
    {"refused_by_a_live_service", 1, "peer_reset", "refused_by_live_service", Confidence::kMedium},
    {"refused_by_a_live_service", 7, "peer_reset", "refused_by_live_service", Confidence::kMedium},
    {"nat_rebinding", 1, "peer_reset", "nat_rebinding", kAny, "", "peer_rebooted peer_lost_state"},
    {"peer_restored_from_snapshot", 0, "peer_restored", "", Confidence::kMedium, "peer_restored",
     "peer_rebooted peer_reset peer_lost_state heartbeat_stopped"},
    {"returns_on_old_port", 0, "peer_rebooted", "no_socket_reset", Confidence::kLow, "peer_rebooted",
     "host_rebooted"},
    {"untranslated_segment_met_by_rst", 0, "alive", ""},
    {"untranslated_segment_met_by_rst", 1, "peer_reset", "nat_rebinding", Confidence::kMedium, "",
     "peer_rebooted host_rebooted peer_lost_state"},
    // Both rebooted, but their IP ids run on, and no boot lets them: verdicts/port_reopened.txt tells the
    // first, verdicts/host_rebooted.txt the second with others.
    {"reboot_hidden_by_syns_on_old_port", 0, "peer_lost_state", "no_socket_reset", Confidence::kMedium,
     "no_answer", "host_rebooted peer_reset"},
    {"reboot_hidden_by_syns_on_old_port", 1, "no_answer", "syn_ignored"},
    {"reboot_hidden_by_syns_on_old_port", 2, "alive", ""},
    {"reboot_found_by_fin", 0, "peer_rebooted", "no_socket_reset", kAny, "host_rebooted"},
    {"reboot_found_by_fin", 1, "alive", ""},
    {"short_silence_then_dead", 0, "peer_dead", "retransmissions_exhausted", kAny, "peer_dead",
     "idle_timeout_on_path"},
    {"timeout_649_survived_1", 0, "peer_dead", "", kAny, "peer_dead"},
    {"timeout_649_survived_below_1", 0, "peer_dead", "", kAny, "peer_dead"},
    {"ipvs_900", 0, "middlebox_reset", "ttl_differs", kAny, "middlebox_reset"},
    {"beat_unacknowledged", 0, "suspect", "data_unacknowledged", kAny, "", "heartbeat_stopped"},
    {"broker_closes_at_1_5_keepalive", 0, "closed", "fin", kAny, "heartbeat_stopped", "idle_close"},
};

RecordingSink analysis_of(const std::filesystem::path& capture) {
    RecordingSink sink;
    auto source = open_capture(capture.string());
    REQUIRE(source.ok());
    Analyzer analyzer({}, sink);
    analyzer.read(*source.value(), capture.string());
    REQUIRE(analyzer.finish().ok());
    return sink;
}

bool is_told(const RecordingSink& sink, std::string_view event) {
    return std::ranges::any_of(sink.findings,
                               [&](const Finding& finding) { return to_string(finding.kind) == event; });
}

template <typename Visit>
void for_each_word(std::string_view words, Visit visit) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        visit(std::string(words.substr(0, end)));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

void check(const Right& right, const RecordingSink& sink) {
    const auto flow = std::ranges::find(sink.flows, right.stream, &FlowSummary::stream);
    REQUIRE(flow != sink.flows.end());
    CHECK(to_string(flow->verdict) == right.verdict);
    if (!right.reason.empty()) CHECK(to_string(flow->reason) == right.reason);
    CHECK(flow->confidence <= right.most);
    for_each_word(right.events, [&](const std::string& event) {
        INFO(event << " must be told");
        CHECK(is_told(sink, event));
    });
    for_each_word(right.never, [&](const std::string& event) {
        INFO(event << " must not be told");
        CHECK_FALSE(is_told(sink, event));
    });
}

TEST_CASE("each capture of a failure ends as it must") {
    const std::filesystem::path folder = STORIES_FOLDER;
    for (const Right& right : kRights) {
        INFO(right.story << ", stream " << right.stream);
        check(right, analysis_of(folder / (std::string(right.story) + ".pcap")));
    }
}

TEST_CASE("the keepalive timers of two captures") {
    const std::filesystem::path folder = STORIES_FOLDER;
    std::size_t timers = 0;
    for (const FlowSummary& flow : analysis_of(folder / "real_timer_9_for_10.pcap").flows) {
        if (flow.initiator_side.keepalive.idle == kNoTime) continue;
        ++timers;
        CHECK(flow.initiator_side.keepalive.idle == 10 * kSecond);
    }
    CHECK(timers > 40);
    // Of a single gap of 7.541 s nobody knows whether it is late.
    CHECK(analysis_of(folder / "real_eip_7s.pcap").flows[0].initiator_side.keepalive.idle == kNoTime);
}

TEST_CASE("segments without ACK are counted, with their times, and no loss is made of them") {
    const std::filesystem::path folder = STORIES_FOLDER;
    const RecordingSink story = analysis_of(folder / "real_no_ack_segment.pcap");
    std::uint64_t segments = 0;
    for (const FlowSummary& flow : story.flows) {
        segments += flow.initiator_side.segments + flow.responder_side.segments;
        CHECK(flow.first_time != kNoTime);
        CHECK((flow.signs & kSignCaptureLoss) == 0);
    }
    CHECK(segments == 46);
    CHECK(story.flows.at(8).initiator_side.segments == 1);
    CHECK(story.inputs.at(0).source.dropped_by_capture.value_or(0) == 0);
}

}  // namespace
}  // namespace deadpeer::test
