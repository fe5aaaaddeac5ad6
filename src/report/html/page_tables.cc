#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <vector>

#include "report/glossary.h"
#include "report/grouped.h"
#include "report/html/markup.h"
#include "report/html/page.h"
#include "report/text/named.h"

namespace deadpeer {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kMostHosts = 100;

struct Head {
    std::string_view text;
    bool is_number = false;
};

void open_table(std::string& page, std::string_view name, const std::vector<Head>& heads) {
    say(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", name,
        "\"><table><thead><tr>");
    for (const Head& head : heads) {
        say(page, "<th scope=\"col\"", head.is_number ? " class=\"number\"" : "", ">", head.text, "</th>");
    }
    say(page, "</tr></thead><tbody>\n");
}

void close_table(std::string& page) {
    say(page, "</tbody></table></div>\n");
}

void say_setting(std::string& out, const KeepaliveTimer& timer) {
    if (timer.idle == kNoTime && timer.interval == kNoTime && timer.count == 0) return say(out, "unknown");
    std::string_view before;
    if (timer.idle != kNoTime) {
        say(out, "idle ", Span{timer.idle});
        before = ", ";
    }
    if (timer.interval != kNoTime) {
        say(out, before, "every ", Span{timer.interval}, timer.exponential ? " doubling" : "");
        before = ", ";
    }
    if (timer.count != 0) say(out, before, Count{timer.count, "probe", "probes"});
}

void say_expected(std::string& out, const InventoryEntry* entry) {
    if (entry == nullptr || !entry->expects_something()) return;
    say_setting(out, {.idle = entry->idle, .interval = entry->interval, .count = entry->count});
}

// From the last word of the peer to the end: what it takes to notice a death.
void say_notice(std::string& out, const KeepaliveTimer& timer) {
    if (timer.idle == kNoTime || timer.interval == kNoTime || timer.count == 0 || timer.exponential) return;
    say(out, Span{timer.idle + timer.interval * timer.count});
}

const InventoryEntry* expectation_of(const IpAddress& host, const PageData& data) {
    return data.options.inventory == nullptr ? nullptr : data.options.inventory->find(host);
}

std::string host_name(const Named& named, const IpAddress& host) {
    std::string text;
    say(text, named(host));
    return shortened(text, kLongestName + 46);
}

// A row of the keepalive table; columns that say nothing of any host are left out of it.
struct KeepaliveRow {
    std::string host;
    std::string expected;
    std::string seen;
    std::string notice;
    std::string fits;
    std::uint64_t probes_sent = 0;
    std::string unanswered;
};

KeepaliveRow row_of(const HostReport& host, const PageData& data) {
    const Named named(data.options.inventory);
    const TimerVotes& timers = host.health.timers;
    KeepaliveRow row;
    row.host = host_name(named, host.row.address);
    say_expected(row.expected, expectation_of(host.row.address, data));
    for (const TimerVotes::Candidate& one : timers.kept()) {
        const std::string_view before = row.seen.empty() ? "" : "<br>";
        say(row.seen, before);
        say_setting(row.seen, one.timer);
        say(row.seen, " \u00d7", grouped(one.connections));
        say(row.notice, before);
        say_notice(row.notice, one.timer);
    }
    if (timers.others() > 0) say(row.seen, "<br>others \u00d7", grouped(timers.others()));
    if (row.seen.empty()) row.seen = host.health.probes_sent > 0 ? "unknown" : "no probe seen";
    if (const TimerVotes::Candidate* winner = timers.winner()) {
        row.fits = shortened(data.options.knowledge->matching_profiles(winner->timer, winner->payload), 200);
    }
    row.probes_sent = host.health.probes_sent;
    row.unanswered = grouped(host.health.probes_unanswered) + " of " + grouped(host.health.probes_received);
    return row;
}

// Codes that stand on the page, so that the glossary is short.
std::set<std::string_view> codes_of(const PageData& data) {
    std::set<std::string_view> codes;
    for (std::size_t i = 0; i < kVerdictKinds; ++i) {
        if (data.verdicts[i] > 0) codes.insert(to_string(static_cast<Verdict>(i)));
    }
    for (const Incident& incident : data.incidents) {
        codes.insert(to_string(incident.cause.reason));
        codes.insert(to_string(incident.cause.confidence));
        for (std::size_t i = 0; i < kEventKinds; ++i) {
            if (incident.events[i] > 0) codes.insert(to_string(static_cast<EventKind>(i)));
        }
    }
    for (const FlowSummary& flow : data.flows) {
        codes.insert(to_string(flow.reason));
        codes.insert(to_string(flow.confidence));
    }
    return codes;
}

void append_glossary(std::string& page, const PageData& data) {
    const std::set<std::string_view> codes = codes_of(data);
    std::set<std::string_view> told;
    say(page, "<details><summary>What the words mean</summary><dl class=\"words\">\n");
    for (const GlossarySection& section : glossary()) {
        for (const GlossaryEntry& entry : section.entries) {
            if (!codes.contains(entry.code) || !told.insert(entry.code).second) continue;
            say(page, "<dt><code>", Html{entry.code}, "</code></dt><dd>", Html{entry.meaning}, "</dd>\n");
        }
    }
    say(page, "</dl></details>\n");
}

void append_skipped(std::string& page, const PageData& data) {
    std::array<std::uint64_t, kSkipReasonCount> skipped{};
    for (const InputSummary& input : data.inputs) {
        for (std::size_t i = 0; i < kSkipReasonCount; ++i) skipped[i] += input.skipped[i];
    }
    if (std::ranges::all_of(skipped, [](std::uint64_t count) { return count == 0; })) return;
    say(page, "<details><summary>Frames without a TCP segment</summary>");
    open_table(page, "Skipped frames", {{"Why"}, {"Frames", true}});
    for (std::size_t i = 0; i < kSkipReasonCount; ++i) {
        if (skipped[i] == 0) continue;
        say(page, "<tr><td><code>", to_string(static_cast<SkipReason>(i)),
            "</code></td><td class=\"number\">", grouped(skipped[i]), "</td></tr>\n");
    }
    close_table(page);
    say(page, "</details>\n");
}

void append_inputs(std::string& page, const PageData& data) {
    constexpr std::size_t kMostInputs = 50;
    say(page, "<details><summary>What was read</summary>");
    open_table(page, "Inputs",
               {{"Input"}, {"Format"}, {"From (UTC)"}, {"To"}, {"Frames", true}, {"Lost", true}, {"Status"}});
    for (std::size_t i = 0; i < std::min(data.inputs.size(), kMostInputs); ++i) {
        const InputSummary& input = data.inputs[i];
        const std::uint64_t frames =
            std::accumulate(input.skipped.begin(), input.skipped.end(), input.tcp_frames);
        say(page, "<tr><td>", Html{shortened(base_name(input.name), 120)}, "</td><td>",
            Html{shortened(input.format, 40)}, "</td><td>", date_and_time(input.first_time), "</td><td>",
            date_and_time(input.last_time), "</td><td class=\"number\">", grouped(frames),
            "</td><td class=\"number\">",
            input.source.dropped_by_capture ? grouped(*input.source.dropped_by_capture) : "not known",
            "</td><td>", to_string(input.outcome), input.outcome_detail.empty() ? "" : ": ",
            Html{shortened(input.outcome_detail, 160)}, "</td></tr>\n");
    }
    close_table(page);
    if (data.inputs.size() > kMostInputs)
        say(page, "<p>", grouped(data.inputs.size() - kMostInputs), " more are in capture.csv.</p>");
    say(page, "</details>\n");
}

std::string_view release_name(WiresharkRelease release) {
    switch (release) {
        case WiresharkRelease::k4_0:
            return "4.0";
        case WiresharkRelease::k4_4:
            return "4.4";
        case WiresharkRelease::k4_6:
            return "4.6";
    }
    return "";
}

}  // namespace

void append_keepalive(std::string& page, const PageData& data) {
    std::size_t hosts = 0;
    std::vector<KeepaliveRow> rows;
    data.hosts->for_each([&](const HostReport& host) {
        const InventoryEntry* entry = expectation_of(host.row.address, data);
        const bool is_expected = entry != nullptr && entry->expects_something();
        if (!is_expected && host.health.probes_sent == 0 && host.health.probes_received == 0) return;
        if (++hosts <= kMostHosts) rows.push_back(row_of(host, data));
    });
    say(page, "<section id=\"keepalive\"><h2>Keepalive settings, as the wire shows them</h2>\n");
    if (rows.empty()) {
        say(page,
            "<p>No keepalive probe was seen: a host that dies is noticed when the next data is sent to it, "
            "or "
            "never.</p></section>\n");
        return;
    }
    const bool expected =
        std::ranges::any_of(rows, [](const KeepaliveRow& r) { return !r.expected.empty(); });
    const bool fits = std::ranges::any_of(rows, [](const KeepaliveRow& r) { return !r.fits.empty(); });
    std::vector<Head> heads = {{"Host"}};
    if (expected) heads.push_back({"Expected"});
    heads.insert(
        heads.end(),
        {{"Seen, by connections"}, {"Notices a death in"}, {"Probes sent", true}, {"Left unanswered", true}});
    if (fits) heads.push_back({"Fits"});
    open_table(page, "Keepalive settings", heads);
    for (const KeepaliveRow& row : rows) {
        say(page, "<tr><th scope=\"row\">", Html{row.host}, "</th>");
        if (expected) say(page, "<td>", row.expected, "</td>");
        say(page, "<td>", row.seen, "</td><td>", row.notice, "</td><td class=\"number\">",
            grouped(row.probes_sent), "</td><td class=\"number\">", row.unanswered, "</td>");
        if (fits) say(page, "<td>", Html{row.fits}, "</td>");
        say(page, "</tr>\n");
    }
    close_table(page);
    if (hosts > rows.size())
        say(page, "<p>", grouped(hosts - rows.size()), " more hosts are in hosts.csv.</p>\n");
    say(page, "</section>\n");
}

void append_connections(std::string& page, const PageData& data) {
    const Named named(data.options.inventory);
    say(page, "<section id=\"connections\"><h2>Connections</h2>\n<details><summary>",
        data.flows.size() == data.connections ? "All " : "The worst ", grouped(data.flows.size()),
        data.flows.size() == data.connections ? "" : " of " + grouped(data.connections), "</summary>\n");
    open_table(page, "Connections",
               {{"Stream", true},
                {"Initiator"},
                {"Responder"},
                {"Verdict"},
                {"Confidence"},
                {"Reason"},
                {"Opened (UTC)"},
                {"Half-open", true},
                {"Segments", true}});
    for (const FlowSummary& flow : data.flows) {
        std::string initiator;
        std::string responder;
        say(initiator, named(flow.key.sender(flow.initiator)));
        say(responder, named(flow.key.receiver(flow.initiator)));
        say(page, "<tr><td class=\"number\">");
        if (data.options.stream_numbers) say(page, flow.stream);
        say(page, "</td><td>", Html{shortened(initiator, kLongestName + 46)}, "</td><td>",
            Html{shortened(responder, kLongestName + 46)}, "</td><td>", to_string(flow.verdict), "</td><td>",
            to_string(flow.confidence), "</td><td>", to_string(flow.reason), "</td><td>",
            date_and_time(flow.first_time), "</td><td class=\"number\">");
        if (flow.half_open != kNoTime) say(page, Span{flow.half_open});
        say(page, "</td><td class=\"number\">",
            grouped(flow.initiator_side.segments + flow.responder_side.segments), "</td></tr>\n");
    }
    close_table(page);
    say(page, "</details></section>\n");
}

void append_details(std::string& page, const PageData& data) {
    say(page, "<section id=\"details\"><h2>Details</h2>\n");
    append_inputs(page, data);
    append_skipped(page, data);
    append_glossary(page, data);
    const AnalyzerOptions& options = data.options.analyzer;
    say(page, "</section>\n<footer><p>deadpeer ", Html{data.options.version}, ". Labels as Wireshark ",
        release_name(options.wireshark), "; a probe comes after ", Span{options.minimum_probe_silence},
        " of silence at least; idle after ", Span{options.idle_after},
        ". Times are UTC. Frame and stream numbers are Wireshark's. This page runs no script and makes no "
        "request; "
        "flows.csv, events.csv and incidents.csv hold everything.</p></footer>\n");
}

}  // namespace deadpeer
