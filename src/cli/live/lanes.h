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

#include "cli/stoppable_source.h"
#include "deadpeer/frame.h"

namespace deadpeer::cli {

class Lane {
public:
    static constexpr Nanoseconds kForEver = std::numeric_limits<Nanoseconds>::max();

    Lane(std::string name, StoppableSource source) : name_(std::move(name)), source_(std::move(source)) {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const StoppableSource& source() const { return source_; }
    [[nodiscard]] std::uint32_t input() const { return input_; }
    void set_input(std::uint32_t input) { input_ = input; }

    // What waits, and of that what was captured until then.
    [[nodiscard]] std::span<const FrameView> frames() const { return batch_->view().subspan(taken_); }
    [[nodiscard]] std::span<const FrameView> frames_until(Nanoseconds time) const;
    // Of the next frame; of the last one while nothing waits. kNoTime: none had a time.
    [[nodiscard]] Nanoseconds time() const { return time_; }

    // REQUIRES: they wait.
    void take(std::size_t frames);
    // True: frames wait. False: the input has ended as status() says. REQUIRES: none wait.
    bool refill();
    [[nodiscard]] ReadStatus status() const { return status_; }

private:
    void note_time();

    std::string name_;
    StoppableSource source_;
    std::uint32_t input_ = 0;  // the analyzer's index
    std::unique_ptr<FrameBatch> batch_ = std::make_unique<FrameBatch>();
    std::size_t taken_ = 0;
    Nanoseconds time_ = kNoTime;
    ReadStatus status_ = ReadStatus::kFrames;
};

// The lane that goes on, and until when; its place is lanes.size() if none has a frame that old.
struct Turn {
    std::size_t place;
    Nanoseconds until;
};

// REQUIRES: frames wait in each.
Turn next_turn(std::span<const std::unique_ptr<Lane>> lanes, Nanoseconds until);

}  // namespace deadpeer::cli
