#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cmath>

#include "cli/standard_streams.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

constexpr std::chrono::milliseconds kFirst{1000};
constexpr std::chrono::milliseconds kEvery{200};

std::string left_text(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    if (whole < 60) return fmt::format("{} s left", whole);
    return fmt::format("{} min {} s left", whole / 60, whole % 60);
}

}  // namespace

std::string size_text(double bytes) {
    constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < kUnits.size()) {
        bytes /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string progress_text(const SourceStats& stats, double seconds) {
    const auto done = static_cast<double>(stats.bytes_read);
    const double rate = seconds > 0 ? done / seconds : 0;
    std::string text = size_text(done);
    const auto total = static_cast<double>(stats.bytes_total.value_or(0));
    if (total > 0) text += fmt::format(" of {} ({:.0f} %)", size_text(total), 100 * done / total);
    text += fmt::format(", {}/s", size_text(rate));
    if (total > done && rate > 0) text += ", " + left_text((total - done) / rate);
    return text;
}

Progress::Progress(bool wanted) : wanted_(wanted && ::isatty(STDERR_FILENO) == 1) {}

void Progress::begin(const std::string& input) {
    if (!wanted_) return;
    input_ = printable(base_name(input));
    began_ = Clock::now();
    next_ = began_ + kFirst;
}

double Progress::seconds() const {
    return std::chrono::duration<double>(Clock::now() - began_).count();
}

void Progress::show(const std::string& words) {
    next_ = Clock::now() + kEvery;
    print(STDERR_FILENO, fmt::format("\r{}: {}\x1b[K", input_, words));
    shown_ = true;
}

void Progress::clear() {
    if (shown_) print(STDERR_FILENO, "\r\x1b[K");
    shown_ = false;
}

}  // namespace deadpeer::cli
