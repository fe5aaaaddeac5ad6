// LiveScheduler: the questions that a live capture asks as time passes.
//
// What:     connections are asked about when silence may have decided something. What takes a look at others
//           of the same hosts (has this one rebooted? is there a box on this path?) is asked at most twice a
//           second.
// Lifetime: all that is given must outlive it.
// Threads:  one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <vector>

#include "analyzer/conclusions.h"
#include "analyzer/deadlines.h"
#include "analyzer/predecessors.h"
#include "analyzer/verdicts.h"
#include "correlate/host_marks.h"
#include "engine/connection.h"
#include "flow/flow_table.h"

namespace deadpeer {

class LiveScheduler {
public:
    LiveScheduler(FlowTable<Connection>& flows, const HostMarks& marks, Predecessors& predecessors,
                  Verdicts& verdicts)
        : flows_(flows), marks_(marks), predecessors_(predecessors), verdicts_(verdicts) {}

    // When what its segment of that time has changed may decide something about it: at once if that is over.
    void ask_later(const Connection& connection, Nanoseconds segment, const CaptureState& capture);
    void forget(const Connection& connection) { deadlines_.forget(connection.tcp.number); }

    // A connection that its host has reset and whose 4-tuple is in use again: it is in the table no more.
    void keep(const Connection& replaced, Nanoseconds now) {
        replaced_.insert_or_assign(replaced.tcp.number, Replaced{replaced, now});
        next_replaced_ = std::min(next_replaced_, now);
    }
    // `end` is called with the oldest of these, as long as they take more memory than that.
    void keep_within(std::size_t bytes, const std::function<void(Connection&)>& end);
    template <typename Visit>
    void for_each_replaced(Visit visit) const {
        for (const auto& [stream, one] : replaced_) visit(one.connection);
    }
    // Whose deadline it is, if that connection is there.
    [[nodiscard]] std::optional<Verdicts::Ended> find(const Deadlines::Entry& entry) const;
    // nullptr if there is none of that number.
    [[nodiscard]] const Connection* find_replaced(std::uint64_t stream) const {
        const auto found = replaced_.find(stream);
        return found == replaced_.end() ? nullptr : &found->second.connection;
    }

    // Or earlier. Cheap.
    [[nodiscard]] std::optional<Nanoseconds> next() const;

    // Begins to tell what is due; of many connections only the first, and the next when it is called again:
    // no call takes long. When all are told next() is later. `end` is called with the connections that were
    // kept and are settled.
    void run_due(const CaptureState& capture, const std::function<void(Connection&)>& end);
    // Some that are due are not told yet.
    [[nodiscard]] bool is_in_round() const { return round_.step != Round::Step::kNone; }
    // No record may change its place.
    [[nodiscard]] bool is_looking() const {
        return round_.step == Round::Step::kLooking || round_.step == Round::Step::kAtPeers;
    }
    // Before something happens to a connection: tells it if it is one of these.
    void tell_before(const Connection& connection, const CaptureState& capture) {
        if (is_in_round() && round_.waiting.contains(connection.tcp.number))
            tell_waiting(connection, capture);
    }

    // A gap of the capture has ended: who waited for that is asked about again.
    void resume(Nanoseconds now);

    // The latest frame is of that time: who was called dead while none came is asked about again, if it is a
    // new one.
    void doubt_again(Nanoseconds latest, Nanoseconds now);

    // REQUIRES: the table keeps marks.
    [[nodiscard]] HostVisitors host_visitors() { return {visit_hosts(), visit_some()}; }

    [[nodiscard]] std::size_t memory() const {
        return deadlines_.memory() + replaced_.size() * kReplacedBytes +
               (round_.entries.capacity() + parked_.capacity() + doubtful_.capacity()) *
                   sizeof(Deadlines::Entry) +
               round_.waiting.size() * kSetNode + round_.forgetful.capacity() * sizeof(IpAddress);
    }

private:
    static constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::max();

    struct Replaced {
        Connection connection;
        Nanoseconds ask;
    };
    static constexpr std::size_t kSetNode = 32;                           // with its bucket
    static constexpr std::size_t kReplacedBytes = sizeof(Replaced) + 48;  // with the map's part

    [[nodiscard]] VisitConnections visit_hosts();
    [[nodiscard]] VisitSome visit_some();
    // Each of these takes what it does from what is left of a call's work, and answers whether all is done.
    [[nodiscard]] bool take(const CaptureState& capture, std::size_t& left);
    [[nodiscard]] bool ask(std::size_t& left);
    [[nodiscard]] bool look(std::size_t& left);
    [[nodiscard]] bool look_at_peers(std::size_t& left);
    [[nodiscard]] bool tell(const CaptureState& capture, std::size_t& left);
    void begin_round(Nanoseconds now);
    void begin_asking();
    void begin_looking();
    void begin_at_peers();
    template <typename Visit>
    [[nodiscard]] bool look_on(std::size_t& left, Visit visit);
    void gather_path(const Connection& connection);
    template <typename Visit>
    void visit_both(const Connection& connection, const Visit& visit) const;
    template <typename Ask>
    void ask_of_hosts(const Connection& connection, std::set<IpAddress>& open, HostMarks::Wanted& wanted,
                      Ask ask) const;
    void take_one(const Deadlines::Entry& entry, const CaptureState& capture);
    void end_round(const CaptureState& capture, const std::function<void(Connection&)>& end);
    void tell(const Verdicts::Ended& one, const CaptureState& capture);
    void tell_waiting(const Connection& connection, const CaptureState& capture);
    template <typename Visit>
    void for_each_due_replaced(Visit visit) const;
    void report_replaced(const CaptureState& capture, const std::function<void(Connection&)>& end);
    [[nodiscard]] bool may_collect(Nanoseconds now) const { return now >= next_collection_; }

    FlowTable<Connection>& flows_;
    const HostMarks& marks_;
    Predecessors& predecessors_;
    Verdicts& verdicts_;
    Deadlines deadlines_;
    // Those that are due at a time, and what other connections tell of their hosts by then: taken and asked
    // about, then looked for, then told.
    struct Round {
        enum class Step : std::uint8_t { kNone, kTaking, kAsking, kLooking, kAtPeers, kTelling };

        Step step = Step::kNone;
        Nanoseconds begun = kNoTime;
        std::vector<Deadlines::Entry> entries;
        std::unordered_set<StreamNumber, SeededHash> waiting{0, SeededHash(0)};
        std::size_t next = 0;  // of the entries, when they are asked about, and when they are told
        Verdicts::Hosts forgetful;
        std::optional<HostMarks::Wanted> wanted;
        std::set<IpAddress> peers;  // whose connections are looked at, as long as they may tell more
        std::uint32_t looked = 0;   // at the records below
        bool with_replaced = false;
    };
    // Work of one call, in entries taken and records looked at.
    static constexpr std::size_t kMostAtOnce = 4'096;
    static constexpr std::size_t kOfTelling = 16;  // one
    static constexpr std::uint32_t kMarksAtOnce = 1'024;

    Round round_;
    std::vector<Deadlines::Entry> parked_;    // due while nothing was captured
    std::vector<Deadlines::Entry> doubtful_;  // told while no frame at all came
    Nanoseconds doubted_at_ = kNoTime;        // the latest frame when they were last asked about
    Nanoseconds next_doubt_ = kNoTime;
    std::map<std::uint64_t, Replaced> replaced_;  // by stream
    Nanoseconds next_replaced_ = kNever;          // when the first of them is to be asked about, or earlier
    Nanoseconds next_collection_ = kNoTime;       // when all connections may be looked at again
};

}  // namespace deadpeer
