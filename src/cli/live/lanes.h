// Lanes: inputs that are open at once, each with the frames of it that wait for their turn.
//
// What:     a lane's frames keep their order; of several lanes the one whose next frame is the oldest goes
//           on, and of equally old ones the one that was opened first. A frame without a time goes with the
//           frame before it.
// Lifetime: frames are valid until the lane's refill().
// Threads:  one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/read_ahead.h"
#include "cli/stoppable_source.h"
#include "deadpeer/frame.h"

namespace deadpeer::cli {

class Lane {
public:
    static constexpr Nanoseconds kForEver = std::numeric_limits<Nanoseconds>::max();

    // `analyzer`: as ReadAhead has it.
    Lane(std::string name, StoppableSource source, const Analyzer* analyzer = nullptr)
        : name_(std::move(name)), ahead_(std::move(source), analyzer) {}

    [[nodiscard]] const std::string& name() const { return name_; }
    // REQUIRES: the input has ended, or end() was called.
    [[nodiscard]] const StoppableSource& source() const { return ahead_.source(); }
    // Of the source, when what waits was read.
    [[nodiscard]] const SourceStats& stats() const { return batch_->stats; }
    [[nodiscard]] std::uint32_t input() const { return input_; }
    void set_input(std::uint32_t input) { input_ = input; }

    // What waits, and of that what was captured until then.
    [[nodiscard]] std::span<const FrameView> frames() const { return batch_->frames.view().subspan(taken_); }
    [[nodiscard]] std::span<const FrameView> frames_until(Nanoseconds time) const;
    // What they were decoded to; null if they were not, or not all of these together.
    [[nodiscard]] const DecodedFrames* decoded(std::span<const FrameView> frames) const {
        const bool all = taken_ == 0 && frames.size() == batch_->frames.count;
        return all && batch_->decoded ? &batch_->content : nullptr;
    }
    // Of the next frame; of the last one while nothing waits. kNoTime: none had a time.
    [[nodiscard]] Nanoseconds time() const { return time_; }

    // REQUIRES: they wait.
    void take(std::size_t frames);
    // True: frames wait. False: the input has ended as status() says. REQUIRES: none wait.
    bool refill();
    [[nodiscard]] ReadStatus status() const { return batch_->status; }
    [[nodiscard]] bool reads_ahead() const { return ahead_.has_thread(); }
    // Reads no further.
    void end() { ahead_.end(); }

private:
    void note_time();

    std::string name_;
    ReadAhead ahead_;
    std::uint32_t input_ = 0;  // the analyzer's index
    const ReadAhead::Batch* batch_ = nullptr;
    std::size_t taken_ = 0;
    Nanoseconds time_ = kNoTime;
};

// The lane that goes on, and until when; its place is lanes.size() if none has a frame that old.
struct Turn {
    std::size_t place;
    Nanoseconds until;
};

// REQUIRES: frames wait in each.
Turn next_turn(std::span<const std::unique_ptr<Lane>> lanes, Nanoseconds until);

}  // namespace deadpeer::cli
