// judge: what became of a connection, and on what evidence.
//
// What:    a question about a connection as it stands at a point in time; changes nothing. The first rule
//          that applies decides. What needs a look at other connections of a host (did it reboot?) is given
//          in HostSigns.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/options.h"
#include "deadpeer/time.h"
#include "detect/capture_gap.h"
#include "detect/lost_moment.h"
#include "detect/watch.h"

namespace deadpeer {

// A connection at the time of judgement.
struct ConnectionFacts {
    std::array<Nanoseconds, 2> heard{kNoTime, kNoTime};  // each side's last segment
    Nanoseconds last_time = kNoTime;                     // kNoTime: no segment could be analysed
    std::uint64_t last_frame = 0;
    bool one_way = false;
    bool superseded = false;  // its 4-tuple was used again
    bool clock_set_back = false;
    bool fin_from_both = false;
    // By side, of a connection that one side has closed at least.
    std::array<bool, 2> fin_acknowledged{};
    std::array<bool, 2> sent_fin{};
    std::array<bool, 2> spoke_after_fin{};
    std::array<std::uint32_t, 2> unacknowledged{};  // payload bytes that the other side never acknowledged
    bool syn_unanswered = false;  // the initiator has sent nothing but SYNs, and no SYN-ACK came
    Direction initiator = Direction::kFromLow;
    std::uint32_t syns = 0;      // where they were not answered
    std::uint32_t syn_acks = 0;  // where the responder has said nothing else, but for a RST
    // By side, of one that was not opened: its host was heard elsewhere while it was tried.
    std::array<bool, 2> host_heard{};
    bool window_closed = false;  // the last word of one side was a zero window, and it was heard since probed
    Nanoseconds heartbeat_period = kNoTime;
    Nanoseconds last_beat = kNoTime;
};

// The capture at the time of judgement.
struct CaptureFacts {
    Nanoseconds now = kNoTime;         // the capture went on until then
    bool lost_frames = false;          // it says of itself that it lost some
    std::span<const CaptureGap> gaps;  // the latest times in which nothing, or not all, was captured
    Pauses pauses;
    bool both_directions = false;  // it shows those of another connection of the initiator
};

// What other connections and frames tell of the host that sent a no-socket RST.
struct HostSigns {
    // Of kSignOthersLost, kSignAnnouncement, kSignNewConnections, kSignHostSilent, kSignOlderSurvives,
    // kSignHostHeard, kSignIpIdRanOn, kSignManyHosts, kSignAddressMoved, kSignLostTogether, kSignsAddress.
    Signs signs = 0;
    FrameTrail evidence = {};  // of the announcement and the new connections, or of the claim
    Silence silence = {};      // of kSignHostSilent
    LostMoment moment = {};    // of kSignLostTogether
};

struct Judgement {
    Verdict verdict = Verdict::kNone;
    Confidence confidence = Confidence::kNone;
    Reason reason = Reason::kNone;
    Signs signs = 0;
    bool side_known = false;
    Direction side = Direction::kFromLow;  // the dead, rebooted or forgetful side, or the one that reset
    std::uint32_t unanswered = 0;
    Tries tries = Tries::kNone;
    bool doubling = false;            // the time between them
    std::uint32_t lost_bytes = 0;     // that were never acknowledged, of a connection that was closed
    std::uint32_t segment_bytes = 0;  // path_mtu: payload of the segments that vanish
    Nanoseconds interval = kNoTime;
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;
    Nanoseconds half_open = kNoTime;
    Nanoseconds idle_at_failure = kNoTime;
    Nanoseconds idle_survived = kNoTime;
    Nanoseconds path_timeout = kNoTime;  // the shortest known idle timeout of a middlebox that fits the two
    MacChange macs;                      // address_moved, address_conflict
    FrameTrail evidence;
};

// No repeated SYN-ACK within that time after another: what is on its way will have come.
constexpr Nanoseconds kHandshakeSettles = 5 * kSecond;

// A RST that tells its sender has forgotten the connection, after a silence: whether it rebooted is for
// HostSigns.
bool is_no_socket_reset(const ResetRecord& reset, const AnalyzerOptions& options);

// `watch` may be null.
Judgement judge(const ConnectionFacts& facts, const Watch* watch, const CaptureFacts& capture,
                const HostSigns& host, const AnalyzerOptions& options);

}  // namespace deadpeer
