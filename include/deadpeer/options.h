// What the analysis can be told. Each field: meaning, unit, default.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/scope.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"

namespace deadpeer {

// The Wireshark release whose labels and stream numbers are reproduced.
enum class WiresharkRelease : std::uint8_t { k4_0, k4_4, k4_6 };

// Which segments are handed to the sink.
enum class SegmentSelection : std::uint8_t {
    kNone,       // none
    kKeepalive,  // those that carry a keepalive or window-probe label or kind
    kAll,        // every segment
    kEvery,      // likewise, and SegmentRow::provisional is as with kKeepalive, for who then selects those
};

struct AnalyzerOptions {
    // Options that affect what is reported.

    WiresharkRelease wireshark = WiresharkRelease::k4_4;
    SegmentSelection segments = SegmentSelection::kKeepalive;

    // What tells equal addresses apart. Streams have Wireshark's numbers only if nothing does. Interfaces are
    // told apart by FrameView::interface, and cooked captures (LINUX_SLL2) by what they say themselves.
    ScopeChoice scope;

    // Both sides must have been silent this long for a segment at SND.NXT-1 to be a keepalive probe.
    Nanoseconds minimum_probe_silence = 500 * kMillisecond;

    // Largest payload, in bytes, that can be an application heartbeat.
    std::uint32_t heartbeat_max_payload = 64;

    // An open connection without keepalive or heartbeat that is silent at least this long at the end is idle.
    Nanoseconds idle_after = 60 * kSecond;

    // A filter may keep frames of the hosts from the analysis: then nobody knows whether a host was silent.
    bool frames_are_hidden = false;

    // Live: nobody tells when the capture pauses, as of a pipe. While no frame at all comes, a death is
    // concluded with low confidence.
    bool may_pause_unseen = false;

    // How long middleboxes on the paths remember an idle connection, beside those that are known: failures
    // after such a silence are told to be theirs.
    std::vector<Nanoseconds> idle_timeouts;

    // Servers' limits, by responder port: capacity_warning when 80 % of `connections` are open.
    struct ConnectionLimit {
        std::uint16_t port;
        std::uint32_t connections;
    };
    std::vector<ConnectionLimit> connection_limits;

    // Options that affect resources.

    // Bytes that the flow table and all per-flow state may take. At the cap flows are evicted, half-open
    // and one-way ones first, and counted. REQUIRES: at least 1 MiB.
    std::size_t memory_cap = std::size_t{256} << 20;

    // Seed of the flow table's hash. 0 draws one from the system. Reports do not depend on it.
    std::uint64_t hash_seed = 0;

    // For tests.

    // Number of the first connection.
    StreamNumber first_stream = 0;
};

}  // namespace deadpeer
