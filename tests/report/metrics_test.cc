#include "report/live/metrics.h"

#include <algorithm>
#include <cctype>
#include <future>
#include <map>
#include <set>
#include <sstream>

#include "report/full_disk.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

Metrics sample() {
    Metrics metrics;
    metrics.version = "0.1.0";
    metrics.interfaces = {{.name = "eth0", .frames = 5, .bytes = 500, .dropped_by_kernel = 7},
                          {.name = "v\"\\\n\x1b", .frames = 6, .up = false}};
    metrics.connections_open = 12;
    metrics.connections = 1'000'000'000'000;
    metrics.events = {{EventKind::kPeerDead, 3}, {EventKind::kCaptureGap, 0}};
    metrics.dead_peers = {{Reason::kProbesExhausted, 2}, {Reason::kUserTimeout, 1}};
    metrics.started = 1'795'243'800'500'000'000;
    return metrics;
}

bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// What promtool's linter and the parser of the text format demand.
class Rules {
public:
    explicit Rules(const std::string& text) {
        REQUIRE(text.ends_with('\n'));
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) {
            INFO(line);
            line.starts_with('#') ? comment(line) : sample(line);
        }
        for (const auto& [name, samples] : samples_of_) {
            INFO(name);
            CHECK(samples > 0);
        }
    }

private:
    void comment(const std::string& line) {
        std::istringstream words(line);
        std::string hash, what, name, rest;
        words >> hash >> what >> name;
        std::getline(words, rest);
        if (what == "HELP") {
            CHECK(helped_.insert(name).second);
            CHECK(rest.size() > 1);
            CHECK(rest.find('\\') == std::string::npos);
            return;
        }
        REQUIRE(what == "TYPE");
        CHECK(helped_.count(name) == 1);             // the help stands before the type
        CHECK(samples_of_.emplace(name, 0).second);  // families are not torn apart
        CHECK((rest == " counter" || rest == " gauge"));
        CHECK(name.ends_with("_total") == (rest == " counter"));
        check_name(name);
        latest_ = name;
    }
    static void check_name(const std::string& name) {
        CHECK(name.starts_with("deadpeer_"));
        CHECK(std::all_of(name.begin(), name.end(), [](unsigned char c) {
            return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
        }));
        for (const char* bad :
             {"_milliseconds", "_minutes", "_hours", "_kilobytes", "_megabytes", "_bits", "_percent",
              "_counter", "_gauge", "_count", "_sum", "_bucket", "_ms", "_ns"}) {
            CHECK_FALSE(name.ends_with(bad));
            CHECK(name.find(bad + std::string("_")) == std::string::npos);
        }
    }
    void sample(const std::string& line) {
        CHECK(series_.insert(line.substr(0, line.rfind(' '))).second);  // each series once
        const std::string name = line.substr(0, line.find_first_of("{ "));
        CHECK(name == latest_);
        ++samples_of_[name];
        const std::string value = line.substr(line.rfind(' ') + 1);
        CHECK(value.find_first_not_of("0123456789.") ==
              std::string::npos);  // neither a sign nor a time stamp
        CHECK_FALSE(value.empty());
    }

    std::set<std::string> helped_, series_;
    std::map<std::string, int> samples_of_;
    std::string latest_;
};

}  // namespace

TEST_CASE("metrics keep promtool's rules") {
    const std::string text = metrics_text(sample());
    const Rules rules(text);
    const Rules rules_without_interfaces(metrics_text(
        Metrics{.events = {{EventKind::kPeerDead, 0}}, .dead_peers = {{Reason::kUserTimeout, 0}}}));
}

TEST_CASE("numbers stand under their names; label values are escaped; unknown times are left out") {
    const std::string text = metrics_text(sample());
    CHECK(has(text, "deadpeer_build_info{version=\"0.1.0\"} 1"));
    CHECK(has(text, "deadpeer_frames_total{interface=\"eth0\"} 5"));
    CHECK(has(text, "deadpeer_captured_bytes_total{interface=\"eth0\"} 500"));
    CHECK(has(text, "deadpeer_kernel_dropped_packets_total{interface=\"eth0\"} 7"));
    CHECK(has(text, R"(deadpeer_interface_up{interface="v\"\\\\n\\x1B"} 0)"));
    CHECK(has(text, "deadpeer_connections_total 1000000000000"));
    CHECK(has(text, "deadpeer_open_connections 12"));
    CHECK(has(text, "deadpeer_events_total{event=\"capture_gap\"} 0"));
    CHECK(has(text, "deadpeer_dead_peers_total{reason=\"probes_exhausted\"} 2"));
    CHECK(has(text, "deadpeer_start_time_seconds 1795243800.500000000"));
    CHECK(text.find("last_frame_timestamp") == std::string::npos);
}

TEST_CASE("a folder that is made for metrics can be reached by the collector") {
    const TemporaryFolder folder;
    auto file = open_metrics_file(folder.file("node_exporter/deadpeer.prom"));
    REQUIRE(file.ok());
    const auto mode = fs::status(folder.file("node_exporter")).permissions();
    CHECK((mode & fs::perms{0555}) == fs::perms{0555});
    CHECK((mode & fs::perms{0022}) == fs::perms{0});
}

TEST_CASE("the file appears whole, readable by the collector, or stays as it was") {
    const TemporaryFolder folder;
    auto opened = open_metrics_file(folder.file("deadpeer.prom"));
    REQUIRE(opened.ok());
    ReplacedFile file = std::move(opened).value();
    REQUIRE(file.write(metrics_text(sample())).ok());
    CHECK(content_of(folder.file("deadpeer.prom")) == metrics_text(sample()));
    CHECK((fs::status(folder.file("deadpeer.prom")).permissions() & fs::perms{0444}) == fs::perms{0444});
    {
        const FullDisk full(100);
        const Status status = file.write(metrics_text({}));
        REQUIRE_FALSE(status.ok());
        CHECK(status.error().message.find(folder.file("deadpeer.prom") + ": ") != std::string::npos);
    }
    CHECK(content_of(folder.file("deadpeer.prom")) == metrics_text(sample()));
    CHECK(folder.entries() == 1);
    REQUIRE(file.write(metrics_text({})).ok());
    CHECK(content_of(folder.file("deadpeer.prom")) == metrics_text(Metrics{}));
}

TEST_CASE("two runs that write the same file leave each other's alone") {
    constexpr int kTimes = 300;
    const TemporaryFolder folder;
    const auto write_often = [&] {
        ReplacedFile file = open_metrics_file(folder.file("deadpeer.prom")).value();
        int written = 0;
        for (int i = 0; i < kTimes; ++i) written += file.write(metrics_text(sample())).ok() ? 1 : 0;
        return written;
    };
    auto other = std::async(std::launch::async, write_often);
    CHECK(write_often() == kTimes);
    CHECK(other.get() == kTimes);
    CHECK(content_of(folder.file("deadpeer.prom")) == metrics_text(sample()));
    CHECK(folder.entries() == 1);
}

TEST_CASE("metrics that bear the name of a report in the same folder would replace it") {
    const TemporaryFolder place;
    const TemporaryFolder elsewhere;
    const auto reports = ReportFolder::open(place.path().string()).value();
    const auto would_replace = [&](const std::string& path) {
        return open_metrics_file(path).value().would_replace_report(*reports);
    };
    CHECK(would_replace(place.file("events.csv")));
    CHECK(would_replace(place.path().string() + "/../" + place.path().filename().string() + "/hosts.csv"));
    CHECK_FALSE(would_replace(place.file("events.prom")));
    CHECK_FALSE(would_replace(elsewhere.file("events.csv")));
}

TEST_CASE("a metrics file that cannot be is refused at once") {
    const TemporaryFolder folder;
    const auto missing = open_metrics_file(folder.file("no/such/file"));
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.error().message.starts_with("Cannot write metrics to "));
    CHECK_FALSE(open_metrics_file(folder.path().string() + "/").ok());
}
