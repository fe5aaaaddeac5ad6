// The words that reports use for enumerations. They are stable: users filter by them.
//
// Threads: constants.
#pragma once

#include <array>
#include <string_view>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "deadpeer/sink.h"

namespace deadpeer {
namespace detail {

inline constexpr std::array<std::string_view, 9> kSegmentKindNames = {"",
                                                                      "keepalive_probe",
                                                                      "keepalive_ack",
                                                                      "keepalive_answer_data",
                                                                      "zero_window_probe",
                                                                      "zero_window_probe_ack",
                                                                      "retransmission",
                                                                      "duplicate_frame",
                                                                      "reordered"};

inline constexpr std::array<std::string_view, 20> kVerdictNames = {"",
                                                                   "unknown",
                                                                   "closed",
                                                                   "peer_dead",
                                                                   "middlebox_reset",
                                                                   "peer_rebooted",
                                                                   "peer_lost_state",
                                                                   "peer_reset",
                                                                   "suspect",
                                                                   "alive",
                                                                   "idle",
                                                                   "path_dead",
                                                                   "no_answer",
                                                                   "scan",
                                                                   "middlebox_restarted",
                                                                   "address_moved",
                                                                   "address_conflict",
                                                                   "handshake_incomplete",
                                                                   "path_mtu",
                                                                   "peer_restored"};

inline constexpr std::array<std::string_view, 4> kConfidenceNames = {"", "low", "medium", "high"};

inline constexpr std::array<std::string_view, 53> kReasonNames = {"",
                                                                  "probes_exhausted",
                                                                  "retransmissions_exhausted",
                                                                  "user_timeout",
                                                                  "fin",
                                                                  "reset_after_fin",
                                                                  "connection_refused",
                                                                  "aborted",
                                                                  "no_socket_reset",
                                                                  "ttl_differs",
                                                                  "both_ends_reset",
                                                                  "one_way",
                                                                  "superseded",
                                                                  "capture_loss",
                                                                  "not_analysed",
                                                                  "probes_unanswered",
                                                                  "data_unacknowledged",
                                                                  "probes_stopped",
                                                                  "probe_answered",
                                                                  "recovered",
                                                                  "recent_traffic",
                                                                  "heartbeat",
                                                                  "reset_ignored",
                                                                  "no_keepalive",
                                                                  "heartbeat_missing",
                                                                  "same_idle_time",
                                                                  "too_many_open",
                                                                  "link_down",
                                                                  "frames_lost",
                                                                  "answers_lost",
                                                                  "half_open_discovered",
                                                                  "reset_in_handshake",
                                                                  "reset_by_syn",
                                                                  "probes_ignored",
                                                                  "accepted_later",
                                                                  "no_answer",
                                                                  "syn_ignored",
                                                                  "unreachable",
                                                                  "known_timeout",
                                                                  "reuse_race",
                                                                  "request_after_fin",
                                                                  "fin_then_gone",
                                                                  "reset_when_idle",
                                                                  "closed_when_idle",
                                                                  "syn_scan",
                                                                  "unrequested",
                                                                  "other_machine",
                                                                  "syn_ack_repeated",
                                                                  "syn_ack_unanswered",
                                                                  "large_unacknowledged",
                                                                  "refused_by_live_service",
                                                                  "nat_rebinding",
                                                                  "numbers_went_back"};

inline constexpr std::array<std::string_view, 26> kEventNames = {"probes_unanswered",
                                                                 "peer_recovered",
                                                                 "peer_dead",
                                                                 "peer_rebooted",
                                                                 "peer_lost_state",
                                                                 "middlebox_reset",
                                                                 "peer_reset",
                                                                 "host_rebooted",
                                                                 "idle_timeout_on_path",
                                                                 "heartbeat_stopped",
                                                                 "capture_gap",
                                                                 "capacity_warning",
                                                                 "path_dead",
                                                                 "no_answer",
                                                                 "reuse_race",
                                                                 "request_after_fin",
                                                                 "idle_close",
                                                                 "scan",
                                                                 "verdict_changed",
                                                                 "middlebox_restarted",
                                                                 "address_moved",
                                                                 "address_conflict",
                                                                 "outage",
                                                                 "handshake_incomplete",
                                                                 "path_mtu",
                                                                 "peer_restored"};

inline constexpr std::array<std::string_view, 3> kSeverityNames = {"info", "warning", "critical"};
inline constexpr std::array<std::string_view, 3> kOpenedNames = {"handshake", "partial", "midstream"};
inline constexpr std::array<std::string_view, 5> kClosedNames = {"open", "fin", "rst", "superseded",
                                                                 "never_opened"};
inline constexpr std::array<std::string_view, 4> kOutcomeNames = {"complete", "truncated", "damaged",
                                                                  "refused"};

// A value that has no name yet shows as an empty cell, not as memory beyond the table.
template <std::size_t N, typename Enum>
constexpr std::string_view look_up(const std::array<std::string_view, N>& names, Enum value) {
    const auto i = static_cast<std::size_t>(value);
    return i < N ? names[i] : std::string_view{};
}

}  // namespace detail

constexpr std::string_view to_string(SegmentKind kind) {
    return detail::look_up(detail::kSegmentKindNames, kind);
}
constexpr std::string_view to_string(Verdict verdict) {
    return detail::look_up(detail::kVerdictNames, verdict);
}
constexpr std::string_view to_string(Confidence c) {
    return detail::look_up(detail::kConfidenceNames, c);
}
constexpr std::string_view to_string(Reason reason) {
    return detail::look_up(detail::kReasonNames, reason);
}
constexpr std::string_view to_string(EventKind kind) {
    return detail::look_up(detail::kEventNames, kind);
}
constexpr std::string_view to_string(Severity s) {
    return detail::look_up(detail::kSeverityNames, s);
}
constexpr std::string_view to_string(Opened opened) {
    return detail::look_up(detail::kOpenedNames, opened);
}
constexpr std::string_view to_string(Closed closed) {
    return detail::look_up(detail::kClosedNames, closed);
}
constexpr std::string_view to_string(InputSummary::Outcome outcome) {
    return detail::look_up(detail::kOutcomeNames, outcome);
}

}  // namespace deadpeer
