// Clauses that the explanations of failures share.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "report/failure_story.h"

namespace deadpeer {

inline bool has(const FailureStory& story, Signs sign) {
    return (story.signs & sign) != 0;
}

inline bool known(Nanoseconds duration) {
    return duration != kNoTime;
}

// "; the capture lost frames, ...": what lowers the confidence.
void say_doubts(std::string& out, const FailureStory& story);

// "; SIDE spoke again later, ...", if it did.
void say_spoke_later(std::string& out, const FailureStory& story);

// "after 5.1 s of silence ", if there was one.
void say_after_silence(std::string& out, const FailureStory& story);

// "it answered none of 3 keepalive probes of SIDE"
void say_unanswered(std::string& out, const FailureStory& story);

// " 5.1 s after SIDE was last heard"
void say_last_heard(std::string& out, const FailureStory& story);

// What keeps the path from forgetting the connection. REQUIRES: story.idle is known.
void advise_keepalive(std::string& out, const FailureStory& story);

// Failures that a RST tells of; see tell_failure().
void tell_middlebox(std::string& out, const FailureStory& story);
void tell_rebooted(std::string& out, const FailureStory& story);
void tell_lost_state(std::string& out, const FailureStory& story);
void tell_reset(std::string& out, const FailureStory& story);

}  // namespace deadpeer
