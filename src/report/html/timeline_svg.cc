#include <algorithm>
#include <map>
#include <vector>

#include "report/grouped.h"
#include "report/html/ladder_svg.h"
#include "report/html/markup.h"
#include "report/html/page.h"
#include "report/text/named.h"

namespace deadpeer {
namespace {

constexpr std::size_t kMostLanes = 60;
constexpr std::size_t kMostMarks = 64;  // of a lane
constexpr int kLane = 34;
constexpr int kAxis = 26;

// Where a time lies on the page, in percent.
class Scale {
public:
    Scale(Nanoseconds first, Nanoseconds last)
        : first_(first), span_(std::max<Nanoseconds>(last - first, 1)) {}
    [[nodiscard]] double at(Nanoseconds time) const {
        const double share = static_cast<double>(time - first_) / static_cast<double>(span_);
        return 1.0 + 97.5 * std::clamp(share, 0.0, 1.0);
    }
    [[nodiscard]] Nanoseconds time_at(int quarter) const { return first_ + span_ / 4 * quarter; }

private:
    Nanoseconds first_;
    Nanoseconds span_;
};

void draw_bar(std::string& out, const Scale& scale, Nanoseconds from, Nanoseconds to, int y,
              std::string_view kind) {
    const double left = scale.at(from);
    say(out, "<rect class=\"", kind, "\" x=\"", Coordinate{left}, "%\" y=\"", std::uint64_t(y), "\" width=\"",
        Coordinate{std::max(0.4, scale.at(to) - left)}, "%\" height=\"8\"/>");
}

void draw_cross(std::string& out, double x, int y) {
    say(out, "<svg x=\"", Coordinate{x}, "%\" y=\"", std::uint64_t(y),
        "\" class=\"free\"><path class=\"cross\" d=\"M-5 -5L5 5M-5 5L5 -5\"/></svg>");
}

void draw_marks(std::string& out, const Scale& scale, std::span<const Step> steps, int y) {
    if (steps.size() > kMostMarks) steps = steps.last(kMostMarks);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        const double x = scale.at(step.time);
        if ((step.flags & kRst) != 0) {
            draw_cross(out, x, y + 4);
        } else if (step.kind == Step::Kind::kKeepalives) {
            say(out, "<line class=\"run\" x1=\"", Coordinate{x}, "%\" x2=\"",
                Coordinate{scale.at(step.last_time)}, "%\" y1=\"", std::uint64_t(y + 4), "\" y2=\"",
                std::uint64_t(y + 4), "\"/>");
        } else if (step.kind == Step::Kind::kProbe) {
            say(out, "<circle class=\"", is_unanswered(steps, i) ? "hollow" : "dot", "\" cx=\"",
                Coordinate{x}, "%\" cy=\"", std::uint64_t(y + 4), "\" r=\"4\"/>");
        }
    }
}

void draw_lane(std::string& out, const FlowSummary& flow, const PageData& data, const Scale& scale, int y) {
    const bool is_dead = is_death(flow.verdict) && flow.half_open != kNoTime && flow.verdict_time != kNoTime;
    const Nanoseconds last = is_dead ? std::max(flow.last_time, flow.verdict_time) : flow.last_time;
    const Endpoint initiator = flow.key.sender(flow.initiator);
    std::string label;
    say(label, Side{initiator}, ", ", to_string(flow.verdict));
    if (is_dead) say(label, ", half-open for ", Span{flow.half_open});
    say(out, "<g><title>", Html{label}, "</title><text y=\"", std::uint64_t(y + 10), "\">", Html{label},
        "</text>");
    if (flow.first_time != kNoTime) {
        draw_bar(out, scale, flow.first_time, last, y + 16, "bar");
        if (is_dead)
            draw_bar(out, scale, flow.verdict_time - flow.half_open, flow.verdict_time, y + 16, "held");
        if (flow.verdict == Verdict::kIdle) {
            say(out, "<line class=\"idle\" x1=\"", Coordinate{scale.at(flow.last_time)},
                "%\" x2=\"98.5%\" y1=\"", std::uint64_t(y + 20), "\" y2=\"", std::uint64_t(y + 20), "\"/>");
        }
        if (const auto* steps = data.ladders->of(flow.stream)) draw_marks(out, scale, *steps, y + 16);
    }
    say(out, "</g>\n");
}

void draw_axis(std::string& out, const Scale& scale, int height, bool days) {
    for (int quarter = 0; quarter <= 4; quarter += 2) {
        const Nanoseconds time = scale.time_at(quarter);
        const std::string text = days ? date_and_time(time).substr(5, 11) : clock_time(time).substr(0, 8);
        const double x = scale.at(time);
        say(out, "<line class=\"tick\" x1=\"", Coordinate{x}, "%\" x2=\"", Coordinate{x},
            "%\" y1=\"18\" y2=\"", std::uint64_t(height), "\"/><text class=\"",
            quarter == 0   ? ""
            : quarter == 4 ? "right"
                           : "mid",
            "\" x=\"", Coordinate{x}, "%\" y=\"12\">", text, "</text>");
    }
    say(out, "\n");
}

// Times in which the capture saw nothing of a link.
void draw_gaps(std::string& out, const PageData& data, const Scale& scale, int height) {
    for (const Incident& incident : data.incidents) {
        const Finding& gap = incident.cause;
        const bool is_span = gap.kind == EventKind::kCaptureGap && gap.idle != kNoTime && gap.time != kNoTime;
        if (!is_span) continue;
        const double left = scale.at(gap.time - gap.idle);
        say(out, "<rect class=\"missing\" x=\"", Coordinate{left}, "%\" y=\"18\" width=\"",
            Coordinate{std::max(0.4, scale.at(gap.time) - left)}, "%\" height=\"", std::uint64_t(height - 18),
            "\"><title>Nothing was captured</title></rect>\n");
    }
}

// Those of the worst incidents first, a few of each, then the others.
std::vector<const FlowSummary*> lanes_of(const PageData& data) {
    constexpr std::size_t kMostOfIncident = 6;
    constexpr std::size_t kMostHarmless = 15;
    std::map<StreamNumber, const FlowSummary*> left;
    for (const FlowSummary& flow : data.flows) left.emplace(flow.stream, &flow);
    std::vector<const FlowSummary*> lanes;
    const auto take = [&](StreamNumber stream) {
        const auto found = left.find(stream);
        if (found == left.end() || lanes.size() == kMostLanes) return false;
        lanes.push_back(found->second);
        left.erase(found);
        return true;
    };
    for (const Incident& incident : data.incidents) {
        std::size_t taken = 0;
        if (incident.cause.stream >= 0)
            taken += take(static_cast<StreamNumber>(incident.cause.stream)) ? 1 : 0;
        for (const StreamNumber stream : incident.streams) {
            if (taken < kMostOfIncident) taken += take(stream) ? 1 : 0;
        }
    }
    std::size_t harmless = 0;
    for (const FlowSummary& flow : data.flows) {
        const bool may_matter = is_death(flow.verdict) || flow.verdict == Verdict::kSuspect;
        if (may_matter || harmless < kMostHarmless) harmless += take(flow.stream) && !may_matter ? 1 : 0;
    }
    return lanes;
}

}  // namespace

bool has_timeline(const PageData& data) {
    return !data.flows.empty() && data.begin() != kNoTime;
}

void append_timeline(std::string& page, const PageData& data) {
    if (!has_timeline(data)) return;
    const Nanoseconds first = data.begin();
    const Nanoseconds last = data.end();
    std::map<Endpoint, std::vector<const FlowSummary*>> servers;
    std::vector<Endpoint> order;
    const std::vector<const FlowSummary*> shown = lanes_of(data);
    const std::size_t lanes = shown.size();
    for (const FlowSummary* flow : shown) {
        const Endpoint server = flow->key.receiver(flow->initiator);
        auto& lane = servers[server];
        if (lane.empty()) order.push_back(server);
        lane.push_back(flow);
    }
    const Scale scale(first, last);
    const Named named(data.options.inventory);
    say(page, "<section id=\"timeline\"><h2>Life of ");
    if (lanes < data.connections)
        say(page, "the worst ", std::uint64_t{lanes}, " of ", grouped(data.connections), " connections");
    if (lanes == data.connections) say(page, lanes == 1 ? "the connection" : "each connection");
    say(page,
        ", by server</h2>\n<p class=\"legend\"><svg width=\"26\" height=\"10\"><rect class=\"bar\" "
        "width=\"26\" height=\"8\"/></svg> ",
        "first to last segment <svg width=\"26\" height=\"10\"><rect class=\"held\" width=\"26\" "
        "height=\"8\"/></svg> half-open ",
        "<svg width=\"26\" height=\"10\"><line class=\"idle\" x2=\"26\" y1=\"4\" y2=\"4\"/></svg> idle, no "
        "keepalive ",
        "<svg width=\"12\" height=\"10\"><circle class=\"dot\" cx=\"6\" cy=\"5\" r=\"4\"/></svg> probe "
        "answered ",
        "<svg width=\"12\" height=\"10\"><circle class=\"hollow\" cx=\"6\" cy=\"5\" r=\"4\"/></svg> probe "
        "unanswered ",
        "<svg width=\"12\" height=\"10\"><path class=\"cross\" d=\"M1 0L11 10M1 10L11 0\"/></svg> RST</p>\n");
    for (const Endpoint& server : order) {
        const auto& flows = servers.at(server);
        std::string name;
        say(name, named(server));
        const int height = kAxis + kLane * static_cast<int>(flows.size());
        say(page, "<h3 class=\"server\">", Html{shortened(name, 110)},
            "</h3><svg class=\"time\" role=\"img\" width=\"100%\" height=\"", std::uint64_t(height),
            "\"><title>Connections to ", Html{shortened(name, 110)}, "</title><desc>",
            counted(flows.size(), "lane", "lanes"), " from ", date_and_time(first), " to ",
            date_and_time(last), " UTC</desc>\n");
        draw_axis(page, scale, height, last - first > 86400 * kSecond);
        draw_gaps(page, data, scale, height);
        int y = kAxis - 4;
        for (const FlowSummary* flow : flows) {
            draw_lane(page, *flow, data, scale, y);
            y += kLane;
        }
        say(page, "</svg>\n");
    }
    say(page, "</section>\n");
}

}  // namespace deadpeer
