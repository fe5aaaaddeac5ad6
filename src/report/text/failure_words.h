// Sentences that the explanations of failures share.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/text/failure_report.h"

namespace deadpeer {

inline bool has(const FailureReport& story, Signs sign) {
    return (story.signs & sign) != 0;
}

inline bool known(Nanoseconds duration) {
    return duration != kNoTime;
}

// "After 5.1 s of silence it did not answer 3 keepalive probes from SIDE", without the full stop.
void say_unanswered(std::string& evidence, const FailureReport& story);

// "After 5.1 s of silence it" or "It": how a sentence about the side that failed begins.
void say_it_after_silence(std::string& evidence, const FailureReport& story);

// "The capture lost frames, ...": what lowers the confidence.
void say_doubts(std::string& evidence, const FailureReport& story);

// What keeps the path from dropping the connection. REQUIRES: story.path_timeout is known.
void advise_keepalive(std::string& advice, const FailureReport& story);
// The same where the path is only one cause among others.
void advise_against_nat(std::string& advice, const FailureReport& story);

// Failures that silence tells of; see describe_failure().
void describe_dead(Explanation& out, const FailureReport& story);
void describe_path_dead(Explanation& out, const FailureReport& story);
void describe_suspect(Explanation& out, const FailureReport& story);

// Failures that a RST tells of; see describe_failure().
void describe_middlebox(Explanation& out, const FailureReport& story);
void describe_rebooted(Explanation& out, const FailureReport& story);
void describe_restarted(Explanation& out, const FailureReport& story);
void describe_lost_state(Explanation& out, const FailureReport& story);
void describe_reset(Explanation& out, const FailureReport& story);
void describe_address_moved(Explanation& out, const FailureReport& story);
void describe_address_conflict(Explanation& out, const FailureReport& story);
void describe_path_mtu(Explanation& out, const FailureReport& story);
void describe_restored(Explanation& out, const FailureReport& story);

// What never became a connection.
void describe_no_answer(Explanation& out, const FailureReport& story);
void describe_handshake_incomplete(Explanation& out, const FailureReport& story);
void describe_scan(Explanation& out, const FailureReport& story);

// How it is known that an address moved to another machine, or that two machines have it.
void say_new_holder(std::string& evidence, const MacChange& macs, Signs signs);
void say_two_holders(std::string& evidence, const MacChange& macs, Signs signs);
inline constexpr std::string_view kAdviceOnMove =
    "Check whether a failover was meant (VRRP, keepalived, a floating address)";
inline constexpr std::string_view kAdviceOnConflict =
    "Find both machines by their MAC addresses, and give one of them another IP address";

}  // namespace deadpeer
