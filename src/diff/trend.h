// Trend: the problems of services and hosts over several runs.
//
// What:     a problem is a verdict that is_problem() of the connections of one service, or an event about a
//           host, a service or a pair of hosts. Its count in a run is how many connections have it there, or
//           how many events there are. A tendency is told if more than half of all pairs of runs agree on it
//           (Kendall's tau of at least 0.5), so that counts that go up and down have none.
// Memory:   of each service one record, of each problem a number for each run.
// Threads:  one thread at a time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "diff/service.h"
#include "diff/snapshot.h"

namespace deadpeer {

struct Problem {
    Verdict verdict = Verdict::kNone;  // kNone: it is an event
    EventKind event{};
    Service service;  // of an event the subject is the server, the peer the client, where there is one

    friend auto operator<=>(const Problem&, const Problem&) = default;
};
std::string_view name_of(const Problem& problem);

enum class Standing : std::uint8_t {
    kNew,       // in the last run only
    kChronic,   // in the last run and in earlier ones
    kResolved,  // not in the last run, though the service or host is
    kAbsent,    // neither it nor its service or host is in the last run
};
enum class Tendency : std::uint8_t { kSteady, kMore, kFewer };

std::string_view to_string(Standing standing);
std::string_view to_string(Tendency tendency);

// REQUIRES: at least one count.
Tendency tendency_of(const std::vector<std::uint64_t>& counts);

struct TrendRow {
    Problem problem;
    std::vector<std::uint64_t> counts;  // by run
    std::uint64_t seen = 0;             // runs that have the service or host at all
    std::uint64_t runs = 0;             // that have the problem
    std::size_t first = 0;              // of them, by index
    std::size_t last = 0;
    Standing standing = Standing::kNew;
    Tendency tendency = Tendency::kSteady;
};

class Trend {
public:
    // Oldest first. Turns connections whose roles were guessed wrongly, as far as earlier runs tell.
    void add(const std::string& name, Snapshot& run);

    // By standing, then those of most runs first.
    [[nodiscard]] std::vector<TrendRow> rows() const;
    [[nodiscard]] const std::vector<std::string>& runs() const { return runs_; }
    [[nodiscard]] const HostNames& names() const { return names_; }

private:
    struct Seen {
        std::uint64_t runs = 0;
        std::size_t last = 0;
    };
    template <typename Key>
    void see(std::map<Key, Seen>& seen, const Key& key) const;
    void count(const Problem& problem);
    [[nodiscard]] Seen seen(const Problem& problem) const;

    std::vector<std::string> runs_;
    Servers servers_;
    HostNames names_;
    std::map<Service, Seen> services_;
    std::map<IpAddress, Seen> hosts_;
    std::map<Problem, std::vector<std::uint64_t>> problems_;  // counts of the runs so far, or fewer
};

}  // namespace deadpeer
