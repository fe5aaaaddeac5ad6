// HeartbeatRhythm: how regularly one side of a connection sends small messages.
//
// What:     a message is the data that a side sends without a pause of half a second. Messages of stable
//           length, each within one byte of the one before (a counter gets another digit), form a run. A run
//           of at least 4 periods with a coefficient of variation of at most 10 % is a heartbeat.
//            - Other data in between is no beat and says nothing about the period; unless the run is a
//              heartbeat already, it ends the run.
//            - Of a heartbeat, a pause of more than 1.5 periods is a missed beat, not a period; one missed
//              beat is forgiven for each 4 periods.
//            - Before it is one, a pause that is off by more than 30 % begins the run anew.
//            - So that chance does not make a heartbeat of what is random, a run needs as many periods as
//              were given up so before it (up to 32), and one for each run that other data ended (up to 8).
// Lifetime: plain value.
// Units:    periods in seconds inside, nanoseconds outside.
#pragma once

#include <cstdint>

#include "deadpeer/time.h"

namespace deadpeer {

// Something sent: when, and in which frame. Frame 0: nothing.
struct Beat {
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;

    friend bool operator==(const Beat&, const Beat&) = default;
};

// A silence: what was sent before it and after it, and since when there was no reason for it.
struct BeatGap {
    Beat from;
    Nanoseconds since = kNoTime;
    Beat to;
};

class HeartbeatRhythm {
public:
    static constexpr Nanoseconds kPauseBetweenMessages = kSecond / 2;

    // Whether data at `time` begins a new message: after a pause, or the clock went back by as much.
    // REQUIRES: time is not kNoTime.
    [[nodiscard]] bool begins_message(Nanoseconds time) const;

    // The message that was begun last is over; begin_message() does it too. Answers whether it was a beat.
    bool end_message(std::uint32_t max_payload);

    // `whole`: nothing is missing between it and the message before.
    // REQUIRES: begins_message(beat.time), and end_message() was called.
    void begin_message(Beat beat, bool whole);

    // More data, of the message begun last.
    void add_data(Beat beat, std::uint32_t bytes);

    // At `time` the side was still kept from sending its next beat.
    void hold(Nanoseconds time) { held_until_ = time; }

    // Data were sent at an unknown time: the pause before the next message tells nothing.
    void interrupt() { interrupted_ = true; }

    [[nodiscard]] bool is_heartbeat() const;
    // Nothing here could become a heartbeat: only data that is too long for a beat.
    [[nodiscard]] bool is_worthless(std::uint32_t max_payload) const;

    [[nodiscard]] std::uint32_t beats() const { return beats_; }
    [[nodiscard]] Nanoseconds period() const;
    // Bytes in the latest beat.
    [[nodiscard]] std::uint32_t length() const { return length_; }
    // Begin of the latest message; the latest data of any kind.
    [[nodiscard]] Beat last_message() const { return message_; }
    [[nodiscard]] Beat last_data() const { return last_data_; }
    // When it was kept from sending last; kNoTime: never.
    [[nodiscard]] Nanoseconds held_until() const { return held_until_; }
    // Since when it is silent though it could send: its latest data, unless it was kept from sending when the
    // next beat was due.
    [[nodiscard]] Nanoseconds silent_since() const;
    // The latest such silence of more than 3 periods. No frame: none.
    [[nodiscard]] const BeatGap& gap() const { return gap_; }

private:
    void begin_run(std::uint32_t length);
    void count_period(double seconds);

    Beat message_;    // where the latest message begins
    Beat last_data_;  // its latest data
    BeatGap gap_;
    Nanoseconds held_until_ = kNoTime;
    double pause_ = 0;   // from the message before to message_, in seconds; 0 = not to be counted
    double mean_ = 0;    // of the periods, in seconds
    double spread_ = 0;  // sum of squared distances from the mean
    std::uint32_t periods_ = 0;
    std::uint32_t beats_ = 0;
    std::uint32_t missed_ = 0;
    std::uint32_t refuted_ = 0;        // what speaks against it: periods and runs given up, see above
    std::uint32_t length_ = 0;         // of the run's latest beat
    std::uint32_t message_bytes_ = 0;  // of the latest message so far
    bool in_message_ = false;
    bool interrupted_ = false;
};

}  // namespace deadpeer
