#include "report/html/card_words.h"

#include <algorithm>
#include <span>

#include "report/cause/cause_glossary.h"
#include "report/cause/hypotheses.h"
#include "report/columns/address_text.h"
#include "report/grouped.h"
#include "report/html/markup.h"
#include "report/incident/incident_lines.h"

namespace deadpeer {
namespace {

bool is_of_path(EventKind kind) {
    return kind == EventKind::kPathDead || kind == EventKind::kIdleTimeoutOnPath ||
           kind == EventKind::kMiddleboxReset;
}

}  // namespace

// The connection that the event is about; null if it is about none, or was not kept.
const FlowSummary* flow_of(const Finding& cause, const PageData& data) {
    if (cause.stream < 0) return nullptr;
    const auto flow =
        std::ranges::find(data.flows, static_cast<StreamNumber>(cause.stream), &FlowSummary::stream);
    return flow == data.flows.end() ? nullptr : &*flow;
}

std::string title_of(const Incident& incident, const Named& named) {
    const bool answered = incident.cause.reason == Reason::kAnswersLost;  // it is not dead
    std::string title(answered ? "answers lost" : label_of(incident.cause.kind));
    if (!title.empty()) title[0] = static_cast<char>(title[0] - 'a' + 'A');
    if (incident.cause.kind == EventKind::kCaptureGap) return title;
    title += ": ";
    if (is_of_path(incident.cause.kind)) {
        return title + name_of(named, incident.cause.peer.address) + " to " +
               name_of(named, incident.cause.subject.address);
    }
    if (incident.cause.kind == EventKind::kMiddleboxRestarted) title += "before ";
    if (incident.cause.kind == EventKind::kHostRebooted)
        return title + name_of(named, incident.subject.address);
    if (incident.subject.port != 0 && incident.subject.address == incident.cause.subject.address) {
        return title + name_of(named, incident.subject);
    }
    return title + name_of(named, incident.subject.address);
}

std::string connection_of(const Incident& incident, const PageData& data, const Named& named) {
    const Finding& cause = incident.cause;
    if (const FlowSummary* flow = flow_of(cause, data); flow != nullptr && incident.connections == 1) {
        return name_of(named, flow->key.sender(flow->initiator)) + " \u2192 " +
               name_of(named, flow->key.receiver(flow->initiator));
    }
    const bool is_one = incident.connections == 1 && cause.peer.port != 0;
    if (is_one) return name_of(named, cause.peer) + " \u2192 " + name_of(named, cause.subject);
    std::string text;
    if (incident.connections > 0) text = counted(incident.connections, "connection", "connections");
    constexpr std::size_t kFew = 3;
    std::string_view before = " with ";
    for (std::size_t i = 0; i < std::min(incident.peers.size(), kFew); ++i) {
        say(text, before, name_of(named, incident.peers[i]));
        before = ", ";
    }
    if (incident.more_peers || incident.peers.size() > kFew) text += " and others";
    return text;
}

// What else may have happened, the likeliest first.
std::string alternatives_of(const Finding& cause) {
    constexpr std::size_t kFew = 3;
    std::string text;
    const Weighed weighed = weigh(ended(cause));
    for (const Cause alternative : std::span(weighed.alternatives).first(kFew)) {
        const auto* entry = std::ranges::find(kCauseGlossary, to_string(alternative), &GlossaryEntry::code);
        if (alternative == Cause::kNone || entry == kCauseGlossary.end()) break;
        say(text, text.empty() ? "" : " ", entry->meaning);
    }
    return text;
}

std::string when_of(const Incident& incident) {
    if (incident.first == kNoTime) return {};
    std::string text = date_and_time(incident.first) + " UTC";
    if (incident.last - incident.first >= kSecond) {
        text += " to " + (incident.last - incident.first < 86400 * kSecond
                              ? clock_time(incident.last).substr(0, 8)
                              : date_and_time(incident.last));
    }
    return text;
}

std::string last_heard_of(const Incident& incident) {
    if (incident.last_heard == kNoTime) return {};
    std::string text = clock_time(incident.last_heard) + " UTC";
    if (incident.half_open != kNoTime) {
        say(text,
            incident.connections > 1 ? "; its peers held dead connections for up to "
                                     : "; the other side held the dead connection for ",
            Span{incident.half_open});
    }
    return text;
}

std::string frames_of(const Finding& cause) {
    std::string text;
    for (std::size_t i = 0; i < cause.evidence_count; ++i) say(text, i == 0 ? "" : ", ", cause.evidence[i]);
    if (text.empty() && cause.frame != 0) say(text, cause.frame);
    return text;
}

std::string events_of(const Incident& incident) {
    std::string text;
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
        if (incident.events[kind] == 0) continue;
        say(text, text.empty() ? "" : ", ", to_string(static_cast<EventKind>(kind)));
        if (incident.events[kind] > 1) say(text, " \u00d7", incident.events[kind]);
    }
    return text;
}

}  // namespace deadpeer
