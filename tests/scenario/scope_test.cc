// Two tenants with the same addresses and ports, in two VLANs, tunnels or interfaces of one capture.
//
// The law: with --scope each story of verdicts/ ends in one of them as it does beside another whose addresses
// are others. Without it, tunnels whose networks share addresses are found.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "deadpeer/names.h"
#include "scenario/story_file.h"
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/scenario_packet.h"

namespace deadpeer::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Their networks.
constexpr std::uint8_t kStory = 1;
constexpr std::uint8_t kTenant = 21;

enum class Way { kVlan, kTunnel, kInterface };

struct Frame {
    Bytes bytes;
    Nanoseconds time = 0;
    std::uint32_t interface = 0;
    LinkType link_type = 1;
};

class Frames final : public PacketSource {
public:
    explicit Frames(const std::vector<Frame>& frames) : frames_(frames) {}

    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        while (stats_.frames < frames_.size() && !batch.full()) {
            const Frame& from = frames_[stats_.frames++];
            FrameView& frame = batch.frames[batch.count++] = {};
            frame.data = from.bytes.data();
            frame.captured_length = frame.original_length = static_cast<std::uint32_t>(from.bytes.size());
            frame.time = from.time;
            frame.number = stats_.frames;
            frame.interface = from.interface;
            frame.link_type = from.link_type;
        }
        return batch.count > 0 ? ReadStatus::kFrames : ReadStatus::kEnd;
    }
    [[nodiscard]] const SourceStats& stats() const override { return stats_; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    [[nodiscard]] std::string format() const override { return "test"; }
    [[nodiscard]] std::string status_detail() const override { return {}; }

private:
    const std::vector<Frame>& frames_;
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_{kTenant + 1U};
};

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes big_endian(std::size_t value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

// Of a scenario's frame, which may be an IP packet.
Bytes in_ethernet(const ScenarioFrame& frame) {
    return frame.is_ethernet ? frame.bytes : test::in_ethernet(frame.bytes, 0x02000000000b);
}

Bytes in_vlan(const Bytes& frame, std::uint8_t id) {
    const Bytes macs(frame.begin(), frame.begin() + 12);
    return macs + Bytes{0x81, 0, 0, id} + Bytes(frame.begin() + 12, frame.end());
}

Bytes in_vxlan(const Bytes& frame, std::uint8_t network) {
    const Bytes macs{2, 0, 0, 0, 0, 0xf2, 2, 0, 0, 0, 0, 0xf1, 8, 0};
    const Bytes ip = Bytes{0x45, 0} + big_endian(20 + 16 + frame.size()) +
                     Bytes{0, 0, 0, 0, 64, 17, 0, 0, 172, 16, 0, 1, 172, 16, 0, 2};
    const Bytes udp = Bytes{0xc0, 0, 0x12, 0xb5} + big_endian(16 + frame.size()) + Bytes{0, 0};
    return macs + ip + udp + Bytes{8, 0, 0, 0, 0, 0, network, 0} + frame;
}

Frame in_network(const ScenarioFrame& from, Way way, std::uint8_t network) {
    switch (way) {
        case Way::kVlan:
            return {in_vlan(in_ethernet(from), network), from.time, 0, 1};
        case Way::kTunnel:
            return {in_vxlan(in_ethernet(from), network), from.time, 0, 1};
        case Way::kInterface:
            return {from.bytes, from.time, network, from.is_ethernet ? LinkType{1} : LinkType{101}};
    }
    return {};
}

// A connection that goes on all the time; with the addresses of the stories, or others.
Scenario tenant(const Scenario& story, bool same_addresses) {
    constexpr int kRounds = 20;
    const auto [first, last] = std::ranges::minmax(story.frames, {}, &ScenarioFrame::time);
    const double step = static_cast<double>(last.time - first.time) / double{kSecond} / kRounds;
    std::string text = fmt::format("start {}\n", first.time / kSecond);
    if (!same_addresses) text += "endpoint A 172.31.0.1:40000\nendpoint B 172.31.0.2:50000\n";
    constexpr std::uint32_t kA = 3'000'000'000;
    constexpr std::uint32_t kB = 2'000'000'000;
    text += fmt::format("+0.3 A S {0}:{0}(0)\n+0.01 B S. {1}:{1}(0) ack {2}\n+0.01 A . {2}:{2}(0) ack {3}\n",
                        kA, kB, kA + 1, kB + 1);
    for (std::uint32_t i = 1; i <= kRounds; ++i) {
        text += fmt::format("+{:.3f} A P. {}:{}(1) ack {}\n", step, kA + i, kA + i + 1, kB + 1);
        text += fmt::format("+0.01 B . {0}:{0}(0) ack {1}\n", kB + 1, kA + i + 1);
    }
    return parse_scenario(text);
}

// The story's frames in their order, those of the other where their time comes.
std::vector<Frame> merged(const Scenario& story, const Scenario& other, Way way) {
    std::vector<Frame> frames;
    auto next = other.frames.begin();
    for (const ScenarioFrame& frame : story.frames) {
        for (; next != other.frames.end() && next->time < frame.time; ++next)
            frames.push_back(in_network(*next, way, kTenant));
        frames.push_back(in_network(frame, way, kStory));
    }
    return frames;
}

Scope story_scope(Way way) {
    constexpr ScopeKind kKinds[] = {ScopeKind::kVlan, ScopeKind::kVni, ScopeKind::kInterface};
    return scope_of(kKinds[static_cast<int>(way)], kStory);
}

RecordingSink analysis_of(const std::vector<Frame>& frames, ScopeChoice choice) {
    AnalyzerOptions options;
    options.scope = choice;
    options.hash_seed = 7;
    RecordingSink sink;
    Frames source(frames);
    analyse(source, options, sink);
    return sink;
}

// What it says of the hosts of that network.
std::string told_of(const RecordingSink& sink, Scope scope) {
    std::string text;
    for (const FlowSummary& flow : sink.flows) {
        if (flow.key.scope() != scope) continue;
        text += fmt::format(
            "{}:{} {}:{} frames {}-{} {} {} {} signs {:x} at {} frame {} half {} idle {} x{}\n",
            to_string(flow.key.low().address), flow.key.low_port, to_string(flow.key.high().address),
            flow.key.high_port, flow.first_frame, flow.last_frame, to_string(flow.verdict),
            to_string(flow.reason), to_string(flow.confidence), flow.signs, flow.verdict_time,
            flow.verdict_frame, flow.half_open, flow.idle_at_failure, flow.unanswered);
    }
    for (const Finding& finding : sink.findings) {
        if (finding.subject.address.scope != scope) continue;
        text += fmt::format("{} {} {} {} {} frame {} count {}\n", to_string(finding.kind),
                            to_string(finding.subject.address), to_string(finding.peer.address),
                            to_string(finding.reason), to_string(finding.confidence), finding.frame,
                            finding.count);
    }
    return text;
}

TEST_CASE("a tenant's connections end as they do beside one with other addresses") {
    std::size_t number = 0;
    std::size_t mixed_up = 0;
    std::size_t warned = 0;
    for (const auto& entry : std::filesystem::directory_iterator(VERDICTS_FOLDER)) {
        for (const Story& story : read_stories(entry.path())) {
            const Way way = static_cast<Way>(number++ % 3);
            INFO(entry.path().filename().string() << ": " << story.title << ", way " << number % 3);
            const ScopeChoice choice{way == Way::kVlan, way == Way::kTunnel, way == Way::kInterface};
            const auto same = merged(story.scenario, tenant(story.scenario, true), way);
            const auto others = merged(story.scenario, tenant(story.scenario, false), way);
            const std::string told = told_of(analysis_of(same, choice), story_scope(way));
            CHECK(told != "");
            CHECK(told == told_of(analysis_of(others, choice), story_scope(way)));
            const RecordingSink one = analysis_of(same, {});
            const RecordingSink two = analysis_of(others, {});
            if (told_of(one, 0) != told_of(two, 0)) ++mixed_up;
            CHECK(two.inputs[0].shared_addresses == 0);
            CHECK((way == Way::kTunnel || one.inputs[0].shared_addresses == 0));
            warned += one.inputs[0].shared_addresses;
        }
    }
    CHECK(mixed_up > number / 2);
    CHECK(warned > number / 6);  // half of those in tunnels
}

}  // namespace
}  // namespace deadpeer::test
