// Progress: one line on a terminal while a long input is read.
//
// What:    nothing during the first second, then at most five times a second: bytes done, share, rate, and
//          how long it will take. clear() takes the line away again.
// Threads: one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "deadpeer/source.h"

namespace deadpeer::cli {

// "1.2 GB"
std::string size_text(double bytes);
// "1.2 GB of 4.0 GB (30 %), 350.0 MB/s, 8 s left"
std::string progress_text(const SourceStats& stats, double seconds);

class Progress {
public:
    // Silent unless standard error is a terminal.
    explicit Progress(bool wanted);
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void begin(const std::string& input);
    void update(const SourceStats& stats) {
        if (is_due()) show(progress_text(stats, seconds()));
    }
    // The same with other words, which are asked for only when they are shown.
    void update(const std::function<std::string()>& words) {
        if (is_due()) show(words());
    }
    void clear();

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool is_due() const { return wanted_ && Clock::now() >= next_; }
    [[nodiscard]] double seconds() const;
    void show(const std::string& words);

    bool wanted_;
    bool shown_ = false;
    std::string input_;
    Clock::time_point began_;
    Clock::time_point next_;
};

}  // namespace deadpeer::cli
