// Watcher: takes the segments that are not plain to keepalive analysis, hands out their rows, and reports
// what shows while it happens.
//
// Lifetime: the options, what is known of hosts, and the sink must outlive it.
// Threads:  one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/pool.h"
#include "correlate/host_life.h"
#include "correlate/idle_closes.h"
#include "correlate/tried_hosts.h"
#include "deadpeer/labels.h"
#include "deadpeer/options.h"
#include "deadpeer/segment.h"
#include "deadpeer/sink.h"
#include "detect/capture_gap.h"
#include "detect/observe.h"
#include "detect/watch.h"
#include "engine/connection.h"

namespace deadpeer {

// What a segment is, for its row.
struct SegmentNature {
    SegmentKind kind = SegmentKind::kOrdinary;
    std::uint32_t train_position = 0;  // of a probe
    bool of_first_pair = false;        // later segments may make it a probe or its answer
    bool may_prove = false;            // a finding or the verdict may name its frame
};

class Watcher {
public:
    // Segments at most until is_scarce() is asked again.
    static constexpr std::size_t kBetweenLooks = 64;

    Watcher(const AnalyzerOptions& options, const HostLife& hosts, ReportSink& sink)
        : options_(options),
          hosts_(hosts),
          sink_(sink),
          idle_closes_(options.memory_cap / 64, options.hash_seed) {}

    // Whether look() has nothing to see in the segment: all but a few.
    [[nodiscard]] static bool is_plain(const Connection& connection, const Segment& segment, Labels labels) {
        return !connection.needs_inspection &&
               deadpeer::is_plain(connection.sent_by(segment.direction), segment, labels);
    }

    // Looks at an analysed segment before it changes its connection; answers what its row will say.
    SegmentNature inspect(Connection& connection, const Segment& segment, Labels labels, std::uint32_t file,
                          bool holds_copies);

    [[nodiscard]] bool wants_all() const { return options_.segments >= SegmentSelection::kAll; }
    // Whether the segment's row is one that is asked for.
    [[nodiscard]] bool wants(Labels printed, const SegmentNature& nature) const {
        if (options_.segments != SegmentSelection::kKeepalive) return wants_all();
        return printed.any_of(kProbeLabels) || is_keepalive(nature.kind) || nature.of_first_pair ||
               nature.may_prove;
    }

    // Whether a finding or a verdict may name the segment, whatever its connection's Watch has in mind: it
    // may also end the wait for what became of the connection that had the 4-tuple before.
    [[nodiscard]] bool may_prove(const Connection& connection, const Segment& segment) const {
        if (!selects_rows()) return false;
        const Watch* watch = watch_of(connection);
        return segment.has(kSyn | kRst) || segment.icmp_quote ||
               (watch != nullptr && watch->predecessor != 0);
    }

    // Hands out the segment's row. Comes after look(), before the segment changes its connection.
    // `stream`: in which Wireshark counts it.
    void report(Connection& connection, const Segment& segment, StreamNumber stream, Labels printed,
                const SegmentNature& nature, std::uint32_t file);

    // Says which rows stay as they are, where all are handed out.
    void report_settled();

    // Hand out what is known of a segment that a finding or a verdict names: its row may not have been handed
    // out, as it was plain.
    void report_beat(const Connection& connection, Direction sender, std::uint64_t frame, Nanoseconds time);
    void report_latest(const Connection& connection);

    // An ICMP error quotes a segment of the connection. `of_host`: it says that the host is not there.
    void unreachable(Connection& connection, const Segment& quote, bool of_host, std::uint64_t frame,
                     Nanoseconds time);

    // The connection's Watch, made if it has none; the connection's segments are looked at from now on.
    Watch& open(Connection& connection);

    // Takes down what the hosts that do not answer on it have said elsewhere until now.
    void note_hosts(const Connection& connection);
    // When what does not answer on it will have had its time; no value if nothing is waited for.
    [[nodiscard]] std::optional<Nanoseconds> patience_ends(const Connection& connection,
                                                           std::span<const CaptureGap> gaps,
                                                           Nanoseconds after) const;

    // That RST of it came from a machine that was not seen before.
    void note_other_sender(const Connection& connection, const Segment& reset);

    // That RST came from the machine of the link that has its sender's address.
    void note_own_reset(const Connection& connection, const Segment& reset);

    // What was taken down of that RST; nullptr if nothing was.
    [[nodiscard]] const ResetRecord* reset_of(const Connection& connection, const Segment& reset) const;
    // The RST came from another link-layer address than the sender's segments before.
    void note_macs(const Connection& connection, const MacChange& macs);
    // A segment without RST came from that link-layer address.
    void note_after_reset(const Connection& connection, const Segment& segment, std::uint64_t mac);

    // That RST refuses it on a port that may serve others.
    void await_service(const Connection& connection, const Segment& reset);
    // And it does: that of its RST of that time.
    void note_served(const Connection& connection, Nanoseconds reset_time);

    // That RST answers what another connection, from another address or port, went on with.
    void note_rebinding(const Connection& connection, const Segment& reset);
    void note_leak(const Connection& connection, const Segment& reset);

    // The connection ended in a RST that is no part of its stream.
    void note_reset(Connection& connection, const ResetRecord& reset);

    // A segment that is no part of the connection, though of its stream.
    void count_reset(Connection& connection, const Segment& segment) {
        if (segment.has(kRst)) ++watch_for(connection).resets[index(segment.direction)];
    }

    // From now on that is told. `host`: what other connections tell of the host. Answers what was told
    // before.
    ReportedVerdict mark_reported(const Connection& connection, const ReportedVerdict& reported, Signs host);
    // The event about several connections that counts it from now on; answers with the one until now.
    std::optional<EventKind> note_shared_event(const Connection& connection, std::optional<EventKind> event);

    // One of its sides is not answered at the moment, or what became of it was told.
    [[nodiscard]] bool is_in_trouble(const Connection& connection) const;

    [[nodiscard]] const Watch* watch_of(const Connection& connection) const {
        return watches_.find(connection.watch);
    }

    // Closes after silences, as they are met.
    [[nodiscard]] IdleCloses& idle_closes() { return idle_closes_; }

    void release(Connection& connection);

    // Whether some of what Watches consist of will soon take more memory, and whether the connection has of
    // that.
    [[nodiscard]] bool is_scarce() const;
    [[nodiscard]] bool holds_scarce(const Connection& connection) const;
    // Connections that met a RST.
    [[nodiscard]] std::size_t resets() const { return pools_.resets.taken(); }
    [[nodiscard]] std::size_t memory() const {
        return watches_.memory() + pools_.memory() + rows_.memory() + idle_closes_.memory() + tried_.memory();
    }

private:
    static constexpr Labels kProbeLabels =
        Label::kKeepAlive | Label::kKeepAliveAck | Label::kZeroWindowProbe | Label::kZeroWindowProbeAck;

    // Rows are asked for that later segments, findings or verdicts select.
    [[nodiscard]] bool selects_rows() const {
        return options_.segments == SegmentSelection::kKeepalive ||
               options_.segments == SegmentSelection::kEvery;
    }

    static bool is_keepalive(SegmentKind kind) {
        return kind >= SegmentKind::kKeepaliveProbe && kind <= SegmentKind::kZeroWindowProbeAck;
    }

    // A row handed out that may be added to, between the ones before and after it.
    struct PendingRow {
        SegmentRowId id = 0;
        std::uint32_t before = 0;
        std::uint32_t after = 0;
        SegmentRow row;
    };

    Watch& watch_for(Connection& connection);
    // nullptr if it has met none.
    [[nodiscard]] ResetRecord* reset_to_write(const Connection& connection, const Segment& reset);
    void keep_row(std::uint32_t& number, SegmentRowId id, const SegmentRow& row);
    void drop_row(std::uint32_t& number);
    void unlink_row(const PendingRow& row);
    // Whether the Watch has the connection's latest frame in mind.
    [[nodiscard]] bool latest_is_named(const Connection& connection, const Watch& watch) const;
    // Hands out what is known of the connection's latest segment, which may have been plain, now that the one
    // after it made it evidence.
    void report_latest(const Connection& connection, const Segment& next);
    bool follow_first_pair(Connection& connection, const Segment& segment, SegmentKind kind);
    void report_large(const Connection& connection, const Watch& watch, const Segment& segment,
                      std::uint32_t file);
    void settle_first_pair(Watch& watch);
    void drop_first_pair(Watch& watch);
    void settle_answered_row(Watch& watch, const Segment& answer);
    void note_host_life(ResetRecord& reset, const FlowKey& key) const;
    [[nodiscard]] Nanoseconds host_heard(const IpAddress& host) const;
    void note_reached_or_not(const Connection& connection, const Segment& segment);
    void note_try(const Connection& connection, Watch& watch, const Segment& segment);
    [[nodiscard]] bool ids_run_through(const Connection& connection, const Segment& segment,
                                       const ResetRecord& reset) const;
    void note_ttl(ResetRecord& reset, const Connection& connection) const;

    const AnalyzerOptions& options_;
    const HostLife& hosts_;
    ReportSink& sink_;
    IdleCloses idle_closes_;
    TriedHosts tried_;
    Pool<Watch> watches_;
    WatchPools pools_;
    Pool<PendingRow> rows_;
    std::uint32_t first_row_ = 0;  // of rows_, in the order of their ids; 0: there are none
    std::uint32_t last_row_ = 0;
    SegmentRowId next_id_ = 0;  // after the row that was handed out last
    SegmentRowId settled_ = 0;  // as was told
};

}  // namespace deadpeer
