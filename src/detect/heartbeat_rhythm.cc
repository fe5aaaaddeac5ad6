#include "detect/heartbeat_rhythm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "detect/between.h"

namespace deadpeer {
namespace {

constexpr std::uint32_t kLeastPeriods = 4;
constexpr double kMostVariation = 0.1;
constexpr double kMissedBeat = 1.5;  // periods
constexpr double kNewRun = 0.3;      // of the mean
constexpr double kStopped = 3;       // periods
// What speaks against a heartbeat is remembered this far, so that one that begins late is still found.
constexpr std::uint32_t kMostRefutedByPauses = 32;
constexpr std::uint32_t kMostRefutedByOtherData = 8;
// The limit of variation is met although its tenth has no binary fraction.
constexpr double kRounding = 1 + 1e-9;

double seconds(Nanoseconds duration) {
    return static_cast<double>(duration) / static_cast<double>(kSecond);
}

std::uint32_t difference(std::uint32_t a, std::uint32_t b) {
    return a > b ? a - b : b - a;
}

std::uint32_t saturating_sum(std::uint32_t a, std::uint32_t b) {
    return a > std::numeric_limits<std::uint32_t>::max() - b ? std::numeric_limits<std::uint32_t>::max()
                                                             : a + b;
}

}  // namespace

bool HeartbeatRhythm::begins_message(Nanoseconds time) const {
    if (last_data_.time == kNoTime) return true;
    const Nanoseconds pause = time - last_data_.time;
    return pause >= kPauseBetweenMessages || pause <= -kPauseBetweenMessages;
}

bool HeartbeatRhythm::end_message(std::uint32_t max_payload) {
    if (!in_message_) return false;
    in_message_ = false;
    const double pause = std::exchange(pause_, 0);
    if (message_bytes_ > max_payload || beats_ == 0 || difference(message_bytes_, length_) > 1) {
        if (is_heartbeat()) {
            interrupted_ = true;
            return false;
        }
        if (beats_ > 0 && refuted_ < kMostRefutedByOtherData) ++refuted_;
        begin_run(message_bytes_ > max_payload ? 0 : message_bytes_);
        return beats_ > 0;
    }
    ++beats_;
    length_ = message_bytes_;
    if (pause > 0) count_period(pause);
    return true;
}

void HeartbeatRhythm::begin_run(std::uint32_t length) {
    beats_ = length == 0 ? 0 : 1;
    length_ = length;
    periods_ = 0;
    missed_ = 0;
    mean_ = 0;
    spread_ = 0;
}

void HeartbeatRhythm::count_period(double seconds) {
    if (is_heartbeat() && seconds > kMissedBeat * mean_) {
        ++missed_;
        return;
    }
    if (!is_heartbeat() && periods_ > 0 && std::abs(seconds - mean_) > kNewRun * mean_) {
        refuted_ = std::max(refuted_, std::min(refuted_ + periods_, kMostRefutedByPauses));
        begin_run(length_);
        beats_ = 2;
    }
    // Welford's way to mean and variance.
    ++periods_;
    const double off = seconds - mean_;
    mean_ += off / periods_;
    spread_ += off * (seconds - mean_);
}

void HeartbeatRhythm::begin_message(Beat beat, bool whole) {
    const Nanoseconds since = silent_since();
    if (is_heartbeat() && seconds(beat.time - since) > kStopped * mean_) gap_ = {last_data_, since, beat};
    const bool countable = whole && !interrupted_ && message_.time != kNoTime;
    pause_ = countable ? seconds(between(message_.time, beat.time)) : 0;
    interrupted_ = false;
    in_message_ = true;
    message_ = beat;
    message_bytes_ = 0;
}

void HeartbeatRhythm::add_data(Beat beat, std::uint32_t bytes) {
    message_bytes_ = saturating_sum(message_bytes_, bytes);
    last_data_ = beat;
}

Nanoseconds HeartbeatRhythm::silent_since() const {
    const bool held = held_until_ != kNoTime && last_data_.time != kNoTime &&
                      seconds(held_until_ - last_data_.time) > kMissedBeat * mean_;
    return held ? held_until_ : last_data_.time;
}

bool HeartbeatRhythm::is_heartbeat() const {
    if (periods_ < kLeastPeriods || missed_ > periods_ / kLeastPeriods || refuted_ > periods_) return false;
    return spread_ <= kMostVariation * kMostVariation * mean_ * mean_ * periods_ * kRounding;
}

bool HeartbeatRhythm::is_worthless(std::uint32_t max_payload) const {
    if (is_heartbeat()) return false;
    return in_message_ ? message_bytes_ > max_payload : beats_ == 0;
}

Nanoseconds HeartbeatRhythm::period() const {
    return std::llround(mean_ * static_cast<double>(kSecond));
}

}  // namespace deadpeer
