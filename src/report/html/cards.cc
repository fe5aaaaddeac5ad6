#include <algorithm>

#include "report/columns/community_id.h"
#include "report/grouped.h"
#include "report/html/card_words.h"
#include "report/html/ladder_svg.h"
#include "report/html/markup.h"
#include "report/html/page.h"
#include "report/incident/incident_explanation.h"
#include "report/incident/incident_filter.h"
#include "report/text/named.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

constexpr std::size_t kMostCards = 20;
constexpr std::size_t kMostRows = 300;
constexpr std::size_t kMostOthers = 12;  // connections of a card, beside the clearest

void append_term(std::string& page, std::string_view term, std::string_view text) {
    if (!text.empty()) say(page, "<dt>", term, "</dt><dd>", Html{text}, "</dd>");
}

std::string community_id_of(const Finding& cause, const PageData& data) {
    const FlowSummary* flow = flow_of(cause, data);
    if (flow == nullptr) return {};
    CommunityId id(data.options.community_id_seed);
    return std::string(id.of(flow->key));
}

void append_proof(std::string& page, const Incident& incident, const PageData& data) {
    const Finding& cause = incident.cause;
    say(page, "<p class=\"proof\">");
    if (const std::string frames = frames_of(cause); !frames.empty()) {
        say(page, "Evidence: frames ", frames);
        if (data.inputs.size() > 1 && cause.file < data.inputs.size())
            say(page, " of ", Html{shortened(base_name(data.inputs[cause.file].name), kLongestName)});
        page += " \u00b7 ";
    }
    const std::string filter = incident_filter(incident, data.options.stream_numbers);
    if (!filter.empty()) say(page, "Wireshark: <code>", Html{filter}, "</code> \u00b7 ");
    say(page, "Events: ", events_of(incident), " \u00b7 reason <code>", to_string(cause.reason), "</code>");
    if (const std::string id = community_id_of(cause, data); !id.empty() && incident.connections == 1)
        say(page, " \u00b7 community id <code>", Html{id}, "</code>");
    say(page, "</p>\n");
}

// The side that a finding is about, with ports: of a host, those of the connection that showed it.
LadderStory story_of(const Incident& incident, const PageData& data) {
    const Finding& cause = incident.cause;
    LadderStory story;
    story.left = cause.peer;
    story.failed = cause.subject;
    story.decided = cause.time;
    if (const FlowSummary* flow = flow_of(cause, data)) {
        const Endpoint low = flow->key.low();
        const Endpoint high = flow->key.high();
        const bool low_failed =
            low.address == cause.subject.address && (cause.subject.port == 0 || low == cause.subject);
        story.failed = low_failed ? low : high;
        story.left = low_failed ? high : low;
        if (is_death(flow->verdict) && flow->half_open != kNoTime && flow->verdict_time != kNoTime)
            story.last_heard = flow->verdict_time - flow->half_open;
        if (flow->verdict_time != kNoTime) story.decided = std::max(story.decided, flow->verdict_time);
    }
    if (story.last_heard == kNoTime && cause.half_open != kNoTime && cause.time != kNoTime &&
        cause.stream >= 0)
        story.last_heard = cause.time - cause.half_open;
    story.failure_is_known = story.last_heard != kNoTime;
    for (std::size_t i = 0; i < cause.evidence_count; ++i) {
        const std::uint64_t frame = cause.evidence[i];
        story.first_evidence = story.first_evidence == 0 ? frame : std::min(story.first_evidence, frame);
    }
    return story;
}

void append_ladder(std::string& page, const Incident& incident, const PageData& data, const Named& named,
                   std::size_t number) {
    if (incident.cause.stream < 0) return;
    const auto* steps = data.ladders->of(static_cast<StreamNumber>(incident.cause.stream));
    const LadderStory story = story_of(incident, data);
    if (story.left.port == 0 || story.failed.port == 0) return;
    const std::span<const Step> decisive =
        steps == nullptr ? std::span<const Step>() : decisive_steps(*steps, story);
    if (decisive.empty()) {
        say(page, "<p class=\"proof\">The segments of this connection were not kept.</p>\n");
        return;
    }
    if (incident.connections > 1) {
        say(page, "<p class=\"clearest\">The clearest of ", grouped(incident.connections), ":</p>\n");
    }
    draw_ladder(page, decisive, static_cast<std::size_t>(decisive.data() - steps->data()), story, named,
                number);
}

// The connections of an incident but for the one whose ladder is drawn.
void append_others(std::string& page, const Incident& incident, const PageData& data, const Named& named) {
    if (incident.connections < 2) return;
    std::string rows;
    std::size_t told = 0;
    for (const FlowSummary& flow : data.flows) {
        const bool is_of_it = std::ranges::binary_search(incident.streams, flow.stream);
        if (!is_of_it ||
            (incident.cause.stream >= 0 && flow.stream == static_cast<StreamNumber>(incident.cause.stream)))
            continue;
        if (++told > kMostOthers) break;
        const Endpoint initiator = flow.key.sender(flow.initiator);
        const Endpoint responder = flow.key.receiver(flow.initiator);
        say(rows, "<tr><td>", Html{name_of(named, initiator)}, " \u2192 ", Html{name_of(named, responder)},
            "</td><td>", to_string(flow.verdict), "</td><td>", clock_time(flow.verdict_time).substr(0, 8),
            "</td><td>");
        if (flow.half_open != kNoTime) say(rows, Span{flow.half_open});
        say(rows, "</td></tr>\n");
    }
    if (!rows.empty()) {
        say(page,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The other "
            "connections\"><table><thead>",
            "<tr><th scope=\"col\">The others</th><th scope=\"col\">Verdict</th><th "
            "scope=\"col\">Noticed</th>",
            "<th scope=\"col\">Half-open</th></tr></thead><tbody>\n", rows, "</tbody></table></div>\n");
    }
    const std::uint64_t shown = std::min(told, kMostOthers) + 1;
    if (incident.connections <= shown) return;
    say(page, "<p class=\"proof\">",
        counted(incident.connections - shown, "connection more is", "connections more are"),
        " in flows.csv.</p>\n");
}

void append_card(std::string& page, const Incident& incident, const PageData& data, std::size_t number) {
    const Named named(data.options.inventory);
    Explanation words;
    explain(words, incident, data.options.stream_numbers);
    const bool is_critical = incident.severity == Severity::kCritical;
    say(page, "<article class=\"card ", to_string(incident.severity), "\" id=\"incident-",
        std::uint64_t{number}, "\"><h3><span class=\"sign\" aria-hidden=\"true\">",
        is_critical ? "\u2715" : "!", "</span> ", Html{title_of(incident, named)}, " <span class=\"badge\">",
        to_string(incident.severity));
    if (incident.cause.confidence != Confidence::kNone)
        say(page, ", ", to_string(incident.cause.confidence), " confidence");
    say(page, "</span></h3>\n<p class=\"what\">", Html{words.what}, "</p>\n");
    if (!words.advice.empty())
        say(page, "<p class=\"next\"><strong>Next step.</strong> ", Html{words.advice}, "</p>\n");
    say(page, "<dl>");
    append_term(page, incident.connections > 1 ? "Connections" : "Connection",
                connection_of(incident, data, named));
    append_term(page, "Last heard", last_heard_of(incident));
    append_term(page, "Noticed", when_of(incident));
    append_term(page, "Why we say so", words.evidence);
    append_term(page, "Or else", alternatives_of(incident.cause));
    say(page, "</dl>\n");
    append_ladder(page, incident, data, named, number);
    append_others(page, incident, data, named);
    append_proof(page, incident, data);
    say(page, "</article>\n");
}

void append_row(std::string& page, const Incident& incident, const PageData& data, std::size_t number) {
    const Named named(data.options.inventory);
    Explanation words;
    explain(words, incident, data.options.stream_numbers);
    say(page, "<tr><td>", std::uint64_t{number}, "</td><td>", Html{title_of(incident, named)}, "</td><td>",
        to_string(incident.severity), "</td><td class=\"number\">");
    if (incident.connections > 0) page += grouped(incident.connections);
    say(page, "</td><td>", date_and_time(incident.first), "</td><td>", Html{words.advice}, "</td></tr>\n");
}

}  // namespace

void append_cards(std::string& page, const PageData& data) {
    if (data.incidents.empty()) return;
    say(page, "<section id=\"incidents\"><h2>What happened</h2>\n");
    const std::size_t cards = std::min(data.incidents.size(), kMostCards);
    for (std::size_t i = 0; i < cards; ++i) append_card(page, data.incidents[i], data, i + 1);
    const std::size_t rows = std::min(data.incidents.size(), kMostRows);
    if (rows > cards) {
        say(page, "<h3>And ", grouped(data.incidents.size() - cards),
            " more</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"More "
            "incidents\"><table><thead><tr>",
            "<th scope=\"col\">No.</th><th scope=\"col\">What</th><th scope=\"col\">Severity</th><th "
            "scope=\"col\">",
            "Connections</th><th scope=\"col\">First noticed (UTC)</th><th scope=\"col\">Next "
            "step</th></tr></thead><tbody>\n");
        for (std::size_t i = cards; i < rows; ++i) append_row(page, data.incidents[i], data, i + 1);
        say(page, "</tbody></table></div>\n");
    }
    if (data.incidents.size() > rows)
        say(page, "<p>", grouped(data.incidents.size() - rows), " more are in incidents.csv.</p>\n");
    if (!data.left_out.empty()) say(page, "<p>", Html{data.left_out}, ".</p>\n");
    say(page, "</section>\n");
}

}  // namespace deadpeer
