#include "capture/live/live_capture.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "capture/file/capture_time.h"
#include "capture/frame_merge.h"
#include "capture/live/link_tracker.h"
#include "capture/live/link_watch.h"
#include "capture/live/live_input.h"

namespace deadpeer {

using capture::CaptureTime;
using capture::Followed;
using capture::kLongestInKernel;
using capture::Lane;
using capture::LinkChange;
using capture::LinkTracker;
using capture::LinkWatch;
using capture::LiveInput;
using std::chrono::milliseconds;

namespace {

constexpr Nanoseconds kDrainPeriod = 10 * kMillisecond;            // while frames are handed out
constexpr Nanoseconds kInterfaceDropsPeriod = 100 * kMillisecond;  // less than now() lags behind
constexpr Nanoseconds kLongestWait = 30 * kSecond;                 // so that clocks are compared often enough

milliseconds rounded_up(Nanoseconds time) {
    return std::chrono::ceil<milliseconds>(
        std::chrono::nanoseconds(std::clamp<Nanoseconds>(time, 0, kLongestWait)));
}

}  // namespace

class LiveCapture::Impl {
public:
    Impl(LinkWatch watch, int wake_descriptor, bool wait_for_links)
        : watch_(std::move(watch)), tracker_(wait_for_links), wake_descriptor_(wake_descriptor) {}
    ~Impl() { ::close(wake_descriptor_); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    CaptureTime& time() { return time_; }
    void add(std::unique_ptr<LiveInput> input);
    std::vector<std::string>& warnings() { return warnings_; }

    ReadStatus next(FrameBatch& batch, milliseconds longest_wait);
    void drain();
    void stop() { stop_at_ = time_.update(); }
    void wake() const noexcept { ::eventfd_write(wake_descriptor_, 1); }
    [[nodiscard]] Nanoseconds now() const { return now_; }
    [[nodiscard]] Nanoseconds read_at() const { return time_.now(); }
    [[nodiscard]] const std::vector<std::unique_ptr<LiveInput>>& inputs() const { return inputs_; }
    LinkTracker& tracker() { return tracker_; }
    void follow_by(Follow follow) { follow_ = std::move(follow); }

private:
    [[nodiscard]] bool take_frames(FrameBatch& batch);
    [[nodiscard]] std::optional<ReadStatus> end() const;
    [[nodiscard]] Nanoseconds until_something_is_due() const;
    [[nodiscard]] bool wait(Nanoseconds longest);
    void hear_of_links(Nanoseconds now);
    void apply(const LinkTracker::Order& order);
    void bind(const LinkTracker::Order& order);
    void look_for_drops();
    void report_lost(std::uint32_t input, std::uint64_t count, Nanoseconds from, Nanoseconds to,
                     const char* by);
    void look_at_lanes();

    CaptureTime time_;
    LinkWatch watch_;
    LinkTracker tracker_;
    int wake_descriptor_;
    std::vector<std::unique_ptr<LiveInput>> inputs_;
    Follow follow_ = [this](std::uint32_t input, int link_index) {
        return inputs_[input]->binding().follow(link_index);
    };
    std::vector<Lane> lanes_;
    std::vector<std::string> warnings_;
    Nanoseconds drained_at_ = kNoTime;
    Nanoseconds ring_drops_at_ = kNoTime;
    Nanoseconds interface_drops_at_ = kNoTime;
    Nanoseconds now_ = kNoTime;
    std::optional<Nanoseconds> stop_at_;
};

void LiveCapture::Impl::add(std::unique_ptr<LiveInput> input) {
    const int index = input->link_index();
    const auto known = watch_.links().find(index);
    const Nanoseconds now = time_.update();
    const auto link = known == watch_.links().end() ? std::nullopt : std::optional(known->second);
    const std::string name = input->interfaces().front().name;
    inputs_.push_back(std::move(input));
    lanes_.push_back({&inputs_.back()->frames(), inputs_.back()->complete_until()});
    for (const LinkTracker::Order& order : tracker_.add_input(index, name, link, now)) apply(order);
    drained_at_ = ring_drops_at_ = interface_drops_at_ = now;
    now_ = std::max(now_, now - kLongestInKernel);
}

ReadStatus LiveCapture::Impl::next(FrameBatch& batch, milliseconds longest_wait) {
    batch.clear();
    for (const auto& input : inputs_) input->frames().release();
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + longest_wait;
    if (time_.update() - drained_at_ >= kDrainPeriod) drain();
    for (bool woken = false;;) {
        if (take_frames(batch)) return ReadStatus::kFrames;
        if (const auto end_status = end()) return *end_status;
        if (woken || tracker_.has_event()) return ReadStatus::kIdle;
        const Nanoseconds left = std::chrono::nanoseconds(deadline - Clock::now()).count();
        woken = wait(std::min(left, until_something_is_due())) || left <= 0;
        drain();
    }
}

bool LiveCapture::Impl::take_frames(FrameBatch& batch) {
    if (!capture::take_in_time_order(lanes_, batch)) return false;
    inputs_[batch.frames[0].interface]->count(batch.view());
    look_at_lanes();
    return true;
}

std::optional<ReadStatus> LiveCapture::Impl::end() const {
    const auto done = [&](const auto& input) {
        return input->ended() ||
               (stop_at_ && input->frames().empty() && input->complete_until() >= *stop_at_);
    };
    if (!std::all_of(inputs_.begin(), inputs_.end(), done)) return std::nullopt;
    return stop_at_ ? ReadStatus::kEnd : ReadStatus::kFailed;
}

// How long until frames that are held back may be handed out, or the end is certain.
Nanoseconds LiveCapture::Impl::until_something_is_due() const {
    Nanoseconds due =
        std::min(stop_at_.value_or(Lane::kForEver), tracker_.next_change().value_or(Lane::kForEver));
    for (const auto& input : inputs_) {
        if (!input->frames().empty()) due = std::min(due, input->frames().front_time());
        if (!input->ended()) due = std::min(due, input->failed_at().value_or(Lane::kForEver));
        if (input->in_trouble()) due = std::min(due, time_.now());
    }
    if (due == Lane::kForEver) return due;
    return std::max(kMillisecond, due + kLongestInKernel - time_.now());
}

// True if wake() or a signal ended the wait.
bool LiveCapture::Impl::wait(Nanoseconds longest) {
    std::vector<pollfd> watched = {{wake_descriptor_, POLLIN, 0}, {watch_.descriptor(), POLLIN, 0}};
    for (const auto& input : inputs_) {
        if (!input->ended() && input->frames().room() > 0)
            watched.push_back({input->descriptor(), POLLIN, 0});
    }
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(rounded_up(longest).count()));
    if (ready < 0) return true;
    eventfd_t calls = 0;
    return (watched.front().revents & POLLIN) != 0 && ::eventfd_read(wake_descriptor_, &calls) == 0;
}

void LiveCapture::Impl::drain() {
    const Nanoseconds now = time_.update();
    if (const std::optional<Nanoseconds> step = time_.take_step()) {
        LinkEvent event;
        event.kind = LinkEvent::Kind::kClockStep;
        event.whole_input = false;
        event.from = event.to = now;
        event.step = *step;
        tracker_.report(std::move(event));
    }
    hear_of_links(now);
    for (const auto& input : inputs_) {
        if (!input->ended()) input->drain();
    }
    look_for_drops();
    look_at_lanes();
    drained_at_ = now;
}

void LiveCapture::Impl::look_at_lanes() {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        lanes_[i].complete_until = inputs_[i]->ended() ? Lane::kForEver : inputs_[i]->complete_until();
    }
    const Nanoseconds until = capture::taken_until(lanes_);
    now_ = std::max(now_, until == Lane::kForEver ? time_.now() : until);
}

void LiveCapture::Impl::hear_of_links(Nanoseconds now) {
    for (const LinkChange& change : watch_.read()) {
        const bool carried_tcp = inputs_.front()->link_use().carried_tcp(change.index);
        for (const LinkTracker::Order& order : tracker_.hear(change, now, carried_tcp)) apply(order);
        if (!change.after) inputs_.front()->link_use().forget_others(watch_.links());
    }
    for (const LinkTracker::Order& order : tracker_.advance_time(now, watch_.links())) apply(order);
}

void LiveCapture::Impl::apply(const LinkTracker::Order& order) {
    using Kind = LinkTracker::Order::Kind;
    LiveInput& input = *inputs_[order.input];
    switch (order.kind) {
        case Kind::kFail:
            return input.fail("the interface was removed, or moved to another network namespace");
        case Kind::kAway:
            return input.set_away();
        case Kind::kRename:
            follow_(order.input, 0);
            return input.rename(order.link.name);
        case Kind::kBind:
            return bind(order);
    }
}

void LiveCapture::Impl::bind(const LinkTracker::Order& order) {
    const Followed followed = follow_(order.input, order.link_index);
    const Nanoseconds now = time_.update();  // that may have taken a while
    switch (followed) {
        case Followed::kDone:
            inputs_[order.input]->bound();
            return tracker_.bound(order, now);
        case Followed::kNotYet:
            return tracker_.not_bound(order.input, now);
        case Followed::kNever:
            constexpr auto kWhy = "the process that binds to interfaces that come back has ended";
            tracker_.never_bound(order.input, now, kWhy);
            inputs_[order.input]->fail(kWhy);
    }
}

void LiveCapture::Impl::look_for_drops() {
    const Nanoseconds now = time_.update();
    const bool look_at_interfaces = now - interface_drops_at_ >= kInterfaceDropsPeriod;
    for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
        report_lost(i, inputs_[i]->take_ring_drops(), ring_drops_at_, now,
                    "the program did not keep up; a larger --buffer-size helps");
        if (!look_at_interfaces) continue;
        report_lost(i, inputs_[i]->take_interface_drops(), interface_drops_at_, now,
                    "the interface or its driver had no room");
    }
    ring_drops_at_ = now;
    if (look_at_interfaces) interface_drops_at_ = now;
}

void LiveCapture::Impl::report_lost(std::uint32_t input, std::uint64_t count, Nanoseconds from,
                                    Nanoseconds to, const char* by) {
    if (count == 0) return;
    LinkEvent event;
    event.kind = LinkEvent::Kind::kFramesLost;
    event.input = input;
    event.from = from;
    event.to = to;
    event.count = count;
    event.name = inputs_[input]->interfaces().front().name;
    event.detail = by;
    tracker_.report(std::move(event));
}

Result<std::unique_ptr<LiveCapture>> LiveCapture::open(const LiveOptions& all_together) {
    LiveOptions options = all_together;
    options.buffer_bytes = std::max(kSmallestRing, options.buffer_bytes / options.interfaces.size());
    Result<std::vector<capture::OpenedInterface>> all = capture::open_interfaces(options);
    if (!all) return all.error();
    std::vector<capture::OpenedInterface>& opened = all.value();
    // After the interfaces, so that what happens to them since is either in its first list or told.
    Result<LinkWatch> watch = LinkWatch::open();
    if (!watch) return watch.error();
    const int wake_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_descriptor < 0) return Error{fmt::format("cannot make an eventfd: {}", std::strerror(errno))};
    auto impl = std::make_unique<Impl>(std::move(watch).value(), wake_descriptor, options.wait_for_interface);
    for (std::uint32_t i = 0; i < opened.size(); ++i) {
        for (std::string& warning : opened[i].warnings) impl->warnings().push_back(std::move(warning));
        auto input =
            LiveInput::open(options.interfaces[i], i, options, impl->time(), std::move(opened[i].handle));
        if (!input) return input.error();
        impl->add(std::move(input).value());
    }
    return std::unique_ptr<LiveCapture>(new LiveCapture(std::move(impl)));
}

LiveCapture::LiveCapture(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveCapture::~LiveCapture() = default;

ReadStatus LiveCapture::next(FrameBatch& batch, milliseconds longest_wait) {
    return impl_->next(batch, longest_wait);
}
void LiveCapture::drain() {
    impl_->drain();
}
void LiveCapture::stop() {
    impl_->stop();
}
void LiveCapture::wake() const noexcept {
    impl_->wake();
}
Nanoseconds LiveCapture::now() const {
    return impl_->now();
}
Nanoseconds LiveCapture::read_at() const {
    return impl_->read_at();
}
milliseconds LiveCapture::now_lags_by() {
    return rounded_up(kLongestInKernel);
}
std::size_t LiveCapture::input_count() const {
    return impl_->inputs().size();
}
const PacketSource& LiveCapture::input(std::size_t index) const {
    return *impl_->inputs()[index];
}
std::optional<Nanoseconds> LiveCapture::blind_since(std::size_t index) const {
    return impl_->tracker().blind_since(static_cast<std::uint32_t>(index));
}
std::vector<capture::LinkBinding> LiveCapture::bindings() const {
    std::vector<capture::LinkBinding> bindings;
    for (const auto& input : impl_->inputs()) bindings.push_back(input->binding());
    return bindings;
}
void LiveCapture::follow_by(Follow follow) {
    impl_->follow_by(std::move(follow));
}
std::optional<LinkEvent> LiveCapture::take_event() {
    return impl_->tracker().take_event();
}
const std::vector<std::string>& LiveCapture::warnings() const {
    return impl_->warnings();
}

}  // namespace deadpeer
