// Clock: how far B's clock is ahead of A's, and how sure that is.
//
// What:    no packet arrives before it was sent. So each that went from A to B says that the offset is at
//          most the difference of its times, each that went from B to A that it is at least that. The
//          clocks run evenly: the offset is a straight line that lies below all of the former and above all
//          of the latter. Of all such lines the middle is told; how far the outermost lie from it is the
//          error, which holds however different the two ways are. Where no line fits any more a clock was
//          set, and a new one begins.
// Limits:  a clock is not more than 0.1 % fast; one that is set while packets go in one direction only is
//          not noticed; where all go in one direction the error is not known, and the least delay counts as
//          none.
// Source:  Moon, Skelly, Towsley, "Estimation and removal of clock skew from network delay measurements",
//          INFOCOM 1999.
// Threads: const calls may run in parallel.
#pragma once

#include <cstddef>
#include <vector>

#include "deadpeer/time.h"

namespace deadpeer::comparing {

// A packet that both points saw.
struct Reading {
    Nanoseconds time_a = 0;
    Nanoseconds difference = 0;  // time at B less time at A
    bool from_a = true;          // it went from A to B
};

class Clock {
public:
    // Knows nothing.
    Clock() = default;
    explicit Clock(std::vector<Reading> readings);

    [[nodiscard]] bool known() const { return !pieces_.empty(); }
    // REQUIRES: known().
    [[nodiscard]] Nanoseconds offset_at(Nanoseconds time_a) const;
    // Likewise, at a time of B's clock.
    [[nodiscard]] Nanoseconds offset_at_b(Nanoseconds time_b) const;
    // The true offset is at most so far from the one that is told; kNoTime: not known.
    [[nodiscard]] Nanoseconds error_at(Nanoseconds time_a) const;
    // A's times when a clock had been set.
    [[nodiscard]] std::vector<Nanoseconds> steps() const;
    // B's clock gains so many seconds a second; 0 where that may as well be.
    [[nodiscard]] double drift_at(Nanoseconds time_a) const;

    struct Point {
        double time = 0;   // nanoseconds since the piece's origin
        double value = 0;  // less its base
    };

private:
    struct Piece {
        Nanoseconds origin = 0;
        Nanoseconds base = 0;
        Nanoseconds last = 0;
        std::vector<Point> above;  // the lower hull of what the offset is not above
        std::vector<Point> below;  // the upper hull of what it is not below
        double offset = 0;         // of the middle line at its origin
        double drift = 0;
        double drift_error = 0;
    };

    void add(const Reading* from, const Reading* to);
    bool extend(Piece& piece, const Reading* from, const Reading* to) const;
    [[nodiscard]] const Piece& piece_at(Nanoseconds time_a) const;

    std::vector<Piece> pieces_;
};

}  // namespace deadpeer::comparing
