// Feeds one handmade frame to the Analyzer and expects one connection.
#include <array>
#include <cstdio>

#include "deadpeer/analyzer.h"

namespace {

using namespace deadpeer;

// An Ethernet frame: SYN from 192.0.2.1:40000 to 192.0.2.2:443.
constexpr std::array<std::uint8_t, 54> kSynFrame = {
    2,    0,    0,    0,    0,   2, 2,    0, 0,  0, 0, 1, 0x08, 0,  // Ethernet
    0x45, 0,    0,    40,   0,   1, 0x40, 0, 64, 6, 0, 0,           // IPv4
    192,  0,    2,    1,    192, 0, 2,    2,                        //
    0x9c, 0x40, 0x01, 0xbb, 0,   0, 0,    1, 0,  0, 0, 0,           // TCP
    0x50, 0x02, 0xfa, 0xf0, 0,   0, 0,    0,
};

class OneFrame : public PacketSource {
public:
    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        if (stats_.frames == 1) return ReadStatus::kEnd;
        FrameView& frame = batch.frames[batch.count++];
        frame = {};
        frame.data = kSynFrame.data();
        frame.captured_length = kSynFrame.size();
        frame.original_length = kSynFrame.size();
        frame.time = 1'700'000'000 * kSecond;
        frame.number = ++stats_.frames;
        frame.link_type = 1;
        return ReadStatus::kFrames;
    }
    const SourceStats& stats() const override { return stats_; }
    const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    std::string format() const override { return "handmade"; }
    std::string status_detail() const override { return {}; }

private:
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_{{"test0", 1, 0}};
};

class Counter : public ReportSink {
public:
    void on_flow(const FlowSummary& flow) override {
        ++flows;
        std::printf("%s opened a connection\n", to_string(flow.key.sender(flow.initiator).address).c_str());
    }

    int flows = 0;
};

}  // namespace

int main() {
    OneFrame source;
    Counter counter;
    Analyzer analyzer(AnalyzerOptions{}, counter);
    const auto input = analyzer.begin_input("handmade");
    FrameBatch batch;
    while (source.next(batch) == ReadStatus::kFrames) analyzer.consume(batch.view(), input);
    analyzer.end_input(input, source, InputSummary::Outcome::kComplete);
    return analyzer.finish().ok() && counter.flows == 1 ? 0 : 1;
}
