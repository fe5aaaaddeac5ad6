#include "diff/trend.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "deadpeer/names.h"

namespace deadpeer {

std::string_view name_of(const Problem& problem) {
    return problem.verdict == Verdict::kNone ? to_string(problem.event) : to_string(problem.verdict);
}

std::string_view to_string(Standing standing) {
    constexpr std::array<std::string_view, 4> kNames = {"new", "chronic", "resolved", "absent"};
    return kNames[static_cast<std::size_t>(standing)];
}

std::string_view to_string(Tendency tendency) {
    constexpr std::array<std::string_view, 3> kNames = {"steady", "more", "fewer"};
    return kNames[static_cast<std::size_t>(tendency)];
}

Tendency tendency_of(const std::vector<std::uint64_t>& counts) {
    std::int64_t up = 0;
    std::int64_t down = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        for (std::size_t j = i + 1; j < counts.size(); ++j) {
            up += counts[j] > counts[i] ? 1 : 0;
            down += counts[j] < counts[i] ? 1 : 0;
        }
    }
    const auto pairs = static_cast<std::int64_t>(counts.size() * (counts.size() - 1) / 2);
    if (up > down && (up - down) * 2 >= pairs) return Tendency::kMore;
    if (down > up && (down - up) * 2 >= pairs) return Tendency::kFewer;
    return Tendency::kSteady;
}

template <typename Key>
void Trend::see(std::map<Key, Seen>& seen, const Key& key) const {
    Seen& record = seen[key];
    const std::size_t run = runs_.size() - 1;
    if (record.runs > 0 && record.last == run) return;
    ++record.runs;
    record.last = run;
}

void Trend::count(const Problem& problem) {
    std::vector<std::uint64_t>& counts = problems_[problem];
    counts.resize(runs_.size());
    ++counts.back();
}

void Trend::add(const std::string& name, Snapshot& run) {
    runs_.push_back(name);
    note_names(run.hosts, names_);
    note_servers(run.flows, servers_);
    turn_to_servers(run.flows, servers_);
    for (const HostRecord& host : run.hosts) see(hosts_, host.address);
    for (const FlowRecord& flow : run.flows) {
        see(services_, service_of(flow));
        if (is_problem(flow.verdict)) count({.verdict = flow.verdict, .service = service_of(flow)});
    }
    for (const EventRecord& event : run.events) {
        see(hosts_, event.subject.address);
        count({.event = event.kind, .service = {event.peer, event.subject}});
    }
}

Trend::Seen Trend::seen(const Problem& problem) const {
    const auto look_up = [](const auto& seen, const auto& key) {
        const auto found = seen.find(key);
        return found == seen.end() ? Seen{} : found->second;
    };
    return problem.verdict == Verdict::kNone ? look_up(hosts_, problem.service.server.address)
                                             : look_up(services_, problem.service);
}

std::vector<TrendRow> Trend::rows() const {
    std::vector<TrendRow> rows;
    const std::size_t last_run = runs_.size() - 1;
    for (const auto& [problem, counted] : problems_) {
        TrendRow row{.problem = problem, .counts = counted};
        row.counts.resize(runs_.size());
        const Seen seen_at = seen(problem);
        row.seen = seen_at.runs;
        for (std::size_t i = 0; i < row.counts.size(); ++i) {
            if (row.counts[i] == 0) continue;
            if (row.runs++ == 0) row.first = i;
            row.last = i;
        }
        if (row.last == last_run) {
            row.standing = row.runs == 1 ? Standing::kNew : Standing::kChronic;
        } else {
            row.standing = seen_at.last == last_run ? Standing::kResolved : Standing::kAbsent;
        }
        row.tendency = tendency_of(row.counts);
        rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const TrendRow& x, const TrendRow& y) {
        return std::tie(x.standing, y.runs) < std::tie(y.standing, x.runs);
    });
    return rows;
}

}  // namespace deadpeer
