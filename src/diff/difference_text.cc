#include "diff/difference_text.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "deadpeer/names.h"
#include "report/text/text.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

template <typename... Args>
void add(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

std::string endpoint_text(const Endpoint& endpoint) {
    const std::string address = to_string(endpoint.address);
    return endpoint.address.is_v6 ? fmt::format("[{}]:{}", address, endpoint.port)
                                  : fmt::format("{}:{}", address, endpoint.port);
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
        case Change::kVerdict:
            return "Other verdicts that changed";
        case Change::kConnectionGone:
            return "Connections gone";
        case Change::kConnectionNew:
            return "New connections";
        case Change::kNewEvent:
            return "New events";
        case Change::kKeepalive:
            return "Hosts whose keepalive changed";
    }
    return {};
}

void tell(std::string& out, const ConnectionChange& change) {
    const FlowRecord& flow = change.known();
    add(out, "  {} > {}: ", endpoint_text(flow.initiator), endpoint_text(flow.responder));
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

void tell(std::string& out, const EventChange& change) {
    const EventRecord& event = *change.event;
    add(out, "  {}: {}", to_string(event.kind),
        event.subject.port == 0 ? to_string(event.subject.address) : endpoint_text(event.subject));
    if (event.peer != IpAddress{}) add(out, " and {}", to_string(event.peer));
    add(out, ", {} (was {})\n", change.after, change.before);
}

void tell(std::string& out, const HostChange& change) {
    const HostRecord& before = *change.before;
    const HostRecord& after = *change.after;
    add(out, "  {}", to_string(after.address));
    if (!after.name.empty()) add(out, " ({})", printable(after.name));
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

void begin_section(std::string& out, const Difference& difference, Change change) {
    add(out, "{} ({}):\n", title(change), difference.count(change));
}

}  // namespace

std::string counts_of(const Difference& difference) {
    const auto count = [&](Change change) { return difference.count(change); };
    return fmt::format(
        "Connections: {} before, {} after, {} in both, {} gone, {} new; "
        "newly dead {}, rebooted {}, suspect {}; other verdicts changed {}; new events {}; "
        "hosts with another keepalive {}\n",
        difference.before, difference.after, difference.in_both, difference.before - difference.in_both,
        difference.after - difference.in_both, count(Change::kNewDeadPeer), count(Change::kNewRebootedPeer),
        count(Change::kNewSuspect), count(Change::kVerdict), count(Change::kNewEvent),
        count(Change::kKeepalive));
}

std::string text_of(const Difference& difference) {
    std::string out;
    const ConnectionChange* last = nullptr;
    for (const ConnectionChange& change : difference.connections) {
        if (last == nullptr || last->change != change.change) begin_section(out, difference, change.change);
        tell(out, change);
        last = &change;
    }
    if (!difference.events.empty()) begin_section(out, difference, Change::kNewEvent);
    for (const EventChange& change : difference.events) tell(out, change);
    if (!difference.hosts.empty()) begin_section(out, difference, Change::kKeepalive);
    for (const HostChange& change : difference.hosts) tell(out, change);
    if (out.empty()) out = "No difference.\n";
    return out + counts_of(difference);
}

}  // namespace deadpeer
