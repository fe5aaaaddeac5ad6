// Captures of failures as they were met, where the collection beside the project exists: what is concluded of
// each. What a kind of failure needs is told in verdicts/ and testdata/ as well.
#include <algorithm>
#include <filesystem>

#include "capture/open.h"
#include "deadpeer/analyzer.h"
#include "report/names.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

constexpr auto kAny = Confidence::kHigh;

// What must be concluded of one stream of a capture.
struct Right {
    std::string_view story;
    StreamNumber stream;
    std::string_view verdict;
    std::string_view reason;       // empty: any
    Confidence most = kAny;        // the confidence is not above it
    std::string_view events = {};  // in the capture, joined by spaces: each must be told
    std::string_view never = {};   // likewise: none may be told
};

constexpr Right kRights[] = {
    {"give_up_then_nothing", 0, "peer_dead", "probes_exhausted"},
    {"real_dhcp_release_no_reboot", 1, "peer_lost_state", "no_socket_reset", kAny, "", "host_rebooted"},
    {"real_rst_after_514ms", 4, "middlebox_reset", "ttl_differs"},
    {"real_rst_after_514ms", 8, "peer_lost_state", "no_socket_reset", kAny, "",
     "host_rebooted peer_rebooted"},
    {"real_nmap_syn_scan", 0, "peer_reset", "", kAny, "", "middlebox_reset"},
    {"pool_reset_after_idle_by_balancer", 0, "peer_lost_state", "", kAny, "", "host_rebooted peer_rebooted"},
    {"one_box_restarts_five_hosts", 0, "peer_lost_state", "", Confidence::kLow, "",
     "host_rebooted peer_rebooted idle_timeout_on_path"},
    {"duplicate_address", 0, "peer_lost_state", "", Confidence::kLow, "", "host_rebooted peer_rebooted"},
    {"returns_on_old_port", 0, "peer_lost_state", "", Confidence::kLow, "", "host_rebooted"},
    {"sender_gave_up_then_reset_the_sleeper", 0, "peer_lost_state", "", kAny, "",
     "host_rebooted peer_rebooted"},
};

RecordingSink analysis_of(const std::filesystem::path& capture) {
    RecordingSink sink;
    auto source = open_capture(capture.string());
    REQUIRE(source.ok());
    Analyzer analyzer({}, sink);
    const auto input = analyzer.begin_input(capture.string());
    FrameBatch batch;
    while (source.value()->next(batch) == ReadStatus::kFrames) analyzer.consume(batch.view(), input);
    analyzer.end_input(input, *source.value(), InputSummary::Outcome::kComplete);
    REQUIRE(analyzer.finish().ok());
    return sink;
}

bool is_told(const RecordingSink& sink, std::string_view event) {
    return std::ranges::any_of(sink.findings,
                               [&](const Finding& finding) { return name(finding.kind) == event; });
}

template <typename Visit>
void for_each_word(std::string_view words, Visit visit) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        visit(std::string(words.substr(0, end)));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

void check(const Right& right, const RecordingSink& sink) {
    const auto flow = std::ranges::find(sink.flows, right.stream, &FlowSummary::stream);
    REQUIRE(flow != sink.flows.end());
    CHECK(name(flow->verdict) == right.verdict);
    if (!right.reason.empty()) CHECK(name(flow->reason) == right.reason);
    CHECK(flow->confidence <= right.most);
    for_each_word(right.events, [&](const std::string& event) {
        INFO(event << " must be told");
        CHECK(is_told(sink, event));
    });
    for_each_word(right.never, [&](const std::string& event) {
        INFO(event << " must not be told");
        CHECK_FALSE(is_told(sink, event));
    });
}

TEST_CASE("each capture of a failure ends as it must") {
    const std::filesystem::path folder = STORIES_FOLDER;
    if (!std::filesystem::exists(folder)) return;
    for (const Right& right : kRights) {
        INFO(right.story << ", stream " << right.stream);
        check(right, analysis_of(folder / (std::string(right.story) + ".pcap")));
    }
}

}  // namespace
}  // namespace deadpeer::test
