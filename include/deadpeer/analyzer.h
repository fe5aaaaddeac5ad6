// Analyzer: frames in, findings out. START HERE.
//
//     deadpeer::Analyzer analyzer(options, sink);
//     analyzer.read(*source, "trace.pcap");
//     Status written = analyzer.finish();
//
// What:     decodes frames, follows every TCP connection, labels its segments as Wireshark does and
//           tells a ReportSink. Several inputs are one capture in the order given: frame numbers start
//           again in each, streams go on.
// Live:     several inputs may be open at once. advance_time() tells what silence has decided, as soon as it
//           has; what is told at the end of a file is told at the same times in the capture's time, or a
//           little later, and what was told is not told again. snapshot() tells how everything stands.
// Lifetime: the sink must outlive the analyzer; frames are needed during consume() only.
// Threads:  one thread at a time, but for decode().
// Errors:   none while frames go in: whatever the bytes, each frame is analysed or counted under one
//           SkipReason. finish() returns the sink's answer.
// Purity:   no I/O, no clock: the same frames and options give the same calls on the sink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "deadpeer/frame.h"
#include "deadpeer/options.h"
#include "deadpeer/result.h"
#include "deadpeer/sink.h"
#include "deadpeer/source.h"

namespace deadpeer {

// A time in which nothing, or not all, of an input was captured.
struct CaptureLoss {
    std::uint32_t input = 0;
    Reason why = Reason::kLinkDown;  // or kFramesLost
    Nanoseconds from = kNoTime;
    // Without it the gap goes on, until the same is said with it.
    std::optional<Nanoseconds> to = std::nullopt;
    std::uint64_t frames = 0;    // how many were lost; 0 = unknown
    std::string_view link = {};  // the name of the interface; untrusted
    // Which of several links of the input; 0: all of it. The gap goes on as long as that of one does.
    std::uint32_t part = 0;
    bool returned = true;  // with `to`; false: the link did not, and no event tells the end
};

// A batch of frames as Analyzer::decode() makes it ready.
class DecodedFrames {
public:
    DecodedFrames();
    ~DecodedFrames();
    DecodedFrames(DecodedFrames&&) noexcept;
    DecodedFrames& operator=(DecodedFrames&&) noexcept;

private:
    friend class Analyzer;
    struct Content;
    std::unique_ptr<Content> content_;
};

class Analyzer {
public:
    // begin_input() may be called at most this often.
    static constexpr std::size_t kMaxInputs = 65'535;

    Analyzer(const AnalyzerOptions& options, ReportSink& sink);
    ~Analyzer();
    Analyzer(const Analyzer&) = delete;
    Analyzer& operator=(const Analyzer&) = delete;

    // Answers its index, counted from 0.
    std::uint32_t begin_input(const std::string& name);

    // REQUIRES: `input` is open; at most FrameBatch::kCapacity frames, with higher numbers than any of that
    // input before. Their times may go back. `read_at`: live, when they were read, in their time: a time
    // stamp beyond it, of a clock that goes its own way, makes nothing due.
    void consume(std::span<const FrameView> frames, std::uint32_t input, Nanoseconds read_at = kLatestTime);

    // Does beforehand what consume() begins with, on another thread if one likes: it may be called while the
    // analyzer is used. REQUIRES: at most FrameBatch::kCapacity frames.
    void decode(std::span<const FrameView> frames, DecodedFrames& decoded) const;
    // As consume(), but quicker. REQUIRES: `decoded` is what decode() made of these frames, and their bytes
    // are still there.
    void consume(std::span<const FrameView> frames, const DecodedFrames& decoded, std::uint32_t input);

    // What the source says of itself (statistics, where and why it ended early) goes into the input's
    // summary. Nothing more of that input can be consumed.
    void end_input(std::uint32_t input, const PacketSource& source, InputSummary::Outcome outcome);

    // An input from its beginning to its end: begin_input(), consume() and end_input(), as how it ended asks.
    ReadStatus read(PacketSource& source, const std::string& name);

    // Tells every connection as it stands and ends the reports. REQUIRES: every input has ended; called once,
    // and nothing after it.
    Status finish();

    // The first call makes the analysis a live one. `now`: in the frames' time; everything captured before
    // was consumed. What is due before `now`, or before a frame that is consumed, is told then, each as of
    // the time when it was due: how much is consumed at once, and how late, changes nothing. Connections that
    // closed, or were never answered, are told and forgotten some minutes later.
    void advance_time(Nanoseconds now);

    // When silence will next decide something; no value if it cannot.
    [[nodiscard]] std::optional<Nanoseconds> next_deadline() const;

    // Nothing, or not all, of an input was captured: told as capture_gap, and that time is no part of
    // anybody's silence.
    void capture_gap(const CaptureLoss& loss);

    // Tells another sink how everything stands: the open inputs, with their sources in the order of their
    // indices, then every open connection by stream number; then its finish(). Findings are left out.
    // `meanwhile` is called now and then, and may go on with the analysis (consume(), advance_time(),
    // capture_gap()): each connection that was open at the beginning is told once, as it stands when its turn
    // comes, or as it ended before that (on_early_flow()); those that begin later are not. The analysis goes
    // on as if it had not been asked.
    Status snapshot(ReportSink& sink, std::span<const PacketSource* const> sources,
                    const std::function<void()>& meanwhile);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace deadpeer
