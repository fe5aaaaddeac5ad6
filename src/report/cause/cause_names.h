// The stable codes of causes and clues, as reports show them.
//
// Threads: constants.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <string_view>

#include "deadpeer/names.h"
#include "report/cause/ending.h"

namespace deadpeer {
namespace detail {

inline constexpr auto kCauseNames = std::to_array<std::string_view>({"",
                                                                     "host_down",
                                                                     "path_down",
                                                                     "idle_timeout_on_path",
                                                                     "probes_ignored",
                                                                     "capture_blind",
                                                                     "host_rebooted",
                                                                     "process_ended",
                                                                     "middlebox_reset",
                                                                     "middlebox_restarted",
                                                                     "address_moved",
                                                                     "address_conflict",
                                                                     "application_aborted",
                                                                     "idle_timer",
                                                                     "nothing_listens",
                                                                     "refused_for_now",
                                                                     "firewall_rejects",
                                                                     "firewall_drops",
                                                                     "accept_queue_full",
                                                                     "syn_flood",
                                                                     "application_hangs",
                                                                     "path_mtu",
                                                                     "nat_rebinding",
                                                                     "peer_restored",
                                                                     "answers_lost",
                                                                     "prober_gave_up",
                                                                     "scan",
                                                                     "stale_segment",
                                                                     "closed_then_gone"});

inline constexpr auto kSignNames = std::to_array<std::string_view>(
    {"prober_reset",    "icmp_unreachable", "others_lost",     "announcement",    "new_connections",
     "host_silent",     "older_survives",   "ttl_differs",     "both_ends",       "capture_loss",
     "time_went_back",  "host_heard",       "ip_id_ran_on",    "many_hosts",      "address_moved",
     "spoke_later",     "capture_paused",   "lost_together",   "address_taken",   "address_shared",
     "address_claimed", "own_address",      "port_reopened",   "answered_before", "refused_since",
     "host_returned",   "reset_when_due",   "answers_unheard", "icmp_path",       "nothing_arrived",
     "ttl_near"});
inline constexpr std::size_t kFirstClue = 32;  // that is no sign
inline constexpr std::array<std::string_view, kClueCount - kFirstClue> kOtherClueNames = {
    "idle_for_long",     "timeout_fits",    "survived_longer", "silence_too_short",
    "probes_unanswered", "tried_again",     "gave_up",         "both_tried",
    "small_passed",      "service_accepts", "same_numbers",    "numbers_went_back",
    "never_heard",       "fin_before",      "raw_syn",         "gave_up_before"};

}  // namespace detail

constexpr std::string_view to_string(Cause cause) {
    return detail::look_up(detail::kCauseNames, cause);
}
// Of one clue; empty if there is none of that bit.
constexpr std::string_view clue_name(Clues one) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(one));
    if (bit < detail::kFirstClue) return detail::look_up(detail::kSignNames, bit);
    return detail::look_up(detail::kOtherClueNames, bit - detail::kFirstClue);
}

}  // namespace deadpeer
