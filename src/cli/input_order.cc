#include "cli/input_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cli/name_list.h"

namespace deadpeer::cli {
namespace {

// Of 128 frames each. A file that has no time until then has none that matters.
constexpr int kBatchesToLookAt = 8;

// What an input without any frame holds up: nothing.
constexpr Nanoseconds kNothingIn = std::numeric_limits<Nanoseconds>::min() + 1;

// No value: it must be read to find out, or it has frames and no times.
std::optional<Nanoseconds> beginning_of(const InputFiles& files, std::size_t place, OpenOptions options) {
    if (files.is_stream(place)) return std::nullopt;
    const Result<int> descriptor = files.borrow(place);
    if (!descriptor) return kNothingIn;
    options.descriptor = descriptor.value();
    const auto opened = open_capture(files.path(place), options);
    if (!opened) return kNothingIn;
    FrameBatch batch;
    for (int i = 0; i < kBatchesToLookAt; ++i) {
        if (opened.value()->next(batch) != ReadStatus::kFrames)
            return i == 0 ? std::optional(kNothingIn) : std::nullopt;
        for (const FrameView& frame : batch.view()) {
            if (frame.time != kNoTime) return frame.time;
        }
    }
    return std::nullopt;
}

bool has_time(const InputPlace& place) {
    return place.begins && *place.begins != kNothingIn;
}

// Puts those that have a time into the places that such have.
void sort_by_time(std::vector<InputPlace>& places, const InputFiles& files) {
    std::vector<InputPlace> timed;
    std::ranges::copy_if(places, std::back_inserter(timed), has_time);
    std::ranges::stable_sort(timed, [&](const InputPlace& a, const InputPlace& b) {
        if (*a.begins != *b.begins) return *a.begins < *b.begins;
        return name_is_before(files.original(a.input), files.original(b.input));
    });
    auto next = timed.begin();
    for (InputPlace& place : places) {
        if (has_time(place)) place = *next++;
    }
}

}  // namespace

InputSequence order_inputs(const InputFiles& files, InputOrder order, const OpenOptions& options) {
    InputSequence sequence;
    std::vector<InputPlace>& places = sequence.places;
    for (std::size_t i = 0; i < files.size(); ++i) places.push_back({i});
    if (order == InputOrder::kGiven || places.size() < 2) return sequence;
    if (order == InputOrder::kName) {
        std::ranges::stable_sort(places, name_is_before,
                                 [&](const InputPlace& place) { return files.original(place.input); });
        return sequence;
    }
    for (InputPlace& place : places) {
        if (!options.keep_waiting()) break;
        place.begins = beginning_of(files, place.input, options);
        if (!files.is_stream(place.input)) continue;
        sequence.remarks.push_back(
            fmt::format("{} keeps its place: when it begins is not known before it is read",
                        files.path(place.input) == "-" ? "standard input" : files.path(place.input)));
    }
    sort_by_time(places, files);
    if (!std::ranges::is_sorted(places, {}, &InputPlace::input)) {
        std::vector<std::string> paths;
        for (const InputPlace& place : places) {
            if (place.begins != kNothingIn) paths.push_back(files.path(place.input));
        }
        sequence.remarks.push_back(
            fmt::format("the inputs are read in the order of their first time stamps, not as given: {} "
                        "(--order given keeps yours)",
                        name_list(paths)));
    }
    return sequence;
}

}  // namespace deadpeer::cli
