// CauseClass: what kinds of cause there are, and by what two events are known to have the same one.
//
// What:    events of a class are one case if they share its key (a host, a pair of hosts, a server's port)
//          and, for failures of a moment, if one moment lies in the silences of all of them: between the last
//          word of the side that failed and the event.
// Threads: pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "deadpeer/finding.h"

namespace deadpeer {

// Of equal severity the worst first.
enum class CauseClass : std::uint8_t {
    kReboot,
    kDead,
    kCutOff,  // a host that nothing reaches any more
    kPath,
    kAnswersLost,
    kAddress,
    kMtu,
    kIdleTimeout,
    kCapacity,
    kRestart,
    kMiddleboxReset,
    kLostState,
    kHandshake,
    kHeartbeat,
    kClose,
    kOutage,
    kGap,
};

// No class: what is not harmful by itself (peer_reset, no_answer, scan), and rows that stand for others.
std::optional<CauseClass> class_of(const Finding& finding);

// The case is that of the event's other end.
constexpr bool is_of_other_end(CauseClass c) {
    return c == CauseClass::kRestart || c == CauseClass::kCutOff;
}

// That the event took the connection, and is not just a sign of it.
constexpr bool is_loss(CauseClass c) {
    return c != CauseClass::kHeartbeat && c != CauseClass::kOutage && c != CauseClass::kGap;
}

// A span of time, both ends included.
struct Window {
    Nanoseconds from = kNoTime;
    Nanoseconds to = kNoTime;

    [[nodiscard]] bool meets(const Window& other) const { return from <= other.to && other.from <= to; }
};

// Whether cases of the class are of a moment; the others last as long as the capture.
bool is_of_a_moment(CauseClass c);
Window window_of(const Finding& finding, CauseClass c);

struct CaseKey {
    CauseClass cause{};
    IpAddress host;
    IpAddress other;
    std::uint64_t detail = 0;  // a port, or an input
    Nanoseconds from = 0;      // begin of the window, of a moment

    friend auto operator<=>(const CaseKey&, const CaseKey&) = default;
};

CaseKey host_key(CauseClass c, const IpAddress& host, Nanoseconds from);
CaseKey pair_key(CauseClass c, const IpAddress& a, const IpAddress& b, Nanoseconds from);
CaseKey key_of(const Finding& finding, CauseClass c, Nanoseconds from);

}  // namespace deadpeer
