// Conclusions: what becomes of a connection, on all that is known, its host's other connections included.
//
// What:     the books are filled with connections, then closed with freeze(); conclude() asks. A connection
//           may be asked about with empty books: then its own story decides.
// Lifetime: all that is given must outlive it.
// Threads:  one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/capture_gaps.h"
#include "analyzer/facts.h"
#include "analyzer/watcher.h"
#include "correlate/host_book.h"
#include "correlate/host_life.h"
#include "correlate/lost_together.h"
#include "correlate/seen_twice.h"
#include "correlate/timer_pool.h"
#include "deadpeer/options.h"
#include "detect/judge.h"
#include "engine/connection.h"
#include "engine/heartbeat_tracker.h"

namespace deadpeer {

// The capture when something is concluded.
struct CaptureState {
    Nanoseconds now = kNoTime;
    bool lost_frames = false;
    const CaptureGaps& gaps;
    Pauses pauses;

    // Of the inputs that the connection is seen on.
    [[nodiscard]] std::span<const CaptureGap> gaps_of(const Connection& connection) const {
        return connection.several_inputs ? gaps.of_any() : gaps.of(connection.last.file);
    }
    [[nodiscard]] CaptureFacts facts(const Connection& connection) const {
        return {now, lost_frames, gaps_of(connection), pauses, false};
    }
};

struct Conclusion {
    Judgement judgement;
    FlowSummary flow;
    MissedBeat missed;
};

class Conclusions {
public:
    Conclusions(const AnalyzerOptions& options, const Watcher& watcher, const HeartbeatTracker& beats,
                const HostLife& life, const SeenTwice& seen_twice)
        : options_(options), watcher_(watcher), beats_(beats), life_(life), seen_twice_(seen_twice) {}

    // It is another that counts, as seen on the other side of a NAT.
    [[nodiscard]] bool is_second_view(const Connection& connection) const {
        return seen_twice_.first_of(connection.tcp.number).has_value();
    }

    void announce(const IpAddress& host, Nanoseconds time, std::uint32_t file, std::uint64_t frame) {
        hosts_.announce(life_.machine_of(host), time, file, frame);
    }
    // A RST came that tells its sender has forgotten the connection.
    void note_forgotten(const Connection& connection);

    // Announcements stay.
    void clear();
    void gather_timers(const Connection& connection);
    // As that side lived it.
    void ask_about(const HostConnection& forgotten) { hosts_.ask_about(forgotten); }
    // What lies between its hosts, as it may have lost the connections of several: before any is asked about,
    // those that are, then the others.
    void prepare_paths();
    void ask_about_path(const Connection& connection);
    void gather_path(const Connection& connection);
    // Only those of some peers: as long as that answers true.
    [[nodiscard]] std::vector<IpAddress> peers_asked() const { return together_.peers_asked(); }
    [[nodiscard]] bool gather_path(const Connection& connection, const IpAddress& peer);
    // One that will not be gathered again.
    void note_gone(const Connection& connection);
    void gather_host(const Connection& connection, Direction side);
    // What is known of connections of that address which are there no more.
    void gather_gone(const IpAddress& address);
    void freeze();

    // As the sender of its no-socket RST lived the connection; none if there is no such RST.
    [[nodiscard]] std::optional<HostConnection> lost_by_host(const Connection& connection) const;
    // The machine that has this address, by one of its addresses.
    [[nodiscard]] IpAddress machine_of(const IpAddress& host) const { return life_.machine_of(host); }
    // All addresses of the machine that has this one.
    [[nodiscard]] std::vector<IpAddress> addresses_of(const IpAddress& host) const {
        return life_.addresses_of(host);
    }
    // Of what is kept between verdicts, but for announcements and the times of resets.
    [[nodiscard]] std::size_t memory() const { return together_.memory(); }
    // Connections that found no room among what is known of hosts.
    [[nodiscard]] std::uint64_t left_out() const { return hosts_.left_out(); }
    // REQUIRES: frozen. Nothing for a connection that no host has forgotten.
    [[nodiscard]] HostSigns host_signs(const Connection& connection) const;
    // Whether it was, as is known by now, not lost together with those of other hosts.
    [[nodiscard]] bool was_lost_alone(const Connection& connection) const;
    // Whether connections of other hosts may yet tell that it was no reboot.
    [[nodiscard]] bool loss_is_awaited(const Connection& connection) const;
    // Whether another connection may still tell what became of the host.
    [[nodiscard]] bool witness_is_awaited(const Connection& connection) const;

    [[nodiscard]] Conclusion conclude(const Connection& connection, bool superseded,
                                      const CaptureState& capture, const HostSigns& host) const;

private:
    [[nodiscard]] LostTogether::Loss loss_of(const Connection& connection, const HostConnection& lost) const;
    [[nodiscard]] LostTogether::Lived lived_by_host(const Connection& connection, Direction host) const;
    [[nodiscard]] bool was_heard_meanwhile(const Connection& connection, Direction side) const;
    [[nodiscard]] bool prober_is_up(const Connection& connection) const;
    [[nodiscard]] Signs signs_of_takeover(const ResetRecord& reset, const IpAddress& host) const;
    void fill_view(FlowSummary& flow) const;
    void fill_timers(SideSummary& side, const Connection& connection, Direction direction,
                     const Judgement& judgement) const;

    const AnalyzerOptions& options_;
    const Watcher& watcher_;
    const HeartbeatTracker& beats_;
    const HostLife& life_;
    const SeenTwice& seen_twice_;
    HostBook hosts_;
    LostTogether together_;
    TimerPool idle_timers_;
    TimerPool interval_timers_;
};

}  // namespace deadpeer
