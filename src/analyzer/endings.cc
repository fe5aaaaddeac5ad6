#include <algorithm>
#include <utility>

#include "analyzer/facts.h"
#include "analyzer/impl.h"
#include "engine/eviction_priority.h"

namespace deadpeer {
namespace {

// Live: how long what will not go on stays where later segments find it, and how often all are looked at.
constexpr Nanoseconds kEndedStays = 120 * kSecond;
constexpr Nanoseconds kUnansweredStays = 300 * kSecond;
constexpr Nanoseconds kOnceAround = 30 * kSecond;
constexpr Nanoseconds kBetweenWalks = 500 * kMillisecond;

}  // namespace

// The most dispensable of the next `sample` connections that may go. Each that is looked at is taken from
// `patience`; false if none was met until it ended, or in the whole table.
template <typename MayGo>
bool Analyzer::Impl::evict_one(MayGo may_go, std::size_t sample, std::size_t& patience) {
    Connection* victim = nullptr;
    for (std::size_t round = flows_.size(); sample > 0 && round > 0 && patience > 0; --round, --patience) {
        flows_.clock(1, [&](Connection& candidate) {
            if (!may_go(candidate)) return;
            --sample;
            if (victim == nullptr || dispensability(candidate).more_than(dispensability(*victim))) {
                victim = &candidate;
            }
        });
    }
    if (victim == nullptr) return false;
    drop(*victim);
    ++evicted_;
    return true;
}

Connection& Analyzer::Impl::new_connection(const FlowKey& key, std::uint64_t hash) {
    if (!flows_.has_room() && flows_.size() > 0) make_room();
    Connection& connection = flows_.insert(key, hash, live_ ? marks_.of(key) : 0);
    connection.tcp.number = next_stream_++ & TcpStream::kNumbers;
    return connection;
}

// Live, the capture's ring and the reports need memory, too: a flood of half-open or one-way connections gets
// half of the cap, so that all stays near it.
void Analyzer::Impl::make_room() {
    constexpr std::size_t kSample = 32;
    std::size_t patience = 2 * kSample;
    const std::size_t grown = memory() + flows_.next_growth();
    const auto any = [](const Connection&) { return true; };
    // The rest is for what the connections that are there may come to need: a flood does not take it.
    if (grown > options_.memory_cap - options_.memory_cap / 32) {
        evict_one(any, kSample, patience);
    } else if (live_ && grown > options_.memory_cap / 2) {
        evict_one(is_one_way, kSample, patience);
    }
}

// The 4-tuple is used again: the old connection ends here, or has ended unseen.
void Analyzer::Impl::supersede(Connection& connection, const Segment& syn) {
    const Connection* waiting = predecessors_.of(connection);
    const bool waits_on = waiting != nullptr && Predecessors::may_be_forgotten(*waiting, syn);
    if (!waits_on) report_predecessor(connection);
    Connection old = connection;
    connection = Connection{};
    connection.key = old.key;
    connection.tcp.number = next_stream_++ & TcpStream::kNumbers;
    if (waits_on) {
        predecessors_.pass_on(old, connection);
        end_replaced(old);
    } else if (Predecessors::may_be_forgotten(old, syn)) {
        predecessors_.keep(old, connection);
    } else if (verdicts_.is_about_host(old)) {
        keep_replaced(old);
    } else {
        end_early(old, true);
    }
}

std::vector<Verdicts::Ended> Analyzer::Impl::all_in_order() {
    std::vector<Verdicts::Ended> all;
    all.reserve(flows_.size());
    const auto add = [&](const Connection& connection, bool superseded) {
        // One that only an ICMP error mentions has a number, but was not seen.
        if (connection.first.frame != 0) all.push_back({&connection, superseded});
    };
    scheduler_.for_each_replaced([&](const Connection& old) { add(old, true); });
    flows_.for_each([&](const Connection& connection) {
        add(connection, false);
        if (const Connection* old = predecessors_.of(connection)) add(*old, !predecessors_.lives(connection));
    });
    const auto number = [](const Verdicts::Ended& ended) { return ended.connection->tcp.number; };
    // Where none was erased, as in a flood, they come in order.
    if (!std::ranges::is_sorted(all, {}, number)) std::ranges::sort(all, {}, number);
    return all;
}

// The connection that has the 4-tuple, or the one that had it before.
Analyzer::Impl::Owner Analyzer::Impl::owner_of(Connection& connection, const Segment& segment) {
    Connection* old = predecessors_.of(connection);
    if (old == nullptr) return {connection};
    switch (predecessors_.ask(connection, segment, file_)) {
        case Predecessors::Answer::kWait:
            return {connection};
        case Predecessors::Answer::kLives:
            watcher_.open(connection).syn_unheeded = true;
            if (segment.has(kRst) && segment.direction == connection.initiator)
                watcher_.open(*old).reopened = true;
            return {*old};
        case Predecessors::Answer::kNothing:
            report_predecessor(connection);
            return {connection};
        case Predecessors::Answer::kEnded:
            break;
    }
    verdicts_.note_forgotten(*old);
    watcher_.open(connection).syn_challenged = true;
    keep_replaced(*old);
    predecessors_.release(connection);
    return {connection, true};
}

void Analyzer::Impl::report_predecessor(Connection& connection) {
    const Connection* old = predecessors_.of(connection);
    if (old == nullptr) return;
    if (verdicts_.is_about_host(*old)) {
        keep_replaced(*old);
    } else {
        end_early(*old, !predecessors_.lives(connection));
    }
    predecessors_.release(connection);
}

// What connections hold besides their records grows after they were let in. Looked at after so many segments,
// however they come in batches, so that batches make no difference.
void Analyzer::Impl::keep_within_cap() {
    segments_since_look_ = 0;
    const std::size_t cap = options_.memory_cap;
    if (ranges_.memory() > cap / 64) ranges_.give_back();
    const std::size_t all = memory();
    const std::size_t others = std::min(all - ranges_.memory(), cap);
    ranges_.set_limit(std::max(cap / 32, std::min(cap / 4, cap - others)));
    if (all <= cap) return;
    if (looks_without_effect_ > 0) {
        --looks_without_effect_;
    } else {
        shrink_to_cap();
    }
    shrink_table();
}

// Once all has come to exceed the cap, holders go, so that the next find room in what they leave.
void Analyzer::Impl::shrink_to_cap() {
    constexpr std::size_t kSample = 4;
    const std::size_t little = options_.memory_cap / 64;
    std::size_t patience = 65'536;
    const auto holds_scarce = [this](const Connection& one) { return watcher_.holds_scarce(one); };
    while (watcher_.memory() > little && watcher_.is_scarce() && evict_one(holds_scarce, kSample, patience)) {
    }
    const auto has_predecessor = [this](const Connection& one) { return predecessors_.of(one) != nullptr; };
    while (predecessors_.memory() > little && predecessors_.spare() < Watcher::kBetweenLooks &&
           evict_one(has_predecessor, kSample, patience)) {
    }
    constexpr std::uint32_t kLooksAfterSearchInVain = 64;
    if (patience == 0) looks_without_effect_ = kLooksAfterSearchInVain;
}

// The table makes room for what the connections that are there need.
void Analyzer::Impl::shrink_table() {
    // Until then records must stay in their places.
    if (verdicts_.is_drawing() || scheduler_.is_looking()) return;
    constexpr std::size_t kSample = 8;
    std::size_t patience = 65'536;
    const auto any = [](const Connection&) { return true; };
    while (memory() > options_.memory_cap) {
        while (flows_.too_many() > 0 && evict_one(any, kSample, patience)) {
        }
        if (flows_.too_many() > 0) return;
        flows_.give_back();
    }
}

void Analyzer::Impl::end_early(Connection connection, bool superseded) {
    report_early(connection, superseded);
    leave_census(connection);
    release_resources(connection);
}

// What its host's other connections tell of its end is known later.
void Analyzer::Impl::keep_replaced(const Connection& old) {
    scheduler_.keep(old, now_);
    scheduler_.keep_within(options_.memory_cap / 64, [this](Connection& oldest) { end_replaced(oldest); });
}

// Its 4-tuple, and its place in the census, are another's.
void Analyzer::Impl::end_replaced(Connection& connection) {
    report_early(connection, true);
    release_resources(connection);
}

void Analyzer::Impl::report_early(const Connection& connection, bool superseded) {
    if (connection.first.frame == 0) return;
    verdicts_.report_early(connection, superseded, capture_state());
    ++reported_early_;
}

// Its hosts' other connections are judged by when these were heard on it. Not who sends nothing but SYNs, as
// in a flood.
void Analyzer::Impl::note_gone(const Connection& connection) {
    if (connection.first_time == kNoTime) return;
    verdicts_.note_gone(connection);
    const Watch* watch = watcher_.watch_of(connection);
    const bool in_vain = is_unanswered_syn(connection);
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const HostConnection lived = lived_by(side, connection, watch, options_);
        if (lived.heard < lived.first_time || (in_vain && !life_.seen_two_way(lived.address))) continue;
        life_.note_gone(lived.address, {lived.first_time, lived.heard});
        if (lived.reset != kNoTime) life_.note_gone(lived.address, {lived.reset, lived.reset, true});
    }
}

// Gives back what it holds.
void Analyzer::Impl::release_resources(Connection& connection) {
    note_gone(connection);
    scheduler_.forget(connection);
    host_deadlines_.forget(connection.tcp.number);
    beats_.release(connection);
    watcher_.release(connection);
    release(connection, ranges_);
}

void Analyzer::Impl::drop(Connection& connection) {
    report_predecessor(connection);
    end_early(connection, false);
    flows_.erase(connection.key);
}

void Analyzer::Impl::advance_time(Nanoseconds now) {
    if (!live_) flows_.keep_marks([this](const FlowKey& key) { return marks_.of(key); });
    live_ = true;
    may_go_on_ = true;
    pass_time(now);
    if (options_.may_pause_unseen) scheduler_.doubt_again(pauses_.latest(), now_);
    forget_ended();
}

void Analyzer::Impl::note_hosts_later(const Connection& connection, Nanoseconds segment) {
    const auto ends = watcher_.patience_ends(connection, ended(capture_state().gaps_of(connection)), segment);
    if (!ends) return;
    host_deadlines_.set(connection.key, connection.tcp.number, *ends);
    next_host_deadline_ = std::min(next_host_deadline_, *ends);
}

void Analyzer::Impl::note_hosts(Nanoseconds now) {
    while (const auto entry = host_deadlines_.due(now)) {
        const auto one = scheduler_.find(*entry);
        if (!one) continue;
        watcher_.note_hosts(*one->connection);
        note_hosts_later(*one->connection, entry->time);
    }
    next_host_deadline_ = host_deadlines_.next().value_or(kLatestTime);
}

void Analyzer::Impl::pass_time(Nanoseconds time) {
    for (auto due = scheduler_.next(); due && *due <= time; due = scheduler_.next()) {
        if (scheduler_.is_in_round() && !std::exchange(may_go_on_, false)) break;
        now_ = std::max(now_, *due);
        scheduler_.run_due(capture_state(), [this](Connection& replaced) { end_replaced(replaced); });
    }
    now_ = std::max(now_, time);
}

void Analyzer::Impl::capture_gap(const CaptureLoss& loss) {
    inputs_.note_gap(loss);
    if (loss.to) scheduler_.resume(*loss.to);
}

// Live: walks the table once in a while, and tells and drops what will not go on.
void Analyzer::Impl::forget_ended() {
    const Nanoseconds passed = walked_ == kNoTime ? 0 : now_ - walked_;
    if (scheduler_.is_in_round()) return;  // it needs what is known of hosts
    if (walked_ != kNoTime && passed < kBetweenWalks) return;
    walked_ = now_;
    const auto share = static_cast<double>(passed) / static_cast<double>(kOnceAround);
    const auto records = static_cast<std::size_t>(std::min(share, 1.0) * double(flows_.size())) + 1;
    std::vector<Connection*> gone;
    std::vector<Verdicts::Ended> ended;
    flows_.clock(std::min(records, flows_.size()), [&](Connection& connection) {
        if (!may_be_dropped(connection)) return;
        gone.push_back(&connection);
        if (connection.first.frame != 0) ended.push_back({&connection, false});
    });
    verdicts_.report_ended(ended, scheduler_.host_visitors(), capture_state());
    reported_early_ += ended.size();
    for (Connection* connection : gone) {
        if (give_back(*connection)) continue;
        report_predecessor(*connection);
        leave_census(*connection);
        release_resources(*connection);
        flows_.erase(connection->key);
    }
}

// Nobody answered its SYN. Whether the connection before it has the 4-tuple again.
bool Analyzer::Impl::give_back(Connection& connection) {
    const Connection* waiting = predecessors_.of(connection);
    if (waiting == nullptr || may_be_dropped(*waiting)) return false;
    const Connection old = *waiting;
    predecessors_.release(connection);
    release_resources(connection);
    connection = old;
    return true;
}

bool Analyzer::Impl::may_be_dropped(const Connection& connection) {
    if (const Connection* old = predecessors_.going_on(connection)) return may_be_dropped(*old);
    if (connection.first.frame == 0 || connection.last_time() == kNoTime) return true;
    const Nanoseconds silent = now_ - connection.last_time();
    if (is_unanswered_syn(connection)) return silent > kUnansweredStays;
    const Watch* watch = watcher_.watch_of(connection);
    const bool goes_on = watch != nullptr && watch->reset->ignored() && connection.fin_seen != 3;
    return has_ended(connection) && !goes_on && silent > kEndedStays;
}

}  // namespace deadpeer
