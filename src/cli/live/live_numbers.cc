#include "cli/live/live_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "deadpeer/names.h"
#include "report/grouped.h"

namespace deadpeer::cli {
namespace {

std::uint64_t frames_of(const InputSummary& input) {
    std::uint64_t frames = input.tcp_frames;
    for (const std::uint64_t skipped : input.skipped) frames += skipped;
    return frames;
}

std::string time_text(Nanoseconds time) {
    const std::int64_t minutes = time / (60 * kSecond);
    if (minutes >= 24 * 60) return fmt::format("{} d {} h", minutes / (24 * 60), minutes / 60 % 24);
    if (minutes >= 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
    return fmt::format("{} min {} s", minutes, time / kSecond % 60);
}

// A counter is there from the start, or its first increase goes unseen.
std::vector<std::pair<EventKind, std::uint64_t>> all_kinds(const Tally& tally) {
    std::vector<std::pair<EventKind, std::uint64_t>> list;
    for (std::size_t i = 0; i < Tally::kCodes; ++i) {
        const auto kind = static_cast<EventKind>(i);
        if (!to_string(kind).empty()) list.emplace_back(kind, tally.events[i]);
    }
    return list;
}

std::vector<std::pair<Reason, std::uint64_t>> dead_by_reason(const Tally& tally) {
    std::vector<std::pair<Reason, std::uint64_t>> list;
    for (const Reason reason :
         {Reason::kProbesExhausted, Reason::kRetransmissionsExhausted, Reason::kUserTimeout}) {
        list.emplace_back(reason, tally.dead_peers[static_cast<std::size_t>(reason)]);
    }
    return list;
}

InterfaceMetrics interface_metrics(const InputSummary& input, bool up) {
    InterfaceMetrics metrics;
    metrics.name = input.name;
    metrics.frames = frames_of(input);
    metrics.tcp_segments = input.tcp_segments;
    metrics.bytes = input.source.captured_bytes;
    metrics.dropped_by_interface = input.source.dropped_by_interface;
    metrics.dropped_by_kernel = input.source.dropped_by_capture.value_or(0) - metrics.dropped_by_interface;
    metrics.up = up;
    return metrics;
}

void add(InterfaceMetrics& sum, const InterfaceMetrics& one) {
    sum.frames += one.frames;
    sum.tcp_segments += one.tcp_segments;
    sum.bytes += one.bytes;
    sum.dropped_by_interface += one.dropped_by_interface;
    sum.dropped_by_kernel += one.dropped_by_kernel;
}

}  // namespace

std::string statistics_text(const LiveNumbers& numbers) {
    const auto& [ended, snapshot, started, now, one_input] = numbers;
    std::uint64_t frames = 0;
    std::uint64_t lost = 0;
    for (const InputSummary& input : snapshot.inputs) {
        frames += frames_of(input);
        lost += input.source.dropped_by_capture.value_or(0);
    }
    return fmt::format(
        "{}: {} frames ({} lost), {} connections ({} open, {} idle, {} forgotten), "
        "{} probes ({} unanswered), {} events, {} MiB of memory",
        time_text(now - started), grouped(frames), grouped(lost), grouped(snapshot.run.connections),
        grouped(snapshot.open), grouped(snapshot.idle), grouped(snapshot.run.evicted_flows),
        grouped(ended.probes + snapshot.probes),
        grouped(ended.probes_unanswered + snapshot.probes_unanswered), grouped(ended.all_events),
        grouped(snapshot.run.memory_bytes >> 20));
}

Metrics metrics_of(const LiveNumbers& numbers, std::size_t memory_limit,
                   const std::function<bool(std::size_t)>& can_capture) {
    const auto& [ended, snapshot, started, now, one_input] = numbers;
    Metrics metrics;
    metrics.version = DEADPEER_VERSION;
    for (const InputSummary& input : snapshot.inputs) {
        InterfaceMetrics one = interface_metrics(input, can_capture(metrics.interfaces.size()));
        if (!one_input.empty() && !metrics.interfaces.empty()) {
            add(metrics.interfaces.front(), one);
        } else {
            if (!one_input.empty()) one.name = one_input;
            metrics.interfaces.push_back(std::move(one));
        }
        metrics.last_frame = std::max(metrics.last_frame, input.last_time);
    }
    metrics.connections_open = snapshot.open;
    metrics.connections_idle = snapshot.idle;
    metrics.memory_bytes = snapshot.run.memory_bytes;
    metrics.memory_limit_bytes = memory_limit;
    metrics.connections = snapshot.run.connections;
    metrics.connections_evicted = snapshot.run.evicted_flows;
    metrics.probes = ended.probes + snapshot.probes;
    metrics.probes_unanswered = ended.probes_unanswered + snapshot.probes_unanswered;
    metrics.events = all_kinds(ended);
    metrics.dead_peers = dead_by_reason(ended);
    metrics.started = started;
    return metrics;
}

}  // namespace deadpeer::cli
