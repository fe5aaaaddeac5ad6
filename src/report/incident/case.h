// Case: the events of one class that have one cause; an incident is one case or several.
//
// Memory:  two events in full, and the numbers of the connections as far as the owner has room for them.
// Threads: plain value.
#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "report/incident/cause_class.h"
#include "report/incident/incident.h"

namespace deadpeer {

class Case {
public:
    Case(CauseClass cause, const Window& window) : cause_(cause), window_(window) {}

    // `may_list`: there is room for the number of one more connection. Answers whether it was taken.
    bool add(const Finding& finding, bool may_list);
    // Live: that event no longer holds. False: it is none of these.
    bool take_back(const Finding& change);

    // Nothing is left that can be told.
    [[nodiscard]] bool empty() const { return told_.empty(); }

    [[nodiscard]] CauseClass cause() const { return cause_; }
    [[nodiscard]] const Window& window() const { return window_; }
    [[nodiscard]] Severity severity() const;
    // Of its events the one that tells most. REQUIRES: !empty().
    [[nodiscard]] const Finding& told() const { return told_.front(); }
    [[nodiscard]] std::uint64_t connections() const;
    [[nodiscard]] std::uint64_t events() const;
    [[nodiscard]] std::uint64_t count(EventKind kind) const {
        return counts_[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] const std::set<StreamNumber>& streams() const { return streams_; }
    [[nodiscard]] const std::vector<IpAddress>& peers() const { return peers_; }
    // The subject's, if all of them have the same; else 0.
    [[nodiscard]] std::uint16_t port() const { return several_ports_ ? std::uint16_t{0} : port_; }
    // The shortest silence before one of them; kNoTime if that of one is not known.
    [[nodiscard]] Nanoseconds least_idle() const { return least_idle_; }

    // Its numbers, times and peers; the incident's own are its cause, its subject and its connections.
    void add_to(Incident& incident) const;

private:
    void note_peers(const Finding& finding);
    bool note_streams(const Finding& finding, bool may_list);

    CauseClass cause_;
    Window window_;              // in which it happened, as far as the events tell
    std::vector<Finding> told_;  // the worst two
    EventCounts counts_{};
    std::set<StreamNumber> streams_;
    std::set<StreamNumber> second_views_;  // of these, on the other side of a NAT
    std::uint64_t unlisted_ = 0;           // connections that are not in streams_
    std::vector<IpAddress> peers_;
    bool more_peers_ = false;
    std::uint16_t port_ = 0;  // the subject's
    bool several_ports_ = false;
    Nanoseconds first_ = kNoTime;
    Nanoseconds last_ = kNoTime;
    Nanoseconds last_heard_ = kNoTime;
    Nanoseconds half_open_ = kNoTime;
    Nanoseconds least_idle_ = std::numeric_limits<Nanoseconds>::max();
};

}  // namespace deadpeer
