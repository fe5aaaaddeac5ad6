// FlowSummary: all that is known of one TCP connection; one row of flows.csv.
//
// What: a plain value without strings. Durations are nanoseconds; kNoTime means unknown.
#pragma once

#include <cstdint>
#include <type_traits>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"

namespace deadpeer {

enum class Opened : std::uint8_t {
    kHandshake,  // SYN and SYN/ACK were seen
    kPartial,    // only one of them
    kMidstream,  // neither
};

enum class Closed : std::uint8_t { kOpen, kByFin, kByRst, kSuperseded, kNeverOpened };

// A keepalive timer as inferred from the capture.
struct KeepaliveTimer {
    Nanoseconds idle = kNoTime;
    Nanoseconds interval = kNoTime;
    std::uint32_t count = 0;   // 0 = unknown
    bool exponential = false;  // the interval doubles from probe to probe (Solaris)

    friend bool operator==(const KeepaliveTimer&, const KeepaliveTimer&) = default;
};

// What one side of a connection did.
struct SideSummary {
    std::uint64_t segments = 0;
    std::uint64_t payload_bytes = 0;  // each byte of the stream counted once
    std::uint64_t probes = 0;
    std::uint64_t probes_answered = 0;
    std::uint64_t resets = 0;
    std::uint8_t probe_payload = 0;  // bytes in its probes: 0 or 1
    bool sent_fin = false;
    KeepaliveTimer keepalive;
};

struct FlowSummary {
    StreamNumber stream = 0;
    // The stream that is the same connection on the other side of a NAT, or -1; and whether that came first,
    // so that events tell of it there.
    std::int64_t other_view = -1;
    bool is_second_view = false;
    FlowKey key;
    Direction initiator = Direction::kFromLow;  // which endpoint of the key
    bool roles_guessed = true;                  // no SYN was seen
    bool one_way = false;                       // segments of one direction only
    Opened opened = Opened::kMidstream;
    Closed closed = Closed::kOpen;
    std::uint32_t first_file = 0;  // index of the input that first_frame is in
    std::uint32_t last_file = 0;
    std::uint64_t first_frame = 0;
    std::uint64_t last_frame = 0;
    Nanoseconds first_time = kNoTime;
    Nanoseconds last_time = kNoTime;
    Nanoseconds longest_idle = kNoTime;
    SideSummary initiator_side;
    SideSummary responder_side;

    // What the side sends regularly by itself (application heartbeat).
    bool heartbeat_by_initiator = false;
    bool heartbeat_by_responder = false;
    Nanoseconds heartbeat_period = kNoTime;
    // The row of src/knowledge/heartbeat_patterns.csv, counted from 1, that the messages match; where the two
    // sides match different ones the lower, which is the surer. 0 = none.
    std::uint16_t heartbeat_protocol = 0;
    bool heartbeat_missed = false;  // one of its sides has stopped sending it, while the connection was open

    // The judgement.
    Nanoseconds probe_rtt_median = kNoTime;
    Verdict verdict = Verdict::kNone;
    Confidence confidence = Confidence::kNone;
    Reason reason = Reason::kNone;
    Signs signs = 0;
    bool failed_side_known = false;             // for verdicts about one side
    bool failed_side_initiator = false;         // the dead, rebooted or forgetful side, or the one that reset
    std::uint32_t unanswered = 0;               // probes or transmissions that found no answer at the end
    std::uint32_t lost_bytes = 0;               // never acknowledged, of a connection that was closed
    Tries tries = Tries::kNone;                 // which they were
    Nanoseconds unanswered_interval = kNoTime;  // between the last of them
    Nanoseconds verdict_time = kNoTime;
    std::uint64_t verdict_frame = 0;
    Nanoseconds half_open = kNoTime;
    Nanoseconds idle_at_failure = kNoTime;
    Nanoseconds idle_survived = kNoTime;  // the longest silence before that the connection came through
    Nanoseconds path_timeout = kNoTime;   // the shortest known idle timeout of a middlebox that fits the two
    std::uint32_t segment_bytes = 0;      // path_mtu: payload of the segments that vanish
    MacChange macs;  // address_moved, address_conflict: who had the failed side's address
    Nanoseconds silent_at_end = kNoTime;  // from its last segment to the end of the capture
};
static_assert(std::is_trivially_copyable_v<FlowSummary>);

}  // namespace deadpeer
