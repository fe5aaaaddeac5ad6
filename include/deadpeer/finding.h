// Findings: what the analysis concludes, as plain values. Words are put to them by the sink.
//
// Source: the verdicts and events that reports contain are described in README.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

// What a segment really is, whatever Wireshark calls it.
enum class SegmentKind : std::uint8_t {
    kOrdinary,
    kKeepaliveProbe,
    kKeepaliveAck,
    kKeepaliveAnswerData,  // a probe answered by data or by a window update
    kZeroWindowProbe,
    kZeroWindowProbeAck,
    kRetransmission,
    kDuplicateFrame,  // the same packet captured twice (mirror port)
    kReordered,
};

enum class Verdict : std::uint8_t {
    kNone,  // not judged
    kUnknown,
    kClosed,
    kPeerDead,
    kMiddleboxReset,
    kPeerRebooted,
    kPeerLostState,
    kPeerReset,
    kSuspect,
    kAlive,
    kIdle,
};

enum class Confidence : std::uint8_t { kNone, kLow, kMedium, kHigh };

// Stable codes that say which rule decided.
enum class Reason : std::uint8_t {
    kNone,
    kProbesExhausted,
    kRetransmissionsExhausted,
    kUserTimeout,
};

enum class EventKind : std::uint8_t {
    kProbesUnanswered,
    kPeerRecovered,
    kPeerDead,
    kPeerRebooted,
    kPeerLostState,
    kMiddleboxReset,
    kPeerReset,
    kHostRebooted,
    kIdleTimeoutOnPath,
    kHeartbeatStopped,
    kCaptureGap,
    kCapacityWarning,
};

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };

// One row of events.csv.
struct Finding {
    EventKind kind = EventKind::kProbesUnanswered;
    Severity severity = Severity::kInfo;
    Confidence confidence = Confidence::kNone;
    Reason reason = Reason::kNone;
    Nanoseconds time = kNoTime;
    std::uint32_t file = 0;    // index of the input
    std::uint64_t frame = 0;   // 0: no frame (silence)
    std::int64_t stream = -1;  // -1: not about one connection
    Endpoint subject;          // who the event is about: the dead or rebooted side; port 0: the host
    Endpoint peer;
    Nanoseconds half_open = kNoTime;
    // Frames that prove it, in the same input; the first `evidence_count` count.
    std::array<std::uint64_t, 16> evidence{};
    std::uint8_t evidence_count = 0;
};

}  // namespace deadpeer
