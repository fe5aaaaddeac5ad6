#include "analyzer/live_scheduler.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "core/work.h"

namespace deadpeer {
namespace {

constexpr Nanoseconds kBetweenLooks = 500 * kMillisecond;
// A segment may show that what was told no longer holds.
constexpr Nanoseconds kBetweenChanges = 500 * kMillisecond;
// As long as others that have ended stay: what their hosts do meanwhile may yet tell more.
constexpr Nanoseconds kReplacedStays = 120 * kSecond;

}  // namespace

void LiveScheduler::ask_later(const Connection& connection, Nanoseconds segment,
                              const CaptureState& capture) {
    if (const auto time = verdicts_.next_question(connection, segment, capture)) {
        deadlines_.set(connection.key, connection.tcp.number, *time);
    }
    if (verdicts_.has_reported(connection))
        deadlines_.set(connection.key, connection.tcp.number, segment + kBetweenChanges);
}

void LiveScheduler::keep_within(std::size_t bytes, const std::function<void(Connection&)>& end) {
    while (replaced_.size() * kReplacedBytes > bytes) {
        const auto oldest = replaced_.extract(replaced_.begin());
        end(oldest.mapped().connection);
    }
}

std::optional<Nanoseconds> LiveScheduler::next() const {
    std::optional<Nanoseconds> next = deadlines_.next();
    const auto consider = [&](std::optional<Nanoseconds> time) {
        if (time) next = std::min(next.value_or(*time), *time);
    };
    if (!replaced_.empty()) consider(std::max(next_replaced_, next_collection_));
    consider(verdicts_.next_reboot());
    consider(verdicts_.next_idle_close());
    consider(verdicts_.next_scan());
    if (verdicts_.paths_are_suspect()) consider(next_collection_);
    return next;
}

void LiveScheduler::run_due(const CaptureState& capture, const std::function<void(Connection&)>& end) {
    const HostVisitors look = host_visitors();
    std::vector<Verdicts::Ended> due = take_due(capture);
    const std::size_t by_deadline = due.size();
    add_replaced(due, capture.now);
    const bool about_hosts = std::ranges::any_of(
        due, [&](const Verdicts::Ended& one) { return verdicts_.is_about_host(*one.connection); });
    verdicts_.collect_host_evidence(due, look);
    for (const Verdicts::Ended& one : std::span(due).first(by_deadline)) {
        const auto again = verdicts_.report_due(one, capture);
        const FlowKey& key = one.connection->key;
        const StreamNumber stream = one.connection->tcp.number;
        if (again) deadlines_.set(key, stream, *again);
        if (verdicts_.has_reported_in_pause(*one.connection)) doubtful_.push_back({kNever, stream, key});
    }
    if (may_collect(capture.now)) {
        report_replaced(capture, end);
        const bool suspect = verdicts_.paths_are_suspect();
        if (suspect) verdicts_.report_paths(look.all, capture.now);
        if (about_hosts || suspect) next_collection_ = capture.now + kBetweenLooks;
    }
    verdicts_.report_reboots(capture.now);
    if (verdicts_.next_idle_close()) verdicts_.report_idle_closes();
    verdicts_.report_scans(capture.now);
}

std::optional<Verdicts::Ended> LiveScheduler::find(const Deadlines::Entry& entry) const {
    const Connection* const record = flows_.find(entry.key, flows_.hash(entry.key));
    return record == nullptr ? std::nullopt : predecessors_.find(*record, entry.stream);
}

// A connection of which nothing is captured at the moment waits until something is; one that takes a look at
// the others waits for that.
std::vector<Verdicts::Ended> LiveScheduler::take_due(const CaptureState& capture) {
    std::vector<Verdicts::Ended> due;
    while (const auto entry = deadlines_.due(capture.now)) {
        const auto one = find(*entry);
        if (!one) continue;
        if (goes_on(capture.gaps_of(*one->connection), capture.now)) {
            parked_.push_back(*entry);
        } else if (!may_collect(capture.now) && verdicts_.is_about_host(*one->connection)) {
            deadlines_.set(entry->key, entry->stream, next_collection_);
        } else {
            due.push_back(*one);
        }
    }
    return due;
}

void LiveScheduler::add_replaced(std::vector<Verdicts::Ended>& due, Nanoseconds now) const {
    if (!may_collect(now) || next_replaced_ > now) return;
    for (const auto& [stream, one] : replaced_) {
        if (one.ask <= now) due.push_back({&one.connection, true});
    }
}

void LiveScheduler::report_replaced(const CaptureState& capture,
                                    const std::function<void(Connection&)>& end) {
    if (next_replaced_ > capture.now) return;
    next_replaced_ = kNever;
    for (auto& [stream, one] : replaced_) {
        if (one.ask <= capture.now) {
            auto again = verdicts_.report_due({&one.connection, true}, capture);
            const Nanoseconds last = one.connection.last_time() + kReplacedStays;
            if (!again && capture.now < last) again = last;
            one.ask = again.value_or(kNoTime);
            if (!again) end(one.connection);
        }
        if (one.ask != kNoTime) next_replaced_ = std::min(next_replaced_, one.ask);
    }
    std::erase_if(replaced_, [](const auto& entry) { return entry.second.ask == kNoTime; });
}

void LiveScheduler::resume(Nanoseconds now) {
    for (const Deadlines::Entry& entry : std::exchange(parked_, {})) {
        deadlines_.set(entry.key, entry.stream, now);
    }
}

void LiveScheduler::doubt_again(Nanoseconds latest, Nanoseconds now) {
    if (doubtful_.empty() || latest == doubted_at_ || now < next_doubt_) return;
    doubted_at_ = latest;
    next_doubt_ = now + kBetweenLooks;
    for (const Deadlines::Entry& entry : std::exchange(doubtful_, {})) {
        deadlines_.set(entry.key, entry.stream, next_doubt_);
    }
}

VisitConnections LiveScheduler::visit_hosts() {
    return [this](std::span<const IpAddress> hosts, const std::function<void(const Connection&)>& visit) {
        const auto look_at = [&](const Connection& connection) {
            ++Work::connections;
            visit(connection);
        };
        for_each_replaced(look_at);
        flows_.for_each_marked(HostMarks::Wanted(marks_, hosts), [&](const Connection& connection) {
            look_at(connection);
            if (const Connection* old = predecessors_.of(connection)) look_at(*old);
        });
    };
}

VisitSome LiveScheduler::visit_some() {
    return [this](std::span<const IpAddress> hosts,
                  const std::function<bool(const Connection&, const IpAddress&)>& visit) {
        std::set<IpAddress> open(hosts.begin(), hosts.end());
        HostMarks::Wanted wanted(marks_, hosts);
        const auto look_at = [&](const Connection& connection) {
            ++Work::connections;
            for (const IpAddress& host : {connection.key.low().address, connection.key.high().address}) {
                if (!open.contains(host) || visit(connection, host)) continue;
                open.erase(host);
                wanted.leave_out(marks_, host);
            }
        };
        flows_.for_each_marked([&](std::uint32_t mark) { return !open.empty() && wanted(mark); },
                               [&](const Connection& connection) {
                                   look_at(connection);
                                   if (const Connection* old = predecessors_.of(connection)) look_at(*old);
                               });
    };
}

}  // namespace deadpeer
