#include "capture/live/interface_drops.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <optional>

namespace deadpeer::capture {
namespace {

constexpr std::array<const char*, 2> kFiles = {"rx_missed_errors", "rx_fifo_errors"};

int open_to_read(const std::string& path) {
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

std::optional<std::uint64_t> read_number(int descriptor) {
    std::array<char, 32> text;
    const ssize_t length = descriptor < 0 ? -1 : ::pread(descriptor, text.data(), text.size(), 0);
    if (length <= 0) return std::nullopt;
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + length, number);
    return parsed.ec == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

InterfaceDrops::InterfaceDrops(const std::string& folder, int index) {
    const int index_file = open_to_read(folder + "/ifindex");
    const bool same = read_number(index_file) == static_cast<std::uint64_t>(index);
    if (index_file >= 0) ::close(index_file);
    if (!same) return;
    for (std::size_t i = 0; i < kFiles.size(); ++i) {
        counters_[i].descriptor = open_to_read(folder + "/statistics/" + kFiles[i]);
        counters_[i].total = CounterTotal(read_number(counters_[i].descriptor).value_or(0));
    }
}

InterfaceDrops::~InterfaceDrops() {
    for (const Counter& counter : counters_) {
        if (counter.descriptor >= 0) ::close(counter.descriptor);
    }
}

std::uint64_t InterfaceDrops::take() {
    std::uint64_t dropped = 0;
    for (Counter& counter : counters_) {
        if (const auto reading = read_number(counter.descriptor)) dropped += counter.total.advance(*reading);
    }
    return dropped;
}

}  // namespace deadpeer::capture
