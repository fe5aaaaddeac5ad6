// Fuzz target: segments of a few connections in any order, with any numbers. What is told does not depend on
// how they come in batches, on the hash, or on where the capture is cut into files; and a live capture tells
// of no fewer connections.
//
// Input: 8 bytes a segment: who sends it on which connection; flags; sequence and acknowledgement numbers, as
//        far from what would be next; payload; window; how much later; TTL and IP identification.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analyzer/quiet_source.h"
#include "deadpeer/analyzer.h"
#include "deadpeer/names.h"
#include "fuzz/require.h"
#include "support/recording_sink.h"
#include "support/scenario_packet.h"

namespace {

using namespace deadpeer;
using namespace deadpeer::test;
using fuzz::require;
using fuzz::require_equal;

constexpr std::size_t kBytesPerSegment = 8;
constexpr std::size_t kMostSegments = 2000;
constexpr LinkType kRawIp = 101;

struct Frame {
    Nanoseconds time = 0;
    std::vector<std::uint8_t> bytes;
};

class Sender {
public:
    Frame frame_of(std::span<const std::uint8_t, kBytesPerSegment> input) {
        constexpr std::array<std::uint16_t, 8> kFlagSets = {kAck, kAck | kPsh, kSyn,        kSyn | kAck,
                                                            kRst, kRst | kAck, kFin | kAck, kAck};
        constexpr std::array<std::uint32_t, 8> kSteps = {0, 0, 0, 1, ~0U, 1460, 100'000, 0x8000'0000};
        constexpr std::array<std::size_t, 8> kPayloads = {0, 0, 1, 2, 100, 536, 1460, 4000};
        constexpr std::array<Nanoseconds, 8> kWaits = {
            0, kMillisecond, kSecond, 10 * kSecond, 75 * kSecond, 7200 * kSecond, -kSecond, kSecond / 3};
        const unsigned connection = input[0] >> 1 & 7U;
        const bool back = (input[0] & 1U) != 0;
        std::array<std::uint32_t, 2>& next = next_[connection];
        ScenarioPacket packet;
        packet.source = end(connection, back);
        packet.destination = end(connection, !back);
        packet.flags = kFlagSets[input[1] % kFlagSets.size()];
        packet.seq = next[back ? 1 : 0] + kSteps[input[2] % kSteps.size()];
        packet.ack = next[back ? 0 : 1] + kSteps[input[3] % kSteps.size()];
        packet.payload.assign(kPayloads[input[4] % kPayloads.size()], 'x');
        packet.window = input[5] < 16 ? std::uint16_t{0} : static_cast<std::uint16_t>(input[5] << 8);
        packet.ttl = (input[7] & 1U) != 0 ? 64 : 57;
        packet.ip_id = static_cast<std::uint16_t>(input[7] >> 1 == 0 ? 0 : ++ids_[back ? 1 : 0]);
        time_ += kWaits[input[6] % kWaits.size()];
        const auto length = static_cast<std::uint32_t>(packet.payload.size());
        next[back ? 1 : 0] = packet.seq + length + ((packet.flags & (kSyn | kFin)) != 0 ? 1 : 0);
        return {time_, to_bytes(packet)};
    }

private:
    // Of two clients with one server, as two ports each; half of them over IPv6.
    static ScenarioEndpoint end(unsigned connection, bool of_server) {
        const bool v6 = (connection & 4U) != 0;
        const std::string host = of_server ? "1" : std::to_string(2 + (connection & 1U));
        const auto port = static_cast<std::uint16_t>(of_server ? 80 : 40'000 + connection);
        return {(v6 ? "2001:db8::" : "192.0.2.") + host, port};
    }

    std::array<std::array<std::uint32_t, 2>, 8> next_{};
    std::array<std::uint16_t, 2> ids_{};
    Nanoseconds time_ = 1'700'000'000 * kSecond;
};

struct Way {
    std::size_t batch = FrameBatch::kCapacity;
    std::uint64_t hash_seed = 1;
    std::size_t files = 1;
    bool live = false;
};

RecordingSink told(std::span<const Frame> frames, const Way& way) {
    AnalyzerOptions options;
    options.hash_seed = way.hash_seed;
    RecordingSink sink;
    Analyzer analyzer(options, sink);
    const QuietSource source;
    Nanoseconds now = 0;
    for (std::size_t file = 0; file < way.files; ++file) {
        const std::size_t end = frames.size() * (file + 1) / way.files;
        const std::size_t begin = frames.size() * file / way.files;
        const std::uint32_t input = analyzer.begin_input("file");
        for (std::size_t at = begin; at < end;) {
            FrameBatch batch;
            for (; at < end && batch.count < way.batch; ++at) {
                FrameView& frame = batch.frames[batch.count++];
                frame = {};
                frame.data = frames[at].bytes.data();
                frame.captured_length = frame.original_length =
                    static_cast<std::uint32_t>(frames[at].bytes.size());
                frame.time = frames[at].time;
                frame.number = at + 1 - begin;
                frame.link_type = kRawIp;
                now = std::max(now, frame.time);
            }
            analyzer.consume(batch.view(), input);
            if (way.live) analyzer.advance_time(now);
        }
        analyzer.end_input(input, source, InputSummary::Outcome::kComplete);
    }
    require(analyzer.finish().ok());
    return sink;
}

// Frames are numbered by file.
std::string text_of(const RecordingSink& sink) {
    std::string text;
    const auto add = [&](const auto&... words) { ((text += std::string(words) + ' '), ...); };
    for (const FlowSummary& flow : sink.flows) {
        add(std::to_string(flow.stream), to_string(flow.verdict), to_string(flow.reason),
            to_string(flow.confidence), std::to_string(flow.verdict_time), std::to_string(flow.signs),
            to_string(flow.closed), to_string(flow.opened), std::to_string(flow.half_open),
            std::to_string(flow.unanswered), std::to_string(flow.initiator_side.keepalive.idle),
            std::to_string(flow.responder_side.probes), "\n");
    }
    for (const Finding& finding : sink.findings) {
        add(to_string(finding.kind), to_string(finding.reason), to_string(finding.confidence),
            std::to_string(finding.time), std::to_string(finding.signs), std::to_string(finding.stream),
            std::to_string(finding.count), std::to_string(finding.half_open), "\n");
    }
    return text;
}

void check(const RecordingSink& sink) {
    for (const Finding& finding : sink.findings) {
        require(finding.confidence != Confidence::kLow || finding.severity != Severity::kCritical);
        require(finding.evidence_count <= finding.evidence.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Sender sender;
    std::vector<Frame> frames;
    for (; size >= kBytesPerSegment && frames.size() < kMostSegments; size -= kBytesPerSegment) {
        frames.push_back(
            sender.frame_of(std::span<const std::uint8_t, kBytesPerSegment>(data, kBytesPerSegment)));
        data += kBytesPerSegment;
    }
    const RecordingSink whole = told(frames, {});
    check(whole);
    const std::string expected = text_of(whole);
    require_equal(text_of(told(frames, {.batch = 1, .hash_seed = 2})), expected);
    require_equal(text_of(told(frames, {.files = 3})), expected);
    const RecordingSink live = told(frames, {.batch = 1, .live = true});
    check(live);
    // What has ended is forgotten after a while: a late segment begins another.
    require(live.flows.size() >= whole.flows.size());
    return 0;
}
