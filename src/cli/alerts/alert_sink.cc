#include "cli/alerts/alert_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/grouped.h"

namespace deadpeer::cli {
namespace {

using std::chrono::milliseconds;

// Nobody waits for reports of files by the second, and no one for ever.
constexpr milliseconds kPatienceOfFiles{10'000};
constexpr milliseconds kPatienceAtTheEnd{10'000};

}  // namespace

AlertSink::AlertSink(Alerts& alerts, const CsvOptions& options, Needs needs)
    : alerts_(alerts), needs_(std::move(needs)), lines_(options), named_(options.inventory) {}

void AlertSink::on_input_begin(std::uint32_t file, const std::string& name) {
    if (inputs_.size() <= file) inputs_.resize(file + 1);
    inputs_[file] = name;
    lines_.note_input(file, name);
}

void AlertSink::on_input_end(std::uint32_t file, const InputSummary& summary) {
    if (lost_.size() <= file) lost_.resize(file + 1);
    lost_[file] = summary.source.dropped_by_capture.value_or(0);
}

void AlertSink::on_finding(const Finding& finding) {
    if (!needs_.lost_frames) {
        if (waiting_.size() < kMostOfFiles) {
            waiting_.push_back(finding);
        } else {
            ++beyond_limit_;
        }
        return;
    }
    turn(Clock::now());
    if (in_this_minute_ == kMostInAMinute) {
        ++beyond_limit_;
        return;
    }
    ++in_this_minute_;
    hand_on(finding, needs_.lost_frames(finding.file));
}

void AlertSink::hand_on(const Finding& finding, std::uint64_t lost_frames) {
    if (alerts_.command != nullptr) {
        const bool may_wait = !needs_.lost_frames && is_read_;
        is_read_ = alerts_.command->send(lines_.of(finding, lost_frames),
                                         may_wait ? kPatienceOfFiles : milliseconds(0));
        if (!is_read_) ++without_room_;
    }
    const std::string_view input = finding.file < inputs_.size() ? inputs_[finding.file] : std::string_view();
    if (alerts_.log != nullptr && !alerts_.log->send(finding, input, named_)) ++not_logged_;
}

void AlertSink::turn(Clock::time_point now) {
    if (now < minute_ends_) return;
    tell_left_out();
    in_this_minute_ = 0;
    minute_ends_ = now + std::chrono::minutes(1);
}

void AlertSink::tell_left_out() {
    const auto tell = [this](std::uint64_t& events, std::string_view why) {
        if (events > 0) needs_.complain(fmt::format("{} {}", counted(events, "event", "events"), why));
        events = 0;
    };
    tell(beyond_limit_,
         needs_.lost_frames
             ? fmt::format("not handed to --on-event or --syslog: more than {} in a minute", kMostInAMinute)
             : fmt::format("not handed to --on-event or --syslog: more than {}", grouped(kMostOfFiles)));
    tell(without_room_, "not handed to --on-event: the command did not read them in time");
    tell(not_logged_, "not logged: the system's log did not take them");
}

Status AlertSink::finish(const RunSummary&) {
    std::ranges::stable_sort(waiting_, {}, &Finding::time);
    for (const Finding& finding : waiting_)
        hand_on(finding, finding.file < lost_.size() ? lost_[finding.file] : 0);
    waiting_.clear();
    tell_left_out();
    if (alerts_.command != nullptr && !alerts_.command->finish(kPatienceAtTheEnd))
        needs_.complain("the command of --on-event is still at work, and goes on by itself");
    return success();
}

}  // namespace deadpeer::cli
