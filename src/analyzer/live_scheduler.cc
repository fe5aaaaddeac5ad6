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

// The connection, and the one before it on the same 4-tuple whose end is not told yet.
template <typename Visit>
void LiveScheduler::visit_both(const Connection& connection, const Visit& visit) const {
    ++Work::connections;
    visit(connection);
    const Connection* const old = predecessors_.of(connection);
    if (old == nullptr) return;
    ++Work::connections;
    visit(*old);
}

// Of those of its hosts that are open: one that answers false is no more.
template <typename Ask>
void LiveScheduler::ask_of_hosts(const Connection& connection, std::set<IpAddress>& open,
                                 HostMarks::Wanted& wanted, Ask ask) const {
    for (const IpAddress& host : {connection.key.low().address, connection.key.high().address}) {
        if (!open.contains(host) || ask(host)) continue;
        open.erase(host);
        wanted.leave_out(marks_, host);
    }
}

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
    if (is_in_round()) return round_.begun;
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
    using Step = Round::Step;
    std::size_t left = kMostAtOnce;
    if (!is_in_round()) begin_round(capture.now);
    if (round_.step == Step::kTaking && take(capture, left)) begin_asking();
    if (round_.step == Step::kAsking && ask(left)) begin_looking();
    if (round_.step == Step::kLooking && look(left)) begin_at_peers();
    if (round_.step == Step::kAtPeers && look_at_peers(left)) round_.step = Step::kTelling;
    if (round_.step == Step::kTelling && tell(capture, left)) end_round(capture, end);
}

void LiveScheduler::begin_round(Nanoseconds now) {
    round_ = {};
    round_.step = Round::Step::kTaking;
    round_.begun = now;
    round_.with_replaced = may_collect(now) && next_replaced_ <= now;
    verdicts_.begin_evidence();
    for_each_due_replaced(
        [this](const Connection& connection) { verdicts_.ask_about(connection, round_.forgetful); });
}

template <typename Visit>
void LiveScheduler::for_each_due_replaced(Visit visit) const {
    if (!round_.with_replaced) return;
    for (const auto& [stream, one] : replaced_) {
        if (one.ask <= round_.begun) visit(one.connection);
    }
}

bool LiveScheduler::take(const CaptureState& capture, std::size_t& left) {
    for (; left > 0; --left) {
        const auto entry = deadlines_.due(round_.begun);
        if (!entry) return true;
        take_one(*entry, capture);
    }
    return false;
}

// A connection of which nothing is captured at the moment waits until something is; one that takes a look at
// the others waits for that.
void LiveScheduler::take_one(const Deadlines::Entry& entry, const CaptureState& capture) {
    const auto one = find(entry);
    if (!one) return;
    if (goes_on(capture.gaps_of(*one->connection), capture.now)) {
        parked_.push_back(entry);
    } else if (!may_collect(capture.now) && verdicts_.is_about_host(*one->connection)) {
        deadlines_.set(entry.key, entry.stream, next_collection_);
    } else {
        round_.entries.push_back(entry);
        round_.waiting.insert(entry.stream);
        verdicts_.ask_about(*one->connection, round_.forgetful);
    }
}

void LiveScheduler::begin_asking() {
    round_.step = Round::Step::kTelling;
    if (round_.forgetful.empty()) return;  // nothing else is worth a look
    verdicts_.begin_paths(round_.forgetful);
    for_each_due_replaced([this](const Connection& connection) { verdicts_.ask_about_path(connection); });
    round_.step = Round::Step::kAsking;
}

bool LiveScheduler::ask(std::size_t& left) {
    for (; left > 0 && round_.next < round_.entries.size(); --left, ++round_.next) {
        if (const auto one = find(round_.entries[round_.next])) verdicts_.ask_about_path(*one->connection);
    }
    return round_.next == round_.entries.size();
}

void LiveScheduler::begin_looking() {
    round_.step = Round::Step::kLooking;
    round_.next = 0;
    round_.wanted.emplace(marks_, round_.forgetful);
    for_each_replaced([this](const Connection& connection) {
        ++Work::connections;
        verdicts_.gather(connection, round_.forgetful);
    });
}

bool LiveScheduler::look(std::size_t& left) {
    return look_on(left,
                   [this](const Connection& connection) { verdicts_.gather(connection, round_.forgetful); });
}

// At the wanted ones among the next records.
template <typename Visit>
bool LiveScheduler::look_on(std::size_t& left, Visit visit) {
    const auto look_at = [&](const Connection& connection) {
        left -= std::min<std::size_t>(left, 1);
        visit(connection);
    };
    while (left > 0 && round_.looked < flows_.record_numbers()) {
        const std::uint32_t end = std::min(round_.looked + kMarksAtOnce, flows_.record_numbers());
        flows_.visit_marked(round_.looked, end, *round_.wanted,
                            [&](const Connection& connection) { visit_both(connection, look_at); });
        round_.looked = end;
        left -= std::min<std::size_t>(left, kMarksAtOnce / 64);
    }
    return round_.looked == flows_.record_numbers();
}

void LiveScheduler::begin_at_peers() {
    const Verdicts::Hosts peers = verdicts_.peers_asked();
    round_.step = Round::Step::kAtPeers;
    round_.peers = {peers.begin(), peers.end()};
    round_.wanted.emplace(marks_, peers);
    round_.looked = peers.empty() ? flows_.record_numbers() : 0;
}

bool LiveScheduler::look_at_peers(std::size_t& left) {
    const bool all = look_on(left, [this](const Connection& connection) { gather_path(connection); });
    if (!all && !round_.peers.empty()) return false;
    verdicts_.end_evidence();
    return true;
}

void LiveScheduler::gather_path(const Connection& connection) {
    ask_of_hosts(connection, round_.peers, *round_.wanted,
                 [&](const IpAddress& peer) { return verdicts_.gather_path(connection, peer); });
}

bool LiveScheduler::tell(const CaptureState& capture, std::size_t& left) {
    for (; left > 0 && round_.next < round_.entries.size(); ++round_.next) {
        const Deadlines::Entry& entry = round_.entries[round_.next];
        if (round_.waiting.erase(entry.stream) == 0) continue;  // told before
        const auto one = find(entry);
        if (!one) continue;
        tell(*one, capture);
        left -= std::min(left, kOfTelling);
    }
    return round_.next == round_.entries.size();
}

void LiveScheduler::tell(const Verdicts::Ended& one, const CaptureState& capture) {
    const FlowKey& key = one.connection->key;
    const StreamNumber stream = one.connection->tcp.number;
    if (const auto again = verdicts_.report_due(one, capture)) deadlines_.set(key, stream, *again);
    if (verdicts_.has_reported_in_pause(*one.connection)) doubtful_.push_back({kNever, stream, key});
}

void LiveScheduler::tell_waiting(const Connection& connection, const CaptureState& capture) {
    round_.waiting.erase(connection.tcp.number);
    tell({&connection, false}, capture);
}

void LiveScheduler::end_round(const CaptureState& capture, const std::function<void(Connection&)>& end) {
    if (may_collect(capture.now)) {
        const bool about_hosts = !round_.forgetful.empty();
        report_replaced(capture, end);
        const bool suspect = verdicts_.paths_are_suspect();
        if (suspect) verdicts_.report_paths(host_visitors().all, capture.now);
        if (about_hosts || suspect) next_collection_ = round_.begun + kBetweenLooks;
    }
    round_ = {};
    verdicts_.report_reboots(capture.now);
    if (verdicts_.next_idle_close()) verdicts_.report_idle_closes();
    verdicts_.report_scans(capture.now);
}

std::optional<Verdicts::Ended> LiveScheduler::find(const Deadlines::Entry& entry) const {
    const Connection* const record = flows_.find(entry.key, flows_.hash(entry.key));
    return record == nullptr ? std::nullopt : predecessors_.find(*record, entry.stream);
}

void LiveScheduler::report_replaced(const CaptureState& capture,
                                    const std::function<void(Connection&)>& end) {
    if (!round_.with_replaced) return;
    next_replaced_ = kNever;
    for (auto& [stream, one] : replaced_) {
        if (one.ask <= round_.begun) {
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
        for_each_replaced([&](const Connection& connection) {
            ++Work::connections;
            visit(connection);
        });
        flows_.for_each_marked(HostMarks::Wanted(marks_, hosts),
                               [&](const Connection& connection) { visit_both(connection, visit); });
    };
}

VisitSome LiveScheduler::visit_some() {
    return [this](std::span<const IpAddress> hosts,
                  const std::function<bool(const Connection&, const IpAddress&)>& visit) {
        std::set<IpAddress> open(hosts.begin(), hosts.end());
        HostMarks::Wanted wanted(marks_, hosts);
        const auto look_at = [&](const Connection& connection) {
            ask_of_hosts(connection, open, wanted,
                         [&](const IpAddress& host) { return visit(connection, host); });
        };
        flows_.for_each_marked([&](std::uint32_t mark) { return !open.empty() && wanted(mark); },
                               [&](const Connection& connection) { visit_both(connection, look_at); });
    };
}

}  // namespace deadpeer
