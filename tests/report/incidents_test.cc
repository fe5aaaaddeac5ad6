#include "report/incident/incidents.h"

#include "report/incident/incident_explanation.h"
#include "report/sample_rows.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

// An event of the connection between 10.0.0.`peer`:40000 and 10.0.0.`host`:50000, which failed at `seconds`
// after `silence` seconds.
Finding event(EventKind kind, std::int64_t stream, std::int64_t seconds, std::int64_t silence,
              std::uint8_t host = 2, std::uint8_t peer = 1) {
    Finding finding;
    finding.kind = kind;
    finding.severity = Severity::kCritical;
    finding.confidence = Confidence::kMedium;
    finding.stream = stream;
    finding.time = seconds * kSecond;
    finding.half_open = silence * kSecond;
    finding.idle = silence / 2 * kSecond;
    finding.count = 3;
    finding.tries = Tries::kProbes;
    finding.subject = sample_key(1, 2).high();
    finding.subject.address.bytes[3] = host;
    finding.peer = sample_key(1, 2).low();
    finding.peer.address.bytes[3] = peer;
    finding.add_evidence(static_cast<std::uint64_t>(seconds));
    return finding;
}

Finding warning(EventKind kind, std::int64_t stream, std::int64_t seconds, std::int64_t silence,
                std::uint8_t host = 2, std::uint8_t peer = 1) {
    Finding finding = event(kind, stream, seconds, silence, host, peer);
    finding.severity = Severity::kWarning;
    finding.confidence = Confidence::kLow;
    return finding;
}

Finding reboot(std::int64_t seconds, std::uint32_t connections) {
    Finding finding = event(EventKind::kHostRebooted, 0, seconds, seconds);
    finding.subject.port = 0;
    finding.peer = {};
    finding.count = connections;
    finding.lost = {0, 1};
    return finding;
}

Finding path_timeout(std::int64_t seconds, std::int64_t idle) {
    Finding finding = warning(EventKind::kIdleTimeoutOnPath, 1, seconds, 0);
    finding.half_open = kNoTime;
    finding.reason = Reason::kSameIdleTime;
    finding.idle = idle * kSecond;
    finding.count = 2;
    finding.lost = {1, 2};
    return finding;
}

Finding taken_back(const Finding& told, std::int64_t seconds) {
    Finding change;
    change.kind = EventKind::kVerdictChanged;
    change.taken_back = told.kind;
    change.stream = told.stream;
    change.subject = told.subject;
    change.peer = told.peer;
    change.time = seconds * kSecond;
    return change;
}

std::vector<Incident> incidents_of(const std::vector<Finding>& findings) {
    Incidents incidents;
    for (const Finding& finding : findings) incidents.add(finding);
    CHECK(incidents.left_out() == 0);
    CHECK(incidents.left_out_text().empty());
    return incidents.list();
}

std::string what(const Incident& incident) {
    Explanation words;
    return explain(words, incident).what;
}
std::string evidence(const Incident& incident) {
    Explanation words;
    return explain(words, incident).evidence;
}

using Streams = std::vector<StreamNumber>;

}  // namespace

TEST_CASE("connections that a host left in one moment are one incident, whoever was at the other end") {
    const auto found =
        incidents_of({event(EventKind::kPeerDead, 4, 100, 90), event(EventKind::kPeerDead, 7, 160, 110, 2, 9),
                      event(EventKind::kPeerDead, 1, 55, 30)});
    REQUIRE(found.size() == 1);
    const Incident& one = found.front();
    CHECK(one.connections == 3);
    CHECK(one.streams == Streams{1, 4, 7});
    CHECK(one.count(EventKind::kPeerDead) == 3);
    CHECK(one.first == 55 * kSecond);
    CHECK(one.last == 160 * kSecond);
    CHECK(one.last_heard == 50 * kSecond);
    CHECK(one.half_open == 110 * kSecond);
    CHECK(one.subject.port == 50000);
    CHECK(one.peers.size() == 2);
    CHECK(what(one) == "10.0.0.2 stopped responding, and 3 connections with it were given up.");
    CHECK(evidence(one).starts_with("Clearest between 10.0.0.9:40000 and 10.0.0.2:50000 (tcp.stream 7). "));
}

TEST_CASE("what no common moment explains is an incident of its own") {
    // Heard again in between; another host.
    CHECK(incidents_of({event(EventKind::kPeerDead, 1, 100, 90), event(EventKind::kPeerDead, 2, 200, 99)})
              .size() == 2);
    CHECK(incidents_of({event(EventKind::kPeerDead, 1, 100, 90), event(EventKind::kPeerDead, 2, 200, 100)})
              .size() == 1);
    CHECK(incidents_of({event(EventKind::kPeerDead, 1, 100, 90), event(EventKind::kPeerDead, 2, 100, 90, 3)})
              .size() == 2);
    // The moment that explains two leaves no room for a third.
    CHECK(incidents_of({event(EventKind::kPeerDead, 1, 100, 90), event(EventKind::kPeerDead, 2, 200, 110),
                        event(EventKind::kPeerDead, 3, 80, 60)})
              .size() == 2);
    // Answers that were lost on the way are no death of their host.
    Finding lost = event(EventKind::kPeerDead, 2, 100, 90);
    lost.reason = Reason::kAnswersLost;
    CHECK(incidents_of({event(EventKind::kPeerDead, 1, 100, 90), lost}).size() == 2);
}

TEST_CASE("a reboot is told once: with its connections, those given up before, and the probes it missed") {
    Finding heartbeat = warning(EventKind::kHeartbeatStopped, 2, 60, 60);
    heartbeat.half_open = kNoTime;
    const std::vector<Finding> events = {warning(EventKind::kProbesUnanswered, 0, 70, 60),
                                         event(EventKind::kPeerRebooted, 0, 100, 90),
                                         event(EventKind::kPeerRebooted, 1, 130, 110),
                                         event(EventKind::kPeerDead, 2, 90, 75),
                                         heartbeat,
                                         reboot(100, 2)};
    std::vector<Finding> backwards(events.rbegin(), events.rend());
    for (const auto& each : {events, backwards}) {
        const auto found = incidents_of(each);
        REQUIRE(found.size() == 1);
        CHECK(found.front().cause.kind == EventKind::kHostRebooted);
        CHECK(found.front().connections == 3);
        CHECK(found.front().given_up_before == 1);
        CHECK(found.front().streams == Streams{0, 1, 2});
        CHECK(found.front().last_heard == 20 * kSecond);
        CHECK(evidence(found.front()).ends_with(" 1 connection had been given up before."));
    }
    // A reboot without events of its connections (a live capture bounds them) has their number all the same.
    const auto alone = incidents_of({reboot(100, 2)});
    REQUIRE(alone.size() == 1);
    CHECK(alone.front().connections == 2);
    CHECK(alone.front().streams == Streams{0, 1});
}

TEST_CASE("a host that rebooted takes in what another of its addresses lost") {
    Finding rebooted = reboot(100, 2);
    rebooted.lost = {0, 1};
    const Finding of_other_address = event(EventKind::kPeerRebooted, 1, 101, 60, 9);
    Finding other_host = of_other_address;
    other_host.stream = 7;
    CHECK(incidents_of({event(EventKind::kPeerRebooted, 0, 100, 60), rebooted, of_other_address}).size() ==
          1);
    CHECK(incidents_of({event(EventKind::kPeerRebooted, 0, 100, 60), rebooted, other_host}).size() == 2);
}

TEST_CASE("an idle timeout takes in the connections that it cut, and no other") {
    Finding shorter = event(EventKind::kPathDead, 5, 400, 30);
    const std::vector<Finding> events = {event(EventKind::kPathDead, 1, 100, 60),
                                         event(EventKind::kPathDead, 2, 300, 62),
                                         warning(EventKind::kMiddleboxReset, 3, 350, 64),
                                         warning(EventKind::kProbesUnanswered, 2, 290, 52),
                                         shorter,
                                         path_timeout(300, 30)};
    const auto found = incidents_of(events);
    REQUIRE(found.size() == 2);
    CHECK(found[0].cause.kind == EventKind::kPathDead);
    CHECK(found[0].streams == Streams{5});
    CHECK(found[1].cause.kind == EventKind::kIdleTimeoutOnPath);
    CHECK(found[1].severity == Severity::kCritical);
    CHECK(found[1].connections == 3);
    CHECK(found[1].streams == Streams{1, 2, 3});
    CHECK(found[1].count(EventKind::kProbesUnanswered) == 1);
}

TEST_CASE("of a host that died with several peers a timeout on the path to one of them is not the cause") {
    const auto found = incidents_of({event(EventKind::kPeerDead, 1, 100, 60),
                                     event(EventKind::kPeerDead, 2, 100, 60, 2, 9), path_timeout(100, 30)});
    CHECK(found.size() == 2);
    CHECK(incidents_of({event(EventKind::kPeerDead, 1, 100, 60), path_timeout(100, 30)}).size() == 1);
    // Nor of one that died at another time, by what that timeout was not found.
    CHECK(incidents_of({event(EventKind::kPeerDead, 5, 900, 60), path_timeout(100, 30)}).size() == 2);
}

TEST_CASE("a middlebox that restarted takes in the probes that its hosts left unanswered") {
    Finding restart = warning(EventKind::kMiddleboxRestarted, 1, 100, 0);
    restart.half_open = kNoTime;
    restart.subject.port = restart.peer.port = 0;
    restart.count = 3;
    restart.hosts = 2;
    restart.holders[0] = {restart.subject.address, 2};
    restart.holders[1] = {sample_key(3, 4).low().address, 1};
    restart.lost = {1, 2, 3};
    const auto found = incidents_of({warning(EventKind::kProbesUnanswered, 1, 110, 20), restart});
    REQUIRE(found.size() == 1);
    CHECK(found.front().subject.address == restart.peer.address);
    CHECK(found.front().connections == 3);
    CHECK(found.front().streams == Streams{1, 2, 3});
    CHECK(found.front().peers.size() == 2);
}

TEST_CASE("an address that moved takes in the probes that nobody answered") {
    Finding moved = warning(EventKind::kAddressMoved, 1, 100, 50);
    moved.subject.port = 0;
    moved.peer = {};
    moved.count = 2;
    moved.lost = {1, 4};
    const auto found = incidents_of({warning(EventKind::kProbesUnanswered, 1, 80, 30), moved});
    REQUIRE(found.size() == 1);
    CHECK(found.front().cause.kind == EventKind::kAddressMoved);
    CHECK(found.front().connections == 2);
    CHECK(found.front().streams == Streams{1, 4});
}

TEST_CASE("an outage that healed is one incident, and what does no harm is none") {
    Finding recovered = event(EventKind::kPeerRecovered, 1, 100, 60);
    recovered.severity = Severity::kInfo;
    const auto found = incidents_of({warning(EventKind::kProbesUnanswered, 1, 80, 40), recovered});
    REQUIRE(found.size() == 1);
    CHECK(found.front().connections == 1);
    CHECK(evidence(found.front()).ends_with(" It answered again later."));

    Finding harmless = event(EventKind::kPeerReset, 1, 100, 0);
    harmless.severity = Severity::kInfo;
    Finding idle_close = harmless;
    idle_close.kind = EventKind::kIdleClose;
    CHECK(incidents_of({harmless, recovered, idle_close}).empty());
    // A row that stands for events that were left out is none itself.
    Finding story = event(EventKind::kPeerDead, 1, 100, 60);
    story.left_out = 9;
    CHECK(incidents_of({story}).empty());
}

TEST_CASE(
    "an outage that never healed is part of the loss that ends it, even if the host was heard meanwhile") {
    const Finding death = event(EventKind::kPathDead, 1, 100, 20);
    const Finding outage = warning(EventKind::kProbesUnanswered, 1, 70, 40);
    CHECK(incidents_of({outage, death}).size() == 1);
    CHECK(incidents_of({outage, event(EventKind::kPeerDead, 1, 100, 20)}).size() == 1);
    CHECK(incidents_of({outage, event(EventKind::kPathDead, 2, 100, 20)}).size() == 2);
    Finding recovered = event(EventKind::kPeerRecovered, 1, 75, 45);
    recovered.severity = Severity::kInfo;
    CHECK(incidents_of({outage, recovered, death}).size() == 2);
}

TEST_CASE("an idle timer of a server and the requests that it cost are one incident") {
    Finding timer = event(EventKind::kIdleClose, 1, 100, 60);
    timer.severity = Severity::kInfo;
    const auto found = incidents_of(
        {timer, warning(EventKind::kReuseRace, 2, 50, 60), warning(EventKind::kReuseRace, 3, 900, 60, 2, 9)});
    REQUIRE(found.size() == 1);
    CHECK(found.front().cause.kind == EventKind::kReuseRace);
    CHECK(found.front().severity == Severity::kWarning);
    CHECK(what(found.front()) == "Requests on 3 connections met the close of 10.0.0.2:50000 and were lost.");
}

TEST_CASE("the gaps of one link, and those of one input, are an incident each") {
    Finding gap = warning(EventKind::kCaptureGap, -1, 100, 0);
    gap.subject = gap.peer = {};
    gap.reason = Reason::kFramesLost;
    Finding down = gap;
    down.reason = Reason::kLinkDown;
    down.idle = kNoTime;
    down.name_link("eth1");
    Finding back = down;
    back.idle = kSecond;
    Finding other = down;
    other.name_link("eth2");
    const auto found = incidents_of({gap, down, back, gap, other});
    REQUIRE(found.size() == 3);
    CHECK(found[0].connections == 0);
    CHECK(found[0].peers.empty());
    CHECK(evidence(incidents_of({gap, gap}).front()).ends_with(" That happened 2 times."));
    back.time += kSecond;
    CHECK(what(incidents_of({down, back}).front()) ==
          "Interface eth1 is back, after it was down or gone for 1 s.");
    Finding again = down;
    again.time = back.time + kSecond;
    CHECK(what(incidents_of({down, back, again}).front()) == "Interface eth1 is down or gone.");
    CHECK(evidence(incidents_of({down, back, again}).front()).ends_with(" That happened 2 times."));
}

TEST_CASE("the worst incident is the first") {
    const auto order = [](const std::vector<Finding>& findings) {
        std::vector<std::int64_t> streams;
        for (const Incident& one : incidents_of(findings)) streams.push_back(one.cause.stream);
        return streams;
    };
    Finding sure = event(EventKind::kPeerDead, 4, 100, 60, 13);
    sure.confidence = Confidence::kHigh;
    CHECK(order({warning(EventKind::kPeerLostState, 1, 100, 60, 10),
                 event(EventKind::kPathDead, 2, 100, 60, 11), event(EventKind::kPeerDead, 3, 100, 60, 12),
                 sure, event(EventKind::kPeerDead, 5, 100, 90, 14),
                 event(EventKind::kPeerDead, 6, 99, 90, 15)}) == std::vector<std::int64_t>{4, 6, 5, 3, 2, 1});
}

TEST_CASE("what is taken back leaves the incident, and the last takes it along") {
    Incidents incidents;
    const Finding a = event(EventKind::kPeerDead, 1, 100, 90);
    const Finding b = event(EventKind::kPeerDead, 2, 101, 90);
    Finding lost = event(EventKind::kPeerDead, 3, 101, 90);
    lost.reason = Reason::kAnswersLost;
    for (const Finding& one : {a, b, lost}) incidents.add(one);
    incidents.add(taken_back(b, 120));
    incidents.add(taken_back(b, 121));  // nothing is left of it
    REQUIRE(incidents.list().size() == 2);
    CHECK(incidents.list().front().connections == 1);
    CHECK(incidents.list().front().streams == Streams{1});
    CHECK(incidents.list().front().cause.stream == 1);
    incidents.add(taken_back(a, 130));
    incidents.add(taken_back(lost, 130));
    CHECK(incidents.list().empty());
    // It may die again.
    incidents.add(event(EventKind::kPeerDead, 2, 300, 90));
    CHECK(incidents.list().size() == 1);
    CHECK(incidents.left_out() == 0);
}

TEST_CASE("a reboot that is taken back leaves what else there was") {
    Incidents incidents;
    incidents.add(event(EventKind::kPeerRebooted, 0, 100, 90));
    incidents.add(reboot(100, 1));
    incidents.add(taken_back(event(EventKind::kPeerRebooted, 0, 100, 90), 150));
    incidents.add(taken_back(reboot(100, 1), 150));
    CHECK(incidents.list().empty());
    incidents.add(warning(EventKind::kPeerLostState, 0, 100, 90));
    CHECK(incidents.list().size() == 1);
}

TEST_CASE("of very many connections the numbers are bounded, their count is right") {
    Incidents incidents;
    const std::int64_t many = Incidents::kMostStreams + 500;
    for (std::int64_t i = 0; i < many; ++i) incidents.add(event(EventKind::kPeerDead, i, 100, 90));
    REQUIRE(incidents.list().size() == 1);
    CHECK(incidents.list().front().connections == static_cast<std::uint64_t>(many));
    CHECK(incidents.list().front().streams.size() == Incident::kMostStreams);
    incidents.add(taken_back(event(EventKind::kPeerDead, many - 1, 100, 90), 120));
    CHECK(incidents.list().front().connections == static_cast<std::uint64_t>(many) - 1);
}

TEST_CASE("of very many causes the worst stay, and what went is counted") {
    Incidents incidents;
    const auto death = [](std::uint32_t i, EventKind kind, Severity severity) {
        Finding finding = event(kind, i, 100, 90);
        finding.severity = severity;
        finding.subject.address.bytes[1] = static_cast<std::uint8_t>(i >> 8);
        finding.subject.address.bytes[2] = static_cast<std::uint8_t>(i);
        return finding;
    };
    for (std::uint32_t i = 0; i < 100; ++i)
        incidents.add(death(i, EventKind::kPeerDead, Severity::kCritical));
    for (std::uint32_t i = 100; i < Incidents::kMostCases + 1; ++i)
        incidents.add(death(i, EventKind::kPeerLostState, Severity::kWarning));
    CHECK(incidents.left_out() == Incidents::kMostCases / 2);
    const auto left = incidents.list();
    CHECK(left.size() == Incidents::kMostCases / 2 + 1);
    CHECK(std::ranges::count(left, Severity::kCritical, &Incident::severity) == 100);
    CHECK(incidents.left_out_text() ==
          "Left out of incidents.csv for lack of room: 2,048 events (events.csv has them)");
}

TEST_CASE("events without a time are told, too") {
    Finding timeless = event(EventKind::kPeerDead, 1, 0, 0);
    timeless.time = kNoTime;
    timeless.half_open = kNoTime;
    CHECK(incidents_of({timeless, timeless}).size() == 1);
}
