#include "compare/clock.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace deadpeer::comparing {
namespace {

using Point = Clock::Point;

constexpr double kMostDrift = 1e-3;
constexpr Nanoseconds kWindow = 60 * kSecond;
// Time stamps of microseconds are cut off, and each of the two may be.
constexpr double kResolution = 1'000;
// No delay differs by more from those of the same minute, unless something was taken for what it is not.
constexpr Nanoseconds kOutlier = 30 * kSecond;
constexpr int kSteps = 100;  // of a search that halves, or takes away a third

double turn(const Point& a, const Point& b, const Point& c) {
    return (b.time - a.time) * (c.value - a.value) - (b.value - a.value) * (c.time - a.time);
}

// The lower hull (sign 1), or the upper one (sign -1).
std::vector<Point> hull(std::vector<Point> points, double sign) {
    std::ranges::sort(points, [sign](const Point& a, const Point& b) {
        return std::pair(a.time, sign * a.value) < std::pair(b.time, sign * b.value);
    });
    std::vector<Point> kept;
    for (const Point& each : points) {
        while (kept.size() >= 2 && sign * turn(kept[kept.size() - 2], kept.back(), each) <= 0)
            kept.pop_back();
        if (kept.size() == 1 && kept.back().time == each.time) continue;
        kept.push_back(each);
    }
    return kept;
}

// How high the lowest of the points stands above a line through the origin; likewise the highest.
double lowest(const std::vector<Point>& points, double drift) {
    double least = std::numeric_limits<double>::infinity();
    for (const Point& each : points) least = std::min(least, each.value - drift * each.time);
    return least;
}
double highest(const std::vector<Point>& points, double drift) {
    double most = -std::numeric_limits<double>::infinity();
    for (const Point& each : points) most = std::max(most, each.value - drift * each.time);
    return most;
}

// The drift where `f`, which is concave, is greatest.
template <typename Function>
double best_drift(Function f, double from, double to) {
    for (int i = 0; i < kSteps; ++i) {
        const double first = from + (to - from) / 3;
        const double second = to - (to - from) / 3;
        if (f(first) < f(second)) {
            from = first;
        } else {
            to = second;
        }
    }
    return (from + to) / 2;
}

struct Drifts {
    double from = 0;
    double to = 0;
    bool any = false;
};

// Those of lines that have all of `above` above them and all of `below` below them.
Drifts possible_drifts(const std::vector<Point>& above, const std::vector<Point>& below) {
    const auto room = [&](double drift) { return lowest(above, drift) - highest(below, drift); };
    const double best = best_drift(room, -kMostDrift, kMostDrift);
    if (room(best) < 0) return {};
    const auto edge = [&](double inside, double outside) {
        if (room(outside) >= 0) return outside;
        for (int i = 0; i < kSteps; ++i) {
            const double middle = (inside + outside) / 2;
            (room(middle) >= 0 ? inside : outside) = middle;
        }
        return inside;
    };
    return {edge(best, -kMostDrift), edge(best, kMostDrift), true};
}

// Without those that lie far off: each stands for another packet than its time.
void drop_outliers(std::vector<Reading>& readings) {
    constexpr std::size_t kEnoughForMedian = 5;
    std::vector<Reading> kept;
    for (std::size_t i = 0; i < readings.size();) {
        std::size_t end = i;
        std::vector<Nanoseconds> differences;
        for (; end < readings.size() && readings[end].time_a < readings[i].time_a + kWindow; ++end)
            differences.push_back(readings[end].difference);
        std::ranges::nth_element(differences, differences.begin() + std::ptrdiff_t(differences.size() / 2));
        const Nanoseconds median = differences[differences.size() / 2];
        for (; i < end; ++i) {
            const bool far = std::abs(readings[i].difference - median) > kOutlier;
            if (!far || differences.size() < kEnoughForMedian) kept.push_back(readings[i]);
        }
    }
    readings = std::move(kept);
}

}  // namespace

Clock::Clock(std::vector<Reading> readings) {
    std::ranges::sort(readings, {}, &Reading::time_a);
    drop_outliers(readings);
    const Reading* const end = readings.data() + readings.size();
    for (const Reading* from = readings.data(); from != end;) {
        const Reading* to = from;
        while (to != end && to->time_a < from->time_a + kWindow) ++to;
        add(from, to);
        from = to;
    }
    for (Piece& piece : pieces_) {
        if (piece.above.empty() || piece.below.empty()) {
            piece.offset = piece.below.empty() ? lowest(piece.above, 0) : highest(piece.below, 0);
            continue;
        }
        const Drifts drifts = possible_drifts(piece.above, piece.below);
        piece.drift = (drifts.from + drifts.to) / 2;
        piece.drift_error = (drifts.to - drifts.from) / 2;
        piece.offset = (lowest(piece.above, piece.drift) + highest(piece.below, piece.drift)) / 2;
    }
}

// To the piece that there is, if they fit; else they begin one, where they fit together.
void Clock::add(const Reading* from, const Reading* to) {
    if (!pieces_.empty() && extend(pieces_.back(), from, to)) return;
    Piece fresh;
    fresh.origin = from->time_a;
    fresh.base = from->difference;
    if (to - from > 1 && !extend(fresh, from, to)) {
        const Reading* const middle = from + (to - from) / 2;
        add(from, middle);
        return add(middle, to);
    }
    if (to - from == 1) extend(fresh, from, to);
    pieces_.push_back(std::move(fresh));
}

bool Clock::extend(Piece& piece, const Reading* from, const Reading* to) const {
    std::vector<Point> above = piece.above;
    std::vector<Point> below = piece.below;
    for (const Reading* each = from; each != to; ++each) {
        const auto time = static_cast<double>(each->time_a - piece.origin);
        const auto value = static_cast<double>(each->difference - piece.base);
        if (each->from_a) {
            above.push_back({time, value + kResolution});
        } else {
            below.push_back({time, value - kResolution});
        }
    }
    above = hull(std::move(above), 1);
    below = hull(std::move(below), -1);
    if (!above.empty() && !below.empty() && !possible_drifts(above, below).any) return false;
    piece.above = std::move(above);
    piece.below = std::move(below);
    piece.last = (to - 1)->time_a;
    return true;
}

const Clock::Piece& Clock::piece_at(Nanoseconds time_a) const {
    const auto after = std::ranges::upper_bound(pieces_, time_a, {}, &Piece::origin);
    return after == pieces_.begin() ? *after : *std::prev(after);
}

Nanoseconds Clock::offset_at(Nanoseconds time_a) const {
    const Piece& piece = piece_at(time_a);
    const double line = piece.offset + piece.drift * static_cast<double>(time_a - piece.origin);
    return piece.base + std::llround(line);
}

Nanoseconds Clock::offset_at_b(Nanoseconds time_b) const {
    Nanoseconds offset = pieces_.front().base;
    for (int i = 0; i < 3; ++i) offset = offset_at(time_b - offset);
    return offset;
}

Nanoseconds Clock::error_at(Nanoseconds time_a) const {
    const Piece& piece = piece_at(time_a);
    if (piece.above.empty() || piece.below.empty()) return kNoTime;
    const auto time = static_cast<double>(time_a - piece.origin);
    const Drifts drifts = possible_drifts(piece.above, piece.below);
    const auto upper = [&](double drift) { return lowest(piece.above, drift) + drift * time; };
    const auto lower = [&](double drift) { return highest(piece.below, drift) + drift * time; };
    const double most = upper(best_drift(upper, drifts.from, drifts.to));
    const double least =
        lower(best_drift([&](double drift) { return -lower(drift); }, drifts.from, drifts.to));
    const double told = piece.offset + piece.drift * time;
    return std::llround(std::ceil(std::max(most - told, told - least)));
}

std::vector<Nanoseconds> Clock::steps() const {
    std::vector<Nanoseconds> times;
    for (std::size_t i = 1; i < pieces_.size(); ++i) times.push_back(pieces_[i].origin);
    return times;
}

double Clock::drift_at(Nanoseconds time_a) const {
    const Piece& piece = piece_at(time_a);
    return std::abs(piece.drift) > piece.drift_error ? piece.drift : 0;
}

}  // namespace deadpeer::comparing
