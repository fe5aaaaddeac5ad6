// Verdicts: tells the sink the flows, verdicts and what follows from them, each verdict once.
//
// What:     a connection that ends early (its 4-tuple is used again, or memory runs out) is judged by itself;
//           the others at the end, when the other connections of a host can say whether it rebooted, and
//           which timers it has. In a live capture the same questions are asked when a deadline has passed,
//           and again at the end: a verdict that has changed since is told as well.
// Lifetime: all that is given must outlive it.
// Threads:  one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "analyzer/conclusions.h"
#include "analyzer/paths.h"
#include "analyzer/picture.h"
#include "analyzer/reboots.h"
#include "analyzer/scans.h"
#include "analyzer/watcher.h"
#include "deadpeer/options.h"
#include "deadpeer/sink.h"
#include "engine/connection.h"
#include "engine/heartbeat_tracker.h"

namespace deadpeer {

// Calls its second argument for connections of each of these hosts, as long as it answers true for that one.
using VisitSome = std::function<void(std::span<const IpAddress>,
                                     const std::function<bool(const Connection&, const IpAddress&)>&)>;

struct HostVisitors {
    VisitConnections all;
    VisitSome some;
};

class Verdicts {
public:
    Verdicts(const AnalyzerOptions& options, Watcher& watcher, HeartbeatTracker& beats, const HostLife& life,
             const SeenTwice& seen_twice, ReportSink& sink)
        : watcher_(watcher),
          beats_(beats),
          sink_(sink),
          conclusions_(options, watcher, beats, life, seen_twice),
          reboots_(options.memory_cap / 64),
          paths_(options.memory_cap / 64, beats.knowledge()),
          scans_(options.memory_cap / 64) {}

    void announce(const IpAddress& host, Nanoseconds time, std::uint32_t file, std::uint64_t frame) {
        conclusions_.announce(host, time, file, frame);
    }
    void note_forgotten(const Connection& connection) { conclusions_.note_forgotten(connection); }
    void note_gone(const Connection& connection) { conclusions_.note_gone(connection); }

    // One that ends before the others.
    void report_early(const Connection& connection, bool superseded, const CaptureState& capture);

    // All the others, in the order given.
    struct Ended {
        const Connection* connection;
        bool superseded;
    };
    void report_all(std::span<const Ended> connections, const CaptureState& capture);

    // Begins to describe flows to another sink, those that end from now on included, until it is ended with
    // nullptr; nothing counts as told.
    void draw(Picture* picture) { picture_ = picture; }
    [[nodiscard]] bool is_drawing() const { return picture_ != nullptr; }
    // REQUIRES: it is the turn of that connection.
    void describe(const Ended& ended, const CaptureState& capture);

    // Live: some that ended a while ago, with a look at the other connections of hosts that have forgotten
    // one.
    void report_ended(std::span<const Ended> ended, const HostVisitors& look, const CaptureState& capture);

    // A live round: first what other connections tell of hosts that have forgotten one of those due, in the
    // order of these calls, then each of those due.
    using Hosts = std::vector<IpAddress>;  // in order, each once
    void begin_evidence() { conclusions_.clear(); }
    // For each of those due: adds the addresses of the host that has forgotten it, in any order.
    void ask_about(const Connection& due, Hosts& forgetful);
    void begin_paths(Hosts& forgetful);
    void ask_about_path(const Connection& due) { conclusions_.ask_about_path(due); }
    // For each connection of these hosts; it may be one of others.
    void gather(const Connection& connection, const Hosts& forgetful);
    // Then for connections of some peers of theirs, as long as that answers true for the peer.
    [[nodiscard]] Hosts peers_asked() const { return conclusions_.peers_asked(); }
    bool gather_path(const Connection& connection, const IpAddress& peer) {
        return conclusions_.gather_path(connection, peer);
    }
    void end_evidence() { conclusions_.freeze(); }
    // Answers when to ask again; no value: when something happens to the connection.
    std::optional<Nanoseconds> report_due(const Ended& due, const CaptureState& capture);
    // Whether only a look at the other connections of its host can tell what became of it.
    [[nodiscard]] bool is_about_host(const Connection& connection) const {
        return conclusions_.lost_by_host(connection).has_value();
    }

    // Live: it was called dead, or its heartbeat stopped, while no frame at all came.
    [[nodiscard]] bool has_reported_in_pause(const Connection& connection) const {
        const Watch* watch = watcher_.watch_of(connection);
        return (watch != nullptr && watch->reported.in_pause) || beats_.has_reported_in_doubt(connection);
    }

    // Live: a verdict about the connection stands.
    [[nodiscard]] bool has_reported(const Connection& connection) const {
        const Watch* watch = watcher_.watch_of(connection);
        return watch != nullptr && watch->reported.verdict != Verdict::kNone;
    }
    // Live: a side that was called dead has just answered.
    void report_outlived(const Connection& connection, const Segment& answer, std::uint32_t file);

    // What follows from several connections: reboots and scans, when their time has come, and, after further
    // failures, timeouts on paths.
    [[nodiscard]] std::optional<Nanoseconds> next_reboot() const { return reboots_.next_due(); }
    void report_reboots(Nanoseconds now) { reboots_.report_due(sink_, now); }
    [[nodiscard]] std::optional<Nanoseconds> next_scan() const { return scans_.next_due(); }
    void report_scans(Nanoseconds now) { scans_.report_due(sink_, now); }
    [[nodiscard]] bool paths_are_suspect() const { return paths_.has_new(); }
    // Live: when a side's idle timer may have come to be known, and then.
    [[nodiscard]] std::optional<Nanoseconds> next_idle_close() const { return watcher_.idle_closes().due(); }
    void report_idle_closes();
    void report_paths(const VisitConnections& visit, Nanoseconds now);

    // The first time after `after` at which silence may decide something about the connection. A gap that
    // goes on is left out: its end is not known.
    [[nodiscard]] std::optional<Nanoseconds> next_question(const Connection& connection, Nanoseconds after,
                                                           const CaptureState& capture) const;

    // Connections that were too many for a look at the others of their host.
    [[nodiscard]] std::uint64_t hosts_left_out() const { return conclusions_.left_out(); }
    [[nodiscard]] std::size_t memory() const {
        return reboots_.memory() + paths_.memory() + scans_.memory() + conclusions_.memory();
    }

private:
    void open_books(std::span<const Ended> connections);
    void collect_host_evidence(std::span<const Ended> due, const HostVisitors& look);
    [[nodiscard]] Hosts hosts_without_state(std::span<const Ended> connections);
    [[nodiscard]] HostSigns host_signs(const Connection& connection) const;
    void report(const Connection& connection, bool superseded, const CaptureState& capture,
                const HostSigns& host);
    void report_missed_beat(const Connection& connection, const Conclusion& conclusion, const Pauses& pauses);
    void report_change(const Connection& connection, const ReportedVerdict& reported,
                       const Judgement& judgement, Nanoseconds now);
    void take_back(const Connection& connection, Finding& change, Nanoseconds time, std::uint64_t frame);
    void report_verdict(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                        Nanoseconds now);
    [[nodiscard]] IpAddress loser(EventKind kind, const Connection& connection, Direction side) const;
    [[nodiscard]] std::optional<Nanoseconds> may_change_until(const Connection& connection,
                                                              const Judgement& judgement,
                                                              const CaptureState& capture) const;

    Watcher& watcher_;
    HeartbeatTracker& beats_;
    ReportSink& sink_;
    Conclusions conclusions_;
    Reboots reboots_;
    Paths paths_;
    Scans scans_;
    Picture* picture_ = nullptr;
};

}  // namespace deadpeer
