// Findings: what the analysis concludes, as plain values. Words are put to them by the sink.
//
// Source: the verdicts and events that reports contain are described in README.md.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "deadpeer/address.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"

namespace deadpeer {

// What a segment really is, whatever Wireshark calls it.
enum class SegmentKind : std::uint8_t {
    kOrdinary,
    kKeepaliveProbe,
    kKeepaliveAck,
    kKeepaliveAnswerData,  // data that answers a probe; an ACK without is kKeepaliveAck, whatever its window
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
    kPathDead,  // both sides spoke, and neither was answered
    kNoAnswer,  // to its SYNs: it never was a connection
    kScan,      // its initiator reset it as soon as it was answered
    kMiddleboxRestarted,
    kAddressMoved,         // to a machine that does not have the connection
    kAddressConflict,      // two machines have the address, and one of them reset what the other has
    kHandshakeIncomplete,  // the other side repeats its SYN-ACK, whatever it is sent
    kPathMtu,              // large segments vanish, small ones pass
    kPeerRestored,         // from a snapshot: one side went on with numbers that the other has left behind
};

enum class Confidence : std::uint8_t { kNone, kLow, kMedium, kHigh };

// Stable codes that say which rule decided.
enum class Reason : std::uint8_t {
    kNone,
    // peer_dead
    kProbesExhausted,
    kRetransmissionsExhausted,
    kUserTimeout,
    // closed
    kFinExchanged,
    kResetAfterFin,
    // peer_reset
    kConnectionRefused,
    kAborted,
    // peer_rebooted, peer_lost_state
    kNoSocketReset,
    // middlebox_reset
    kTtlDiffers,
    kBothEndsReset,
    // unknown
    kOneWay,
    kSuperseded,  // the 4-tuple was used again; how this connection ended was not captured
    kCaptureLoss,
    kNotAnalysed,  // no segment could be: cut, in contradiction with itself, or only quoted by ICMP errors
    // suspect
    kProbesUnanswered,
    kDataUnacknowledged,
    kProbesStopped,  // answered so far, then none came when the next was due
    // alive
    kProbeAnswered,
    kRecovered,
    kRecentTraffic,
    kHeartbeat,
    kResetIgnored,  // a RST was challenged (RFC 5961) or ignored, and the connection went on
    // idle
    kNoKeepalive,
    // events
    kHeartbeatMissing,
    kSameIdleTime,
    kTooManyOpen,
    kLinkDown,
    kFramesLost,
    // peer_dead
    kAnswersLost,  // those that were captured did not reach the prober
    // peer_lost_state
    kHalfOpenDiscovered,  // a SYN met an older connection of the same addresses and ports
    // peer_reset
    kResetInHandshake,
    kResetBySyn,  // a SYN came into the connection
    // alive
    kProbesIgnored,  // the stack answers none, but its application's data arrive
    kAcceptedLater,  // refused at first
    // no_answer
    kNoAnswer,
    kSynIgnored,   // the other side still had an older connection
    kUnreachable,  // ICMP
    // idle_timeout_on_path
    kKnownTimeout,  // after silences that are all longer than a known timeout
    // closed
    kReuseRace,        // data met the FIN of a side that closed an idle connection, and then its RST
    kRequestAfterFin,  // data long after the FIN was acknowledged met a RST
    kFinThenGone,      // a side sent its FIN, and never answered again
    // peer_reset, idle_close
    kResetWhenIdle,  // after a silence, and nothing provoked it
    // idle_close
    kClosedWhenIdle,
    // scan
    kSynScan,
    // peer_reset
    kUnrequested,  // of a SYN-ACK that its receiver never asked for
    // address_moved, address_conflict
    kOtherMachine,  // the RST came from another link-layer address than the address's segments before
    // handshake_incomplete
    kSynAckRepeated,
    kSynAckUnanswered,
    // path_mtu
    kLargeUnacknowledged,  // again and again, while small segments passed
    // peer_reset
    kRefusedByLiveService,  // by a port that kept another connection and accepted one soon after
    kNatRebinding,          // what it answers goes on with a connection from another address or port
    // peer_restored
    kNumbersWentBack,
};

// What a side sent that found no answer.
enum class Tries : std::uint8_t {
    kNone,
    kProbes,        // keepalive probes
    kData,          // the same data, or FIN, again and again
    kWindowProbes,  // it waited for the peer's window to open
    kSyns,
};

// Independent observations that bear on a verdict, as bits of a Signs value.
using Signs = std::uint32_t;
inline constexpr Signs kSignProberReset = 1U << 0;      // the side that gave up sent a RST
inline constexpr Signs kSignIcmpUnreachable = 1U << 1;  // an ICMP error said that the host is not there
inline constexpr Signs kSignOthersLost = 1U << 2;       // other connections of the host ended likewise
inline constexpr Signs kSignAnnouncement = 1U << 3;     // the host announced itself: ARP, DHCP or IPv6 DAD
inline constexpr Signs kSignNewConnections = 1U << 4;   // a burst of new SYNs from the host
inline constexpr Signs kSignHostSilent = 1U << 5;       // the host was silent, on all that was seen of it,
                                                        // for as long as a boot takes
inline constexpr Signs kSignOlderSurvives = 1U << 6;    // an older connection of the host carries on
inline constexpr Signs kSignTtlDiffers = 1U << 7;       // RST's TTL differs from all others of its sender
inline constexpr Signs kSignBothEndsReset = 1U << 8;    // RSTs to both ends within 50 ms
inline constexpr Signs kSignCaptureLoss = 1U << 9;      // the capture lost frames that could matter
inline constexpr Signs kSignTimeWentBack = 1U << 10;    // the capture's clock stepped back meanwhile
inline constexpr Signs kSignHostHeard = 1U << 11;       // the host was heard in between, so it was up
inline constexpr Signs kSignIpIdRanOn = 1U << 12;       // its IP ids went on counting, so it was up
inline constexpr Signs kSignManyHosts = 1U << 13;       // several hosts lost connections within seconds
inline constexpr Signs kSignAddressMoved = 1U << 14;    // another machine claimed the address meanwhile
inline constexpr Signs kSignSpokeLater = 1U << 15;  // the side that is called dead spoke after the verdict
inline constexpr Signs kSignCapturePaused = 1U
                                            << 16;  // the file holds no frame at all of the time that decided
inline constexpr Signs kSignLostTogether =
    1U << 17;  // so did several hosts with the same peer, and no older connection of theirs outlived it

inline constexpr Signs kSignAddressTaken = 1U << 18;   // the RST is another machine's, the one before left
inline constexpr Signs kSignAddressShared = 1U << 19;  // it is, and the one before went on
inline constexpr Signs kSignAddressClaimed = 1U
                                             << 20;   // by ARP or neighbour discovery, from the RST's sender
inline constexpr Signs kSignOwnAddress = 1U << 21;    // the RST's sender has another address of its own
inline constexpr Signs kSignPortReopened = 1U << 22;  // the host had sent a SYN with the same ports before it
inline constexpr Signs kSignAnsweredBefore = 1U << 23;  // the side that is silent had answered a probe before
inline constexpr Signs kSignRefusedSince =
    1U << 24;  // new connections to these hosts' ports were refused since, by RSTs with the same TTL

inline constexpr Signs kSignHostReturned =
    1U << 25;  // silent while it was tried, the host was heard while there was time for an answer

inline constexpr Signs kSignResetWhenDue =
    1U << 26;  // the RST came when its sender's next keepalive probe was due
inline constexpr Signs kSignAnswersUnheard =
    1U << 27;  // what the prober sent after the answers shows that it did not get them
inline constexpr Signs kSignIcmpPath =
    1U << 28;  // an ICMP error said that segments cannot pass, and nothing of the host

inline constexpr Signs kSignNothingArrived =
    1U << 29;  // nothing at all reached the side that tried, which tried several hosts
inline constexpr Signs kSignTtlNear =
    1U << 30;  // the RST's TTL differs by so little that its sender's route may have changed

inline constexpr Signs kSignsIcmp = kSignIcmpUnreachable | kSignIcmpPath;
inline constexpr Signs kSignsAddress =
    kSignAddressTaken | kSignAddressShared | kSignAddressClaimed | kSignOwnAddress;

// Each shows that the host was up.
inline constexpr Signs kSignsHostUp = kSignOlderSurvives | kSignHostHeard | kSignIpIdRanOn;
// Each speaks for a boot of the host.
inline constexpr Signs kSignsBoot =
    kSignOthersLost | kSignAnnouncement | kSignNewConnections | kSignPortReopened;

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
    kPathDead,
    kNoAnswer,
    kReuseRace,
    kRequestAfterFin,
    kIdleClose,
    kScan,
    kVerdictChanged,  // live: what an earlier event told no longer holds
    kMiddleboxRestarted,
    kAddressMoved,
    kAddressConflict,
    kOutage,  // bridged by transmissions that were acknowledged in the end
    kHandshakeIncomplete,
    kPathMtu,
    kPeerRestored,
};

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };

// The link-layer addresses (Ethernet) of the machine that had an IP address, and of the one that reset a
// connection in its name.
struct MacChange {
    std::uint64_t before = 0;  // 0: not known
    std::uint64_t now = 0;

    friend bool operator==(const MacChange&, const MacChange&) = default;
};

// A number of connections that one host holds.
struct HolderCount {
    IpAddress host;
    std::uint32_t connections = 0;
};

// One row of events.csv. What a number means depends on the kind; unknown is kNoTime or 0.
struct Finding {
    EventKind kind = EventKind::kProbesUnanswered;
    Severity severity = Severity::kInfo;
    Confidence confidence = Confidence::kNone;
    Reason reason = Reason::kNone;
    Signs signs = 0;
    Nanoseconds time = kNoTime;
    std::uint32_t file = 0;         // index of the input
    std::uint64_t frame = 0;        // 0: no frame (silence)
    std::int64_t stream = -1;       // -1: not about one connection
    std::int64_t second_view = -1;  // the stream that is the same connection on the other side of a NAT
    Nanoseconds opened = kNoTime;   // time of the connection's first frame
    Endpoint subject;               // who the event is about: the dead or rebooted side; port 0: the host
    Endpoint peer;
    Nanoseconds half_open = kNoTime;
    // Silence before the failure; heartbeat_stopped: since the last beat; scan: from the first try to the
    // last.
    Nanoseconds idle = kNoTime;
    // Between the probes; heartbeat_stopped: the period; outage: its length at least, half_open at most.
    Nanoseconds interval = kNoTime;
    Nanoseconds survived = kNoTime;      // idle_timeout_on_path: the longest idle that survived
    Nanoseconds path_timeout = kNoTime;  // the shortest known idle timeout of a middlebox that fits
    // Probes or transmissions; host_rebooted, middlebox_restarted, address_moved, address_conflict:
    // connections; capacity_warning: open connections; scan: tries.
    std::uint32_t count = 0;
    EventKind taken_back{};           // verdict_changed: the event that no longer holds
    Verdict now = Verdict::kNone;     // verdict_changed: of its connection, if it is about one
    Tries tries = Tries::kNone;       // what `count` counts, where it found no answer
    bool doubling = false;            // the time between them doubled
    std::uint32_t idle_count = 0;     // idle ones; scan: those established, where nothing was sent
    std::uint32_t limit = 0;          // capacity_warning: the server's limit
    std::uint32_t ports = 0;          // scan: different ones that were tried
    std::uint32_t hosts = 0;          // scan: likewise; middlebox_restarted: that lost connections
    std::uint32_t segment_bytes = 0;  // path_mtu: payload of the segments that vanish
    // Of several connections lost, and idle_timeout_on_path: their streams, as many as fit.
    std::array<StreamNumber, 8> lost{};
    // capacity_warning: who holds most idle connections, most first; middlebox_restarted: who lost how many.
    std::array<HolderCount, 8> holders{};
    std::array<char, 16> link{};  // capture_gap: see link_name()
    std::array<char, 96>
        known_timers{};  // idle_close: names of servers or middleboxes that fit, as many as fit
    MacChange macs;      // address_moved, address_conflict
    // Not 0: the row stands for so many more events, left out for lack of room (a live capture bounds rows).
    std::uint64_t left_out = 0;
    // Frames that prove it, in the same input: the first `evidence_count`. There may be more than have room.
    std::array<std::uint64_t, 16> evidence{};
    std::uint8_t evidence_count = 0;

    // capture_gap: the interface, as far as it has room, with `?` for what may not stand in a sentence; empty
    // if it is not known.
    void name_link(std::string_view name) {
        link = {};
        const auto may_stand = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   std::string_view("._-@+#").find(c) != std::string_view::npos;
        };
        for (std::size_t i = 0; i < std::min(name.size(), link.size() - 1); ++i) {
            link.at(i) = may_stand(name[i]) ? name[i] : '?';
        }
    }
    [[nodiscard]] std::string_view link_name() const { return link.data(); }

    // Beyond the room nothing is added.
    void add_evidence(std::uint64_t evidence_frame) {
        if (evidence_frame != 0 && evidence_count < evidence.size())
            evidence[evidence_count++] = evidence_frame;
    }
};

}  // namespace deadpeer
