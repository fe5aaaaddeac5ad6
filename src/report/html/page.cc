#include "report/html/page.h"

#include <algorithm>
#include <numeric>

#include "report/grouped.h"
#include "report/html/markup.h"
#include "report/html/style.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

std::string headline_of(const PageData& data) {
    const std::string all = counted(data.connections, "connection", "connections");
    const std::string maybe =
        grouped(data.maybe_deaths) + (data.deaths > 0 ? " more" : " of " + all) + " may have";
    if (data.deaths > 0) {
        return grouped(data.deaths) + " of " + all + " died" + (data.maybe_deaths > 0 ? ", " + maybe : "");
    }
    if (data.maybe_deaths > 0) return maybe + " died";
    if (data.incidents.empty()) {
        const bool doubtful = data.count(Verdict::kSuspect) + data.unacknowledged > 0;
        return doubtful ? "No dead peers found for certain" : "No dead peers found";
    }
    return "No connection died; " + counted(data.incidents.size(), "incident", "incidents") + " to look at";
}

std::string names_of(const std::vector<InputSummary>& inputs) {
    constexpr std::size_t kFew = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(inputs.size(), kFew); ++i) {
        text += text.empty() ? "" : ", ";
        text += shortened(base_name(inputs[i].name), 80);
    }
    if (inputs.size() > kFew) text += " and " + grouped(inputs.size() - kFew) + " more";
    return text;
}

std::uint64_t frames_of(const InputSummary& input) {
    return std::accumulate(input.skipped.begin(), input.skipped.end(), input.tcp_frames);
}

void append_subtitle(std::string& page, const PageData& data) {
    std::uint64_t frames = 0;
    for (const InputSummary& input : data.inputs) frames += frames_of(input);
    say(page, "<p class=\"sub\">", Html{names_of(data.inputs)}, " \u00b7 ");
    if (data.begin() != kNoTime) {
        const std::string end = date_and_time(data.end());
        const bool same_day = end.substr(0, 10) == date_and_time(data.begin()).substr(0, 10);
        say(page, date_and_time(data.begin()), " to ", same_day ? end.substr(11) : end, " UTC (",
            Span{data.end() - data.begin()}, ") \u00b7 ");
    }
    say(page, counted(frames, "frame", "frames"), ", ",
        counted(data.connections, "connection", "connections"), "</p>\n");
}

// What the capture itself lacks: whoever reads silence must know.
void append_losses(std::string& page, const PageData& data) {
    std::uint64_t lost = 0;
    std::uint64_t frames = 0;
    std::string cut;
    std::size_t cuts = 0;
    for (const InputSummary& input : data.inputs) {
        lost += input.source.dropped_by_capture.value_or(0);
        frames += frames_of(input);
        if (input.outcome == InputSummary::Outcome::kComplete) continue;
        if (++cuts > 3) continue;
        cut += (cut.empty() ? "" : ", ") + shortened(base_name(input.name), 80);
        cut.append(" is ").append(to_string(input.outcome));
    }
    if (lost == 0 && cuts == 0) return;
    say(page, "<p class=\"loss\"><strong>The capture is not complete.</strong>");
    if (lost > 0) {
        const double share = 100.0 * static_cast<double>(lost) / static_cast<double>(lost + frames);
        say(page, " It lost ", counted(lost, "frame", "frames"), " (", share < 0.1 ? "under 0.1" : "");
        if (share >= 0.1) say(page, Coordinate{share});
        say(page, " %): what seems missing may have been there.");
    }
    if (cuts > 0)
        say(page, " ", Html{cut}, cuts > 3 ? " and others" : "", "; what comes after that is not known.");
    say(page, "</p>\n");
}

struct Tile {
    std::string number;
    std::string_view what;
    std::string_view kind;
    std::string_view target;
};

std::string_view tile_of_deaths(const PageData& data) {
    if (data.maybe_deaths > 0) return data.deaths > 0 ? "died or may have" : "may have died";
    return data.deaths == 1 ? "connection died" : "connections died";
}

void append_tiles(std::string& page, const PageData& data) {
    std::uint64_t reboots = 0;
    for (const Incident& incident : data.incidents) reboots += incident.count(EventKind::kHostRebooted);
    const std::uint64_t deaths = data.deaths + data.maybe_deaths;
    std::string held = "\u2013";
    if (data.longest_half_open != kNoTime) {
        held.clear();
        say(held, Span{data.longest_half_open});
    }
    const std::string_view incidents = data.incidents.empty() ? "#connections" : "#incidents";
    const Tile tiles[] = {
        {grouped(deaths), tile_of_deaths(data), deaths > 0 ? "bad" : "", incidents},
        {grouped(reboots), reboots == 1 ? "host rebooted" : "hosts rebooted", reboots > 0 ? "bad" : "",
         incidents},
        {held, "longest half-open", deaths > 0 ? "bad" : "",
         has_timeline(data) ? "#timeline" : "#connections"},
        {grouped(data.count(Verdict::kIdle)), "idle, no keepalive",
         data.count(Verdict::kIdle) > 0 ? "warn" : "", "#keepalive"},
        {grouped(data.count(Verdict::kAlive)), "alive", data.count(Verdict::kAlive) > 0 ? "good" : "",
         "#connections"},
        {grouped(data.count(Verdict::kClosed)), "closed in order", "", "#connections"},
    };
    say(page, "<ul class=\"tiles\">");
    for (const Tile& tile : tiles) {
        say(page, "<li class=\"", tile.kind, "\"><a href=\"", tile.target, "\"><b>", tile.number,
            "</b><span>", tile.what, "</span></a></li>");
    }
    say(page, "</ul>\n");
}

}  // namespace

std::string page_of(const PageData& data) {
    std::string page;
    page.reserve(std::size_t{256} << 10);
    say(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-",
        kStyleHash, "'; base-uri 'none'; form-action 'none'\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"generator\" "
        "content=\"deadpeer\">\n<title>",
        Html{headline_of(data)}, " \u00b7 ", Html{names_of(data.inputs)}, "</title>\n<style>", kStyle,
        "</style></head>\n<body>\n<header><h1>", Html{headline_of(data)}, "</h1>\n");
    append_subtitle(page, data);
    append_losses(page, data);
    append_tiles(page, data);
    say(page, "</header>\n<main>\n");
    append_cards(page, data);
    append_timeline(page, data);
    append_keepalive(page, data);
    append_connections(page, data);
    say(page, "</main>\n");
    append_details(page, data);
    say(page, "</body></html>\n");
    return page;
}

}  // namespace deadpeer
