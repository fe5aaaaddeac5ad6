// Who opens whole connections only to see which ports answer, and who does the like and is no scanner.
#include <functional>
#include <string>

#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer::test {
namespace {

// A connection of 10.0.0.9 with a port of a host, in names of its own.
struct Try {
    std::string from;
    std::string to;
};

class Tries {
public:
    Try to(int host, int port) {
        const std::string n = std::to_string(++count_);
        text_ += "endpoint C" + n + " 10.0.0.9:" + std::to_string(40'000 + count_) + "\n";
        text_ += "endpoint S" + n + " 10.0.1." + std::to_string(host) + ":" + std::to_string(port) + "\n";
        return {"C" + n, "S" + n};
    }
    void add(const Try& one, const std::string& time, bool by_initiator, const std::string& rest) {
        text_ += time + " " + (by_initiator ? one.from + ">" + one.to : one.to + ">" + one.from) + " " +
                 rest + "\n";
    }
    void open(const Try& one) {
        add(one, "+0.1", true, "S 100:100(0) win 64240 <mss 1460>");
        add(one, "+0.001", false, "S. 500:500(0) ack 101 win 65000 <mss 1460>");
        add(one, "+0.001", true, ". 101:101(0) ack 501 win 502");
    }
    void reset(const Try& one) { add(one, "+0.001", true, "R. 101:101(0) ack 501"); }
    void close(const Try& one, bool by_initiator = true) {
        add(one, "+0.001", by_initiator, by_initiator ? "F. 101:101(0) ack 501" : "F. 501:501(0) ack 101");
        add(one, "+0.001", !by_initiator, by_initiator ? "F. 501:501(0) ack 102" : "F. 101:101(0) ack 502");
        add(one, "+0.001", by_initiator, by_initiator ? ". 102:102(0) ack 502" : ". 502:502(0) ack 102");
    }
    void refuse(const Try& one) {
        add(one, "+0.1", true, "S 100:100(0) win 64240 <mss 1460>");
        add(one, "+0.001", false, "R. 0:0(0) ack 101 win 0");
    }

    // The scan that is told; count 0 if none is.
    [[nodiscard]] Finding scan() const {
        RecordingSink sink;
        const Scenario scenario = parse_scenario(text_);
        ScenarioSource source(scenario);
        analyse(source, {}, sink);
        Finding scan;
        for (const Finding& finding : sink.findings) {
            if (finding.kind != EventKind::kScan) continue;
            CHECK(scan.count == 0);
            scan = finding;
        }
        return scan;
    }

private:
    std::string text_;
    int count_ = 0;
};

TEST_CASE("many ports that are opened and reset at once") {
    Tries tries;
    for (int port = 1; port <= 32; ++port) {
        const Try one = tries.to(1, port);
        tries.open(one);
        tries.reset(one);
    }
    const Finding scan = tries.scan();
    CHECK(scan.count == 32);
    CHECK(scan.idle_count == 32);
    CHECK(scan.ports == 32);
    CHECK(scan.confidence == Confidence::kMedium);
}

TEST_CASE("closed in order, as well, and together with those that are refused") {
    Tries tries;
    for (int port = 1; port <= 40; ++port) {
        const Try one = tries.to(1, port);
        if (port % 2 == 0) {
            tries.refuse(one);
        } else {
            tries.open(one);
            tries.close(one);
        }
    }
    const Finding scan = tries.scan();
    CHECK(scan.count == 40);
    CHECK(scan.idle_count == 20);
}

TEST_CASE("many hosts, of which some refuse") {
    Tries tries;
    for (int host = 1; host <= 64; ++host) {
        const Try one = tries.to(host, 22);
        if (host % 4 == 0) {
            tries.refuse(one);
        } else {
            tries.open(one);
            tries.reset(one);
        }
    }
    const Finding scan = tries.scan();
    CHECK(scan.count == 64);
    CHECK(scan.idle_count == 48);
    CHECK(scan.hosts == 64);
}

// What 40 tries, or the like, come to.
std::uint32_t scanned(int tries, const std::function<void(Tries&, int)>& add) {
    Tries all;
    for (int i = 0; i < tries; ++i) add(all, i);
    return all.scan().count;
}

void check_port(Tries& tries, int host, int port) {
    const Try one = tries.to(host, port);
    tries.open(one);
    tries.reset(one);
}

TEST_CASE("checks of health are no scan") {
    CHECK(scanned(100, [](Tries& tries, int) { check_port(tries, 1, 80); }) == 0);
    CHECK(scanned(100, [](Tries& tries, int i) { check_port(tries, 1 + i, 80); }) == 0);
    CHECK(scanned(100, [](Tries& tries, int i) { check_port(tries, 1 + i % 5, 80 + i % 10); }) == 0);
    CHECK(scanned(120, [](Tries& tries, int i) { check_port(tries, 1, 80 + i % 40); }) == 0);
}

TEST_CASE("connections that carry data, that the server closes, or that are kept open are no scan") {
    CHECK(scanned(40, [](Tries& tries, int i) {
              const Try one = tries.to(1, 1000 + i);
              tries.open(one);
              tries.add(one, "+0.001", false, "P. 501:511(10) ack 101");
              tries.add(one, "+0.001", true, "R. 101:101(0) ack 511");
          }) == 0);
    CHECK(scanned(40, [](Tries& tries, int i) {
              const Try one = tries.to(1, 1000 + i);
              tries.open(one);
              tries.close(one, false);
          }) == 0);
    CHECK(scanned(40, [](Tries& tries, int i) {
              const Try one = tries.to(1, 1000 + i);
              tries.open(one);
              tries.add(one, "+10", true, "R. 101:101(0) ack 501");
          }) == 0);
}

}  // namespace
}  // namespace deadpeer::test
