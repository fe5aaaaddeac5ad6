// Analyzer: frames in, findings out. START HERE.
//
//     deadpeer::Analyzer analyzer(options, sink);
//     analyzer.begin_input("trace.pcap");
//     while (source->next(batch) == ReadStatus::kFrames) analyzer.consume(batch.view());
//     analyzer.end_input(*source, InputSummary::Outcome::kComplete);
//     Status written = analyzer.finish();
//
// What:     decodes frames, follows every TCP connection, labels its segments as Wireshark does and
//           tells a ReportSink. Several inputs are one capture in the order given: frame numbers start
//           again in each, streams go on.
// Lifetime: the sink must outlive the analyzer; frames are needed during consume() only.
// Threads:  one thread at a time.
// Errors:   none while frames go in: whatever the bytes, each frame is analysed or counted under one
//           SkipReason. finish() returns the sink's answer.
// Purity:   no I/O, no clock: the same frames and options give the same calls on the sink.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "deadpeer/frame.h"
#include "deadpeer/options.h"
#include "deadpeer/result.h"
#include "deadpeer/sink.h"
#include "deadpeer/source.h"

namespace deadpeer {

class Analyzer {
public:
    // begin_input may be called so often.
    static constexpr std::size_t kMaxInputs = 65'535;

    Analyzer(const AnalyzerOptions& options, ReportSink& sink);
    ~Analyzer();
    Analyzer(const Analyzer&) = delete;
    Analyzer& operator=(const Analyzer&) = delete;

    void begin_input(const std::string& name);

    // REQUIRES: between begin_input and end_input; at most FrameBatch::kCapacity frames.
    void consume(std::span<const FrameView> frames);

    // What the source says of itself (statistics, where and why it ended early) goes into the input's
    // summary.
    void end_input(const PacketSource& source, InputSummary::Outcome outcome);

    // Tells every connection as it stands and ends the reports.
    Status finish();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace deadpeer
