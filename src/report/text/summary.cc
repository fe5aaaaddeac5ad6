#include "report/text/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "deadpeer/names.h"
#include "report/grouped.h"
#include "report/incident/incident_lines.h"
#include "report/text/link_type_text.h"
#include "report/text/text.h"
#include "report/text/time_text.h"
#include "report/unacknowledged_close.h"

namespace deadpeer {
namespace {

template <typename... Args>
void add(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

std::string to_the_second(Nanoseconds time) {
    std::array<char, kTimeTextCapacity> text{};
    write_utc(text.data(), time);
    return fmt::format("{} {}", std::string_view(text.data(), 10), std::string_view(text.data() + 11, 8));
}

std::string span_of(Nanoseconds first, Nanoseconds last) {
    const std::int64_t s = (last - first) / kSecond;
    if (s >= 86400) return fmt::format("{} d {} h", s / 86400, s / 3600 % 24);
    if (s >= 3600) return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
    if (s >= 60) return fmt::format("{} min {} s", s / 60, s % 60);
    if (last - first < kMillisecond && last != first) return "under 1 ms";
    return fmt::format("{}.{:03} s", s, (last - first) / kMillisecond % 1000);
}

std::uint64_t skipped(const InputSummary& input) {
    return std::accumulate(input.skipped.begin(), input.skipped.end(), std::uint64_t{0});
}

void describe_times(std::string& out, const InputSummary& input) {
    if (input.first_time == kNoTime) return;
    add(out, "\n  {} to {} UTC ({})", to_the_second(input.first_time), to_the_second(input.last_time),
        span_of(input.first_time, input.last_time));
}

void describe_input(std::string& out, const InputSummary& input) {
    add(out, "{}: ", printable(base_name(input.name)));
    if (input.outcome == InputSummary::Outcome::kRefused) {
        out += "not read\n";
        return;
    }
    std::string links;
    for (const LinkType type : input.link_types) links += ", " + link_type_text(type);
    add(out, "{}{}, {}, {}", printable(input.format), links,
        counted(input.tcp_frames + skipped(input), "frame", "frames"),
        counted(input.tcp_segments, "TCP segment", "TCP segments"));
    describe_times(out, input);
    if (input.outcome != InputSummary::Outcome::kComplete) {
        add(out, "\n  {}: {}", to_string(input.outcome), printable(input.outcome_detail));
    }
    out += '\n';
}

}  // namespace

struct Summary::Totals {
    std::array<std::uint64_t, kSkipReasonCount> skipped{};
    std::uint64_t dropped = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t shared_addresses = 0;
    std::uint64_t lengths_contradict = 0;
    std::uint64_t beyond_snap_length = 0;
    std::uint64_t bad_times = 0;
    std::uint64_t bad_options = 0;
    std::uint64_t time_went_back = 0;
    Nanoseconds largest_step_back = 0;
};

void Summary::on_finding(const Finding& finding) {
    if (finding.severity == Severity::kInfo) ++harmless_[static_cast<std::size_t>(finding.kind)];
    incidents_.add(finding);
}

void Summary::on_flow(const FlowSummary& flow) {
    ++closed_[static_cast<std::size_t>(flow.closed)];
    suspect_ += flow.verdict == Verdict::kSuspect ? 1 : 0;
    unacknowledged_ += is_unacknowledged_close(flow) ? 1 : 0;
    one_way_ += flow.one_way ? 1 : 0;
    idle_.add(flow);
    initiators_.probes += flow.initiator_side.probes;
    initiators_.answered += flow.initiator_side.probes_answered;
    responders_.probes += flow.responder_side.probes;
    responders_.answered += flow.responder_side.probes_answered;
}

Status Summary::finish(const RunSummary& run) {
    run_ = run;
    return success();
}

Summary::Totals Summary::totals() const {
    Totals all;
    for (const InputSummary& input : inputs_) {
        for (std::size_t i = 0; i < kSkipReasonCount; ++i) all.skipped[i] += input.skipped[i];
        all.dropped += input.source.dropped_by_capture.value_or(0);
        all.duplicates += input.duplicate_frames;
        all.shared_addresses += input.shared_addresses;
        all.lengths_contradict += input.source.original_shorter_than_captured;
        all.beyond_snap_length += input.source.captured_beyond_snap_length;
        all.bad_times += input.source.bad_subsecond + input.source.unusable_time;
        all.bad_options += input.bad_options;
        all.time_went_back += input.time_went_back;
        all.largest_step_back = std::max(all.largest_step_back, input.largest_step_back);
    }
    return all;
}

std::string Summary::text(Style style) {
    const Named named(style.inventory);
    std::string out;
    describe_findings(out, named);
    describe_inputs(out, style);
    describe_connections(out);
    idle_.describe(out, named);
    describe_probes(out);
    describe_losses(out, totals());
    if (const std::string left_out = incidents_.left_out_text(); !left_out.empty()) out += left_out + '\n';
    if (style.verbose) {
        add(out, "Memory of the flow table: {} KiB\n", grouped(run_.memory_bytes / 1024));
    }
    return out;
}

void Summary::describe_findings(std::string& out, const Named& named) const {
    const bool seen_any = std::ranges::any_of(closed_, [](std::uint64_t count) { return count != 0; });
    const std::vector<Incident> incidents = incidents_.list();
    const bool doubtful = suspect_ + unacknowledged_ > 0;
    if (incidents.empty() && seen_any)
        out += doubtful ? "No dead peers found for certain.\n" : "No dead peers found.\n";
    if (!incidents.empty()) {
        const auto critical = std::ranges::count(incidents, Severity::kCritical, &Incident::severity);
        add(out, "Incidents: {}", grouped(incidents.size()));
        if (critical > 0) add(out, " ({} critical)", grouped(static_cast<std::uint64_t>(critical)));
        out += '\n';
    }
    describe_incidents(out, incidents, inputs_, named);
    describe_doubtful(out);
    std::string list;
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
        if (harmless_[kind] == 0) continue;
        add(list, "{}{} {}", list.empty() ? "" : ", ", grouped(harmless_[kind]),
            to_string(static_cast<EventKind>(kind)));
    }
    if (!list.empty()) add(out, "Other events: {}\n", list);
}

void Summary::describe_doubtful(std::string& out) const {
    std::string list;
    if (suspect_ > 0) add(list, "Suspect: {}", grouped(suspect_));
    if (unacknowledged_ > 0)
        add(list, "{}ata never acknowledged: {}", list.empty() ? "D" : "; d", grouped(unacknowledged_));
    if (!list.empty()) add(out, "{} (see flows.csv)\n", list);
}

void Summary::describe_inputs(std::string& out, Style style) const {
    constexpr std::size_t kFew = 5;
    const bool all = style.verbose || inputs_.size() <= kFew;
    std::uint64_t frames = 0;
    std::uint64_t segments = 0;
    for (const InputSummary& input : inputs_) {
        if (all || input.outcome != InputSummary::Outcome::kComplete) describe_input(out, input);
        frames += input.tcp_frames + skipped(input);
        segments += input.tcp_segments;
    }
    if (inputs_.size() < 2) return;
    add(out, "{}: {}, {}\n", counted(inputs_.size(), "input", "inputs"), counted(frames, "frame", "frames"),
        counted(segments, "TCP segment", "TCP segments"));
}

void Summary::describe_connections(std::string& out) const {
    const std::uint64_t count = std::accumulate(closed_.begin(), closed_.end(), std::uint64_t{0});
    const auto by = [&](Closed closed) { return closed_[static_cast<std::size_t>(closed)]; };
    add(out, "Connections: {}", grouped(count));
    std::string_view before = " (";
    const auto part = [&](std::uint64_t number, std::string_view what) {
        if (number == 0) return;
        add(out, "{}{} {}", before, grouped(number), what);
        before = ", ";
    };
    part(by(Closed::kOpen), "open at the end");
    part(by(Closed::kByFin), "closed by FIN");
    part(by(Closed::kByRst), "reset");
    part(by(Closed::kNeverOpened), "never opened");
    part(by(Closed::kSuperseded), "replaced by a new one on the same ports");
    part(one_way_, "seen in one direction only");
    out += before == ", " ? ")\n" : "\n";
}

void Summary::describe_probes(std::string& out) const {
    const std::uint64_t probes = initiators_.probes + responders_.probes;
    if (probes == 0) {
        out += "Keepalive probes: none\n";
        return;
    }
    add(out, "Keepalive probes: {} by initiators ({} answered), {} by responders ({} answered)\n",
        grouped(initiators_.probes), grouped(initiators_.answered), grouped(responders_.probes),
        grouped(responders_.answered));
    add(out, "Keepalive ACKs: {} by initiators, {} by responders\n", grouped(responders_.answered),
        grouped(initiators_.answered));
}

void Summary::describe_losses(std::string& out, const Totals& all) const {
    std::string list;
    for (std::size_t i = 0; i < kSkipReasonCount; ++i) {
        if (all.skipped[i] == 0) continue;
        if (!list.empty()) list += ", ";
        add(list, "{} {}", grouped(all.skipped[i]), kSkipReasonNames[i]);
    }
    if (!list.empty()) add(out, "Skipped frames: {}\n", list);
    if (all.dropped != 0) {
        add(out, "Lost by the capture: {}; what seems missing may have been there\n",
            counted(all.dropped, "packet", "packets"));
    }
    if (all.duplicates != 0) {
        add(out,
            "Captured more than once: {}, not counted as segments of their connections; capture at one "
            "interface\n",
            counted(all.duplicates, "frame", "frames"));
    }
    if (all.shared_addresses != 0) {
        add(out,
            "Other hosts in another virtual network: {} of addresses; what is said of them may be mixed up; "
            "give --scope tunnel\n",
            counted(all.shared_addresses, "pair", "pairs"));
    }
    const auto oddity = [&](std::uint64_t number, std::string_view what) {
        if (number != 0) add(out, "{} {}\n", counted(number, "frame", "frames"), what);
    };
    oddity(all.lengths_contradict, "with fewer bytes on the wire than captured");
    oddity(all.beyond_snap_length, "captured beyond the snap length");
    oddity(all.bad_times, "with a time stamp that cannot be right");
    if (all.bad_options != 0) {
        add(out, "{} with TCP options that make no sense\n", counted(all.bad_options, "segment", "segments"));
    }
    if (all.time_went_back != 0) {
        add(out, "Time went back {}, by {}{}\n", counted(all.time_went_back, "time", "times"),
            all.time_went_back == 1 ? "" : "at most ", span_of(0, all.largest_step_back));
    }
    describe_want_of_memory(out);
}

void Summary::describe_want_of_memory(std::string& out) const {
    const auto lacking = [&](std::uint64_t number, std::string_view what, std::string_view one,
                             std::string_view many) {
        if (number == 0) return;
        add(out, "{} for lack of memory: {}; give more with --memory\n", what, counted(number, one, many));
    };
    lacking(run_.evicted_flows, "Forgotten", "connection", "connections");
    lacking(run_.census_refused, "Not counted by --max-connections", "connection", "connections");
    lacking(run_.heartbeats_refused, "Not searched for heartbeats", "message", "messages");
    lacking(run_.hosts_refused, "Not asked whether their host rebooted", "connection", "connections");
    lacking(run_.ranges_forgotten, "Forgotten", "segment in flight or hole between two",
            "segments in flight and holes between them");
    lacking(run_.fragmented_forgotten, "Forgotten", "packet in fragments", "packets in fragments");
}

std::string Summary::forgotten() const {
    if (run_.evicted_flows == 0) return {};
    return fmt::format(
        "{} forgotten for lack of memory, and came back under new stream numbers if they did; give more with "
        "--memory",
        counted(run_.evicted_flows, "connection was", "connections were"));
}

}  // namespace deadpeer
