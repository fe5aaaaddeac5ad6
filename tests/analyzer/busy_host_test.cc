// A host that serves short connections all the time is not called rebooted, though these are told and
// forgotten long before it resets others.
#include <algorithm>
#include <string>
#include <vector>

#include "correlate/gone_connections.h"
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer::test {
namespace {

struct Line {
    double time;
    std::string text;
};

// Two connections of B that are probed every 180 s; the third probes meet RSTs.
void add_lost(std::vector<Line>& lines) {
    for (const double begin : {10.0, 10.5}) {
        const std::string a = begin == 10.0 ? "A>B " : "E>B ";
        const std::string b = begin == 10.0 ? "B>A " : "B>E ";
        lines.push_back({begin, a + "S 1000:1000(0)"});
        lines.push_back({begin + 0.01, b + "S. 5000:5000(0) ack 1001"});
        lines.push_back({begin + 0.02, a + ". 1001:1001(0) ack 5001"});
        for (const int probe : {1, 2, 3}) {
            const double time = begin + 180 * probe;
            lines.push_back({time, a + ". 1000:1000(0) ack 5001"});
            lines.push_back(
                {time + 0.01, b + (probe < 3 ? ". 5001:5001(0) ack 1001" : "R 5001:5001(0) win 0")});
        }
    }
}

// An exchange with B every two seconds up to that time, each on a connection of its own, from so many ports.
void add_exchanges(std::vector<Line>& lines, double until, int ports) {
    int number = 0;
    for (double time = 1; time < until; time += 2, ++number) {
        const std::string client = "H" + std::to_string(number % ports);
        const auto seq = [&](int offset) { return std::to_string(1000 * number + offset); };
        lines.push_back({time, client + ">B S " + seq(1) + ":" + seq(1) + "(0)"});
        lines.push_back({time + 0.01, "B>" + client + " S. 7:7(0) ack " + seq(2)});
        lines.push_back({time + 0.02, client + ">B F. " + seq(2) + ":" + seq(2) + "(0) ack 8"});
        lines.push_back({time + 0.03, "B>" + client + " F. 8:8(0) ack " + seq(3)});
    }
}

std::string story(double exchanges_until, int ports) {
    std::vector<Line> lines;
    add_lost(lines);
    add_exchanges(lines, exchanges_until, ports);
    for (double time = 0; time < 700; time += 4) lines.push_back({time, "X>Y . 1:1(0) ack 1"});
    std::ranges::stable_sort(lines, {}, &Line::time);
    std::string text = "endpoint E 10.0.0.1:40100\nendpoint X 10.0.7.1:1\nendpoint Y 10.0.7.2:2\n";  // others
    for (int i = 0; i < ports; ++i)
        text += "endpoint H" + std::to_string(i) + " 10.0.9.9:" + std::to_string(20'000 + i) + "\n";
    std::int64_t before = 0;
    for (const Line& line : lines) {
        const auto at = static_cast<std::int64_t>(line.time * 1000 + 0.5);
        const std::string millis = std::to_string((at - before) % 1000);
        text += "+" + std::to_string((at - before) / 1000) + "." + std::string(3 - millis.size(), '0') +
                millis + " " + line.text + "\n";
        before = at;
    }
    return text;
}

template <typename Analyse>
bool reboot_is_told(const std::string& text, Analyse analyse) {
    RecordingSink sink;
    const Scenario scenario = parse_scenario(text);
    ScenarioSource source(scenario);
    analyse(source, AnalyzerOptions{}, sink);
    return std::ranges::any_of(sink.findings, [](const Finding& finding) {
        return finding.kind == EventKind::kHostRebooted || finding.kind == EventKind::kPeerRebooted;
    });
}

TEST_CASE("who served others all the time has not rebooted, in a file and live") {
    for (const int ports : {8, 400}) {
        CAPTURE(ports);
        const std::string busy = story(700, ports);
        CHECK_FALSE(reboot_is_told(busy, analyse));
        CHECK_FALSE(reboot_is_told(busy, analyse_live));
        const std::string silent = story(400, ports);
        CHECK(reboot_is_told(silent, analyse));
        CHECK(reboot_is_told(silent, analyse_live));
    }
}

IpAddress host(std::uint8_t last) {
    IpAddress address;
    address.bytes[3] = last;
    return address;
}

std::string spans(const GoneConnections& gone, std::uint8_t of) {
    std::string text;
    gone.for_each(host(of), of, [&](const GoneConnections::Span& span) {
        text += std::to_string(span.from / kSecond) + "-" + std::to_string(span.to / kSecond) +
                (span.resets ? "R " : " ");
    });
    return text;
}

TEST_CASE("spans less than a boot apart are one; where there is no room the closest are") {
    GoneConnections gone(std::size_t{1} << 16);
    const auto add = [&](int from, int to) { gone.add(host(1), 1, {from * kSecond, to * kSecond}); };
    CHECK(spans(gone, 1) == "");
    add(100, 110);
    add(50, 60);
    add(64, 70);
    CHECK(spans(gone, 1) == "50-70 100-110 ");
    add(75, 80);
    CHECK(spans(gone, 1) == "50-70 75-80 100-110 ");
    add(66, 102);
    CHECK(spans(gone, 1) == "50-110 ");
    for (const int from : {200, 300, 400, 500, 600}) add(from, from + 1);
    CHECK(spans(gone, 1) == "50-110 200-201 300-301 400-401 500-501 600-601 ");
    add(320, 321);
    CHECK(spans(gone, 1) == "50-110 200-201 300-321 400-401 500-501 600-601 ");
    CHECK(spans(gone, 2) == "");
}

TEST_CASE("a RST to a forgotten connection is a span's last word unless the host goes on") {
    GoneConnections gone(std::size_t{1} << 16);
    gone.add(host(1), 1, {100 * kSecond, 100 * kSecond, true});
    CHECK(spans(gone, 1) == "100-100R ");
    gone.add(host(1), 1, {50 * kSecond, 97 * kSecond});
    CHECK(spans(gone, 1) == "50-100R ");
    gone.add(host(1), 1, {60 * kSecond, 100 * kSecond});
    CHECK(spans(gone, 1) == "50-100 ");
    gone.add(host(1), 1, {103 * kSecond, 103 * kSecond, true});
    CHECK(spans(gone, 1) == "50-103R ");
}

}  // namespace
}  // namespace deadpeer::test
