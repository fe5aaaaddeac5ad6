#include "diff/difference_text.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "deadpeer/names.h"
#include "diff/host_text.h"
#include "report/text/text.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

template <typename... Args>
void add(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

std::string_view verdict_text(Verdict verdict) {
    return verdict == Verdict::kNone ? "not judged" : to_string(verdict);
}

std::string seconds_text(Nanoseconds duration) {
    std::array<char, kTimeTextCapacity> text{};
    return {text.data(), write_seconds(text.data(), duration)};
}

std::string_view title(Change change) {
    switch (change) {
        case Change::kNewDeadPeer:
            return "New dead peers";
        case Change::kNewRebootedPeer:
            return "New rebooted peers";
        case Change::kNewSuspect:
            return "New suspects";
        case Change::kNewProblem:
            return "New problems";
        case Change::kVerdict:
            return "Other verdicts that changed";
        case Change::kConnectionGone:
            return "Connections gone";
        case Change::kConnectionNew:
            return "New connections";
        case Change::kNewEvent:
            return "New events";
        case Change::kChronic:
            return "Failing as before";
        case Change::kResolved:
            return "Failing no longer";
        case Change::kKeepalive:
            return "Hosts whose keepalive changed";
    }
    return {};
}

void describe(std::string& out, const ConnectionChange& change, const HostNames& names) {
    const FlowRecord& flow = change.known();
    add(out, "  {} > {}: ", host_text(flow.initiator, names), host_text(flow.responder, names));
    if (change.after == nullptr) {
        add(out, "was {}", verdict_text(flow.verdict));
        if (flow.stream) add(out, " (old tcp.stream {})", *flow.stream);
        out += '\n';
        return;
    }
    out += verdict_text(flow.verdict);
    if (change.before != nullptr) add(out, ", was {}", verdict_text(change.before->verdict));
    if (flow.stream) add(out, " (tcp.stream {}", *flow.stream);
    if (flow.verdict_frame != 0) add(out, "{}frame {}", flow.stream ? ", " : " (", flow.verdict_frame);
    out += flow.stream || flow.verdict_frame != 0 ? ")\n" : "\n";
}

void describe(std::string& out, const ServiceChange& change, const HostNames& names) {
    add(out, "  {}: {}, {} (was {})\n", service_text(change.service, names), to_string(change.problem),
        change.after, change.before);
}

void describe(std::string& out, const EventChange& change, const HostNames& names) {
    const EventRecord& event = *change.event;
    add(out, "  {}: {}", to_string(event.kind), host_text(event.subject, names));
    if (event.peer != IpAddress{}) add(out, " and {}", host_text(event.peer, names));
    add(out, ", {} (was {})\n", change.after, change.before);
}

void describe(std::string& out, const HostChange& change, const HostNames& names) {
    const HostRecord& before = *change.before;
    const HostRecord& after = *change.after;
    add(out, "  {}", host_text(after.address, names));
    std::string_view separator = ": ";
    const auto seconds = [&](std::string_view what, Nanoseconds was, Nanoseconds is) {
        if (!keepalive_differs(was, is)) return;
        add(out, "{}{} {} s, was {} s", separator, what, seconds_text(is), seconds_text(was));
        separator = "; ";
    };
    seconds("idle", before.idle, after.idle);
    seconds("interval", before.interval, after.interval);
    if (keepalive_differs(before.count, after.count)) {
        add(out, "{}count {}, was {}", separator, after.count, before.count);
    }
    out += '\n';
}

}  // namespace

std::string counts_of(const Difference& difference) {
    const auto count = [&](Change change) { return difference.count(change); };
    const std::uint64_t matched = difference.in_both + difference.replaced;
    return fmt::format(
        "Connections: {} before, {} after, {} in both, {} replaced by others of their service, {} gone, "
        "{} new; newly dead {}, rebooted {}, suspect {}, other problems {}; other verdicts changed {}; "
        "new events {}; chronic {}, resolved {}; hosts with another keepalive {}\n",
        difference.before, difference.after, difference.in_both, difference.replaced,
        difference.before - matched, difference.after - matched, count(Change::kNewDeadPeer),
        count(Change::kNewRebootedPeer), count(Change::kNewSuspect), count(Change::kNewProblem),
        count(Change::kVerdict), count(Change::kNewEvent), count(Change::kChronic), count(Change::kResolved),
        count(Change::kKeepalive));
}

std::string text_of(const Difference& difference) {
    std::string out;
    for (std::size_t i = 0; i < kChangeNames.size(); ++i) {
        const auto change = static_cast<Change>(i);
        const std::uint64_t count = difference.count(change);
        if (count == 0) continue;
        add(out, "{} ({}):\n", title(change), count);
        const auto describe_all = [&](const auto& changes) {
            for (const auto& each : changes) {
                if (each.change == change) describe(out, each, difference.names);
            }
        };
        describe_all(difference.connections);
        describe_all(difference.services);
        describe_all(difference.events);
        if (change != Change::kKeepalive) continue;
        for (const HostChange& each : difference.hosts) describe(out, each, difference.names);
    }
    if (out.empty()) out = "No difference.\n";
    return out + counts_of(difference);
}

}  // namespace deadpeer
