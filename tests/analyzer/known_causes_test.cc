// What is accused in networks whose failures have known causes: never the wrong one, and hardly ever nobody.
#include "analyzer/known_causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "deadpeer/analyzer.h"
#include "deadpeer/names.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

constexpr std::array<std::string_view, kTroubles> kNames = {"nothing",
                                                            "power off",
                                                            "reboot",
                                                            "sleep",
                                                            "process ends",
                                                            "state lost",
                                                            "path down",
                                                            "outage",
                                                            "middlebox drops",
                                                            "middlebox resets",
                                                            "middlebox restarts",
                                                            "client aborts",
                                                            "server aborts"};

RecordingSink analysis_of(const SimulatedWorld& world) {
    constexpr LinkType kRaw = 101;
    AnalyzerOptions options;
    options.hash_seed = 1;
    options.segments = SegmentSelection::kNone;
    RecordingSink sink;
    Analyzer analyzer(options, sink);
    analyzer.begin_input("world");
    FrameBatch batch;
    std::uint64_t number = 0;
    for (const SimulatedFrame& one : world.frames) {
        FrameView& frame = batch.frames[batch.count++];
        frame = {};
        frame.data = one.bytes;
        frame.captured_length = one.captured_length;
        frame.original_length = one.original_length;
        frame.time = one.time;
        frame.number = ++number;
        frame.link_type = kRaw;
        if (!batch.full()) continue;
        analyzer.consume(batch.view(), 0);
        batch.clear();
    }
    analyzer.consume(batch.view(), 0);
    REQUIRE(analyzer.finish());
    return sink;
}

// One of its sides gave up, as stacks do.
bool was_given_up(const SimulatedConnection& connection) {
    return connection.fate.probes_in_vain >= 3 || connection.fate.transmissions_in_vain > 6;
}

bool is_about_reboot(const Finding& finding) {
    return finding.kind == EventKind::kHostRebooted || finding.kind == EventKind::kPeerRebooted;
}

// Whether what the event says is so. A host that nobody hears is dead as far as one capture point can tell.
bool is_true(const Finding& finding, const SimulatedSite& site) {
    const bool about_server = finding.subject.address == site.server;
    const bool path_failed = site.trouble == Trouble::kPathDown || site.trouble == Trouble::kOutage;
    const bool box_lost = site.trouble == Trouble::kBoxDrops || site.trouble == Trouble::kBoxRestart;
    if (finding.time < site.from && site.trouble != Trouble::kBoxDrops) return false;
    if (is_about_reboot(finding)) {
        if (site.looks_like_reboot) return !about_server || !site.server_heard_elsewhere;
        return about_server && site.trouble == Trouble::kReboot;
    }
    if (finding.kind == EventKind::kPathDead) return path_failed || box_lost;
    const bool away = site.trouble == Trouble::kPowerOff || site.trouble == Trouble::kSleep ||
                      site.trouble == Trouble::kReboot;
    if (away && about_server) return true;
    return path_failed || (box_lost && !(about_server && site.server_heard_elsewhere));
}

// Whether the capture shows that much.
bool can_be_told(const SimulatedSite& site) {
    const auto& all = site.connections;
    switch (site.trouble) {
        case Trouble::kPowerOff:
        case Trouble::kSleep:
        case Trouble::kPathDown:
            return std::ranges::any_of(all, was_given_up);
        case Trouble::kReboot:
            return std::ranges::count_if(all, [](const auto& one) { return one.fate.forgotten_by_server; }) >=
                   3;
        default:
            return false;
    }
}

struct Score {
    unsigned sites = 0;
    unsigned tellable = 0;
    unsigned told = 0;
    unsigned accusations = 0;
    unsigned wrong = 0;
};

std::string text_of(const Finding& finding, const SimulatedSite& site, std::uint64_t seed) {
    return fmt::format(
        "seed {}: {} of {}:{} (stream {}, {}, {}, signs {:x}, frame {}), but it was: {} at {}; heard {}\n",
        seed, to_string(finding.kind), to_string(finding.subject.address), finding.subject.port,
        finding.stream, to_string(finding.reason), to_string(finding.confidence), finding.signs,
        finding.frame, kNames.at(static_cast<std::size_t>(site.trouble)), site.from,
        site.server_heard_elsewhere);
}

struct Scores {
    std::array<Score, kTroubles> by_trouble{};
    std::string wrong;
    std::string missed;

    void add(const SimulatedWorld& world, const RecordingSink& sink, std::uint64_t seed) {
        std::map<IpAddress, const SimulatedSite*> site_of;
        std::map<const SimulatedSite*, unsigned> told;
        for (const SimulatedSite& site : world.sites) {
            for (const SimulatedConnection& one : site.connections)
                site_of[one.client.address] = site_of[one.server.address] = &site;
        }
        for (const Finding& finding : sink.findings) {
            if (finding.severity != Severity::kCritical) continue;
            const SimulatedSite& site = *site_of.at(finding.subject.address);
            Score& score = by_trouble.at(static_cast<std::size_t>(site.trouble));
            ++score.accusations;
            if (is_true(finding, site)) {
                ++told[&site];
            } else {
                ++score.wrong;
                wrong += text_of(finding, site, seed);
            }
        }
        for (const SimulatedSite& site : world.sites) {
            Score& score = by_trouble.at(static_cast<std::size_t>(site.trouble));
            ++score.sites;
            if (!can_be_told(site)) continue;
            ++score.tellable;
            if (told[&site] > 0) {
                ++score.told;
            } else {
                missed += fmt::format("seed {}: {} of {} at {}\n", seed,
                                      kNames.at(static_cast<std::size_t>(site.trouble)),
                                      to_string(site.server), site.from);
            }
        }
    }

    [[nodiscard]] Score sum() const {
        Score all;
        for (const Score& one : by_trouble) {
            all.sites += one.sites;
            all.tellable += one.tellable;
            all.told += one.told;
            all.accusations += one.accusations;
            all.wrong += one.wrong;
        }
        return all;
    }

    [[nodiscard]] std::string table() const {
        std::string out = fmt::format("{:20}{:>8}{:>10}{:>8}{:>13}{:>8}\n", "cause", "sites", "tellable",
                                      "told", "accusations", "wrong");
        const auto row = [&](std::string_view name, const Score& score) {
            out += fmt::format("{:20}{:>8}{:>10}{:>8}{:>13}{:>8}\n", name, score.sites, score.tellable,
                               score.told, score.accusations, score.wrong);
        };
        for (std::size_t i = 0; i < kTroubles; ++i) row(kNames.at(i), by_trouble.at(i));
        row("all", sum());
        return out;
    }
};

// More of them with tools/test --long, and then the table is shown.
constexpr unsigned kSites = 1'200;
unsigned number_of_sites() {
    const char* wanted = std::getenv("DEADPEER_SITES");
    return wanted == nullptr ? kSites : static_cast<unsigned>(std::atoi(wanted));
}

TEST_CASE("who is accused did it, and who did it is accused where the wire can tell") {
    constexpr unsigned kSitesOfWorld = 40;
    Scores scores;
    for (std::uint64_t seed = 0; seed * kSitesOfWorld < number_of_sites(); ++seed) {
        const SimulatedWorld world = known_causes(seed, kSitesOfWorld);
        scores.add(world, analysis_of(world), seed);
    }
    const Score all = scores.sum();
    INFO(scores.table());
    INFO("wrong:\n" << scores.wrong.substr(0, 8000));
    INFO("missed:\n" << scores.missed.substr(0, 4000));
    CHECK(all.accusations > all.sites / 4);
    CHECK(all.wrong * 200 <= all.accusations);
    CHECK(all.told * 100 >= all.tellable * 95);
    if (number_of_sites() > kSites) WARN(scores.table());
}

}  // namespace
}  // namespace deadpeer::test
