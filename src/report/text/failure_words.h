// Sentences that the explanations of failures share.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/text/failure_story.h"

namespace deadpeer {

inline bool has(const FailureStory& story, Signs sign) {
    return (story.signs & sign) != 0;
}

inline bool known(Nanoseconds duration) {
    return duration != kNoTime;
}

// "After 5.1 s of silence it did not answer 3 keepalive probes from SIDE", without the full stop.
void say_unanswered(std::string& evidence, const FailureStory& story);

// "After 5.1 s of silence it" or "It": how a sentence about the side that failed begins.
void say_it_after_silence(std::string& evidence, const FailureStory& story);

// "The capture lost frames, ...": what lowers the confidence.
void say_doubts(std::string& evidence, const FailureStory& story);

// What keeps the path from dropping the connection. REQUIRES: story.path_timeout is known.
void advise_keepalive(std::string& advice, const FailureStory& story);
// The same where the path is only one cause among others.
void advise_against_nat(std::string& advice, const FailureStory& story);

// Failures that a RST tells of; see tell_failure().
void tell_middlebox(Explanation& out, const FailureStory& story);
void tell_rebooted(Explanation& out, const FailureStory& story);
void tell_restarted(Explanation& out, const FailureStory& story);
void tell_lost_state(Explanation& out, const FailureStory& story);
void tell_reset(Explanation& out, const FailureStory& story);
void tell_address_moved(Explanation& out, const FailureStory& story);
void tell_address_conflict(Explanation& out, const FailureStory& story);
void tell_path_mtu(Explanation& out, const FailureStory& story);
void tell_restored(Explanation& out, const FailureStory& story);

// What never became a connection.
void tell_no_answer(Explanation& out, const FailureStory& story);
void tell_handshake_incomplete(Explanation& out, const FailureStory& story);
void tell_scan(Explanation& out, const FailureStory& story);

// How it is known that an address moved to another machine, or that two machines have it.
void say_new_holder(std::string& evidence, const MacChange& macs, Signs signs);
void say_two_holders(std::string& evidence, const MacChange& macs, Signs signs);
inline constexpr std::string_view kAdviceOnMove =
    "Check whether a failover was meant (VRRP, keepalived, a floating address)";
inline constexpr std::string_view kAdviceOnConflict =
    "Find both machines by their MAC addresses, and give one of them another IP address";

}  // namespace deadpeer
