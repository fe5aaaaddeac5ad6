#include "knowledge/knowledge.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "knowledge/builtin_tables.h"

namespace deadpeer {
namespace {

enum class Fit : std::uint8_t { kUnknown, kAgrees, kContradicts };

// Timers fire late, hardly ever early.
Fit fit(Nanoseconds profile, Nanoseconds measured) {
    if (profile == kNoTime || measured == kNoTime) return Fit::kUnknown;
    const Nanoseconds least = profile - profile / 100;
    const Nanoseconds most = profile + std::max(profile / 100 * 3, 50 * kMillisecond);
    return measured >= least && measured <= most ? Fit::kAgrees : Fit::kContradicts;
}

Fit fit(std::uint32_t profile, std::uint32_t measured) {
    if (profile == 0 || measured == 0) return Fit::kUnknown;
    return profile == measured ? Fit::kAgrees : Fit::kContradicts;
}

bool spacing_contradicts(const KeepaliveProfile& profile, const KeepaliveTimer& timer) {
    // Two probes without an answer are needed to see the spacing.
    if (!profile.exponential || (timer.interval == kNoTime && !timer.exponential)) return false;
    return *profile.exponential != timer.exponential;
}

bool knows_more_than_idle(const KeepaliveTimer& timer) {
    return timer.interval != kNoTime || timer.count != 0 || timer.exponential;
}

// How many properties agree; 0 if the profile does not fit.
int agreement(const KeepaliveProfile& profile, const KeepaliveTimer& timer, std::uint8_t probe_payload) {
    if (profile.payload && *profile.payload != probe_payload) return 0;
    if (spacing_contradicts(profile, timer)) return 0;
    const Fit idle = fit(profile.idle, timer.idle);
    int agreeing = timer.exponential && profile.exponential ? 1 : 0;
    for (const Fit each : {idle, fit(profile.interval, timer.interval), fit(profile.count, timer.count)}) {
        if (each == Fit::kContradicts) return 0;
        if (each == Fit::kAgrees) ++agreeing;
    }
    const bool default_alone = profile.is_os && idle == Fit::kAgrees && !knows_more_than_idle(timer);
    return agreeing >= 2 || default_alone ? agreeing : 0;
}

std::string marked(const std::string& name, bool verified) {
    return verified ? name : name + " (unverified)";
}

void append(std::string& list, const std::string& name) {
    if (!list.empty()) list += ';';
    list += name;
}

std::string seconds_text(Nanoseconds duration) {
    if (duration % kSecond == 0) return fmt::format("{} s", duration / kSecond);
    return fmt::format("{} s", static_cast<double>(duration) / static_cast<double>(kSecond));
}

bool forgets(const IdleTimeout& timeout) {
    return !timeout.at_expiry.starts_with("closes");
}

}  // namespace

const Knowledge& Knowledge::builtin() {
    static const Knowledge builtin = [] {
        Knowledge knowledge;
        knowledge.profiles_ =
            read_profiles({.name = "keepalive_profiles.csv", .text = kBuiltinProfiles}).value();
        knowledge.timeouts_ = read_timeouts({.name = "idle_timeouts.csv", .text = kBuiltinTimeouts}).value();
        knowledge.half_closed_timeouts_ =
            read_timeouts({.name = "half_closed_timeouts.csv", .text = kBuiltinHalfClosedTimeouts}).value();
        knowledge.server_timers_ =
            read_timeouts({.name = "server_idle_timers.csv", .text = kBuiltinServerTimers}).value();
        knowledge.heartbeats_ =
            read_patterns({.name = "heartbeat_patterns.csv", .text = kBuiltinPatterns}).value();
        knowledge.sort_timeouts();
        return knowledge;
    }();
    return builtin;
}

Result<Knowledge> Knowledge::load(const KnowledgeFiles& files) {
    Knowledge knowledge = builtin();
    if (!files.profiles.empty()) {
        auto own = read_profiles({.name = files.profiles, .text = {}});
        if (!own) return own.error();
        knowledge.profiles_ = std::move(own).value();
    }
    if (!files.timeouts.empty()) {
        auto own = read_timeouts({.name = files.timeouts, .text = {}});
        if (!own) return own.error();
        // In front, so that of equal times the user's own box is named first.
        knowledge.timeouts_.insert(knowledge.timeouts_.begin(), own.value().begin(), own.value().end());
        knowledge.sort_timeouts();
    }
    return knowledge;
}

void Knowledge::sort_timeouts() {
    std::ranges::stable_sort(timeouts_, std::greater(), &IdleTimeout::idle);
}

std::vector<Nanoseconds> Knowledge::forgetting_times() const {
    std::vector<Nanoseconds> times;
    for (const IdleTimeout& timeout : timeouts_) {
        if (forgets(timeout)) times.push_back(timeout.idle);
    }
    return times;
}

void Knowledge::add_forgetting_times(std::span<const Nanoseconds> times) {
    for (const Nanoseconds time : times) timeouts_.emplace_back().idle = time;
    sort_timeouts();
}

std::string Knowledge::matching_profiles(const KeepaliveTimer& timer, std::uint8_t probe_payload) const {
    int best = 1;
    std::string names;
    for (const KeepaliveProfile& profile : profiles_) {
        const int agreeing = agreement(profile, timer, probe_payload);
        if (agreeing < best) continue;
        if (agreeing > best) names.clear();
        best = agreeing;
        append(names, marked(profile.name, profile.verified));
    }
    return names;
}

// A box may count from a packet that the capture point saw a little later.
bool Knowledge::fits(const IdleTimeout& timeout, Nanoseconds idle_at_failure, Nanoseconds idle_survived) {
    return timeout.idle - timeout.idle / 100 <= idle_at_failure && timeout.idle > idle_survived;
}

Nanoseconds Knowledge::shortest_timeout(Nanoseconds idle_at_failure, Nanoseconds idle_survived) const {
    if (idle_at_failure == kNoTime) return kNoTime;
    const auto found = std::find_if(timeouts_.rbegin(), timeouts_.rend(), [&](const IdleTimeout& timeout) {
        return forgets(timeout) && fits(timeout, idle_at_failure, idle_survived);
    });
    return found == timeouts_.rend() ? kNoTime : found->idle;
}

std::string Knowledge::names_that_fit(std::span<const IdleTimeout> timeouts, Nanoseconds idle_at_failure,
                                      Nanoseconds idle_survived) {
    if (idle_at_failure == kNoTime) return {};
    std::string names;
    for (const IdleTimeout& timeout : timeouts) {
        if (!fits(timeout, idle_at_failure, idle_survived)) continue;
        const char* mark = timeout.verified ? "" : ", unverified";
        append(names, fmt::format("{} ({}{})", timeout.name, seconds_text(timeout.idle), mark));
    }
    return names;
}

std::string Knowledge::matching_timeouts(Nanoseconds idle_at_failure, Nanoseconds idle_survived) const {
    return names_that_fit(timeouts_, idle_at_failure, idle_survived);
}

std::string Knowledge::matching_half_closed_timeouts(Nanoseconds idle) const {
    return names_that_fit(half_closed_timeouts_, idle, kNoTime);
}

std::string Knowledge::closing_timers(Nanoseconds idle, bool by_reset, std::size_t room) const {
    std::string names;
    const auto add = [&](const IdleTimeout& timer) {
        const Nanoseconds late = std::max(timer.idle / 100 * 3, kSecond / 2);
        const bool fits = idle >= timer.idle - timer.idle / 100 && idle <= timer.idle + late;
        // Times that the user gave have no names here.
        if (!fits || timer.name.empty()) return;
        const std::string name = marked(timer.name, timer.verified);
        const std::string_view comma = names.empty() ? "" : ", ";
        if (names.size() + comma.size() + name.size() <= room) names.append(comma).append(name);
    };
    if (by_reset) std::ranges::for_each(timeouts_, add);
    std::ranges::for_each(server_timers_, add);
    return names;
}

std::uint16_t Knowledge::heartbeat_protocol(std::span<const std::uint8_t> first_bytes) const {
    const auto found = std::find_if(heartbeats_.begin(), heartbeats_.end(), [&](const HeartbeatPattern& row) {
        return row.pattern.matches(first_bytes);
    });
    return found == heartbeats_.end() ? 0 : static_cast<std::uint16_t>(found - heartbeats_.begin() + 1);
}

const HeartbeatPattern* Knowledge::heartbeat(std::uint16_t id) const {
    return id == 0 || id > heartbeats_.size() ? nullptr : &heartbeats_[id - 1U];
}

}  // namespace deadpeer
