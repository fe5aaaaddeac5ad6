// FailureReport: how a connection failed, the same for the connection's verdict and for the event.
//
// What:    a part of the explanations. One side failed (it is dead, rebooted, forgetful, or said to have sent
//          the RST); the other was left with the connection.
// Threads: plain value and pure functions.
#pragma once

#include <string>
#include <string_view>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "report/text/explanation.h"

namespace deadpeer {

struct FailureReport {
    // How the side that was left would notice a death.
    enum class Guard : std::uint8_t { kUnknown, kNone, kProbes, kHeartbeat };

    Verdict verdict = Verdict::kNone;
    Reason reason = Reason::kNone;
    Confidence confidence = Confidence::kNone;
    Signs signs = 0;
    Endpoint failed;
    Endpoint left;
    std::uint32_t unanswered = 0;
    Tries tries = Tries::kNone;
    Nanoseconds interval = kNoTime;
    Nanoseconds half_open = kNoTime;
    Nanoseconds idle = kNoTime;
    Nanoseconds survived = kNoTime;
    Nanoseconds path_timeout = kNoTime;  // the shortest known idle timeout of a middlebox that fits
    Guard guard = Guard::kUnknown;
    bool doubling = false;            // the time between probes
    MacChange macs;                   // of the failed side's address
    std::uint32_t segment_bytes = 0;  // payload of the segments that vanish
};

FailureReport story_of(const FlowSummary& flow);
// The verdict is the one that the event tells of.
FailureReport story_of(const Finding& finding, Verdict verdict);

// For the verdicts that are about a failure: peer_dead, middlebox_reset, peer_rebooted, peer_lost_state,
// peer_reset, path_dead, no_answer, scan, middlebox_restarted, address_moved, address_conflict,
// handshake_incomplete, path_mtu, peer_restored, suspect.
// REQUIRES: `out` is empty.
void describe_failure(Explanation& out, const FailureReport& story);

// "a reboot is likely": what a RST without a connection behind it, and the signs beside it, allow to infer.
std::string_view likelihood_of_reboot(Confidence confidence);
// "probably restarted", of a middlebox.
std::string_view likelihood_of_restart(Confidence confidence);
// What else would look like that, and where to look.
void say_other_restarts(std::string& evidence, Confidence confidence);
void advise_on_restart(std::string& advice);
// "Other connections of the host ended likewise.": those signs, and what would look the same.
void say_reboot_signs(std::string& evidence, Signs signs, Confidence confidence);

}  // namespace deadpeer
