#include "report/live/row_limiter.h"

#include <limits>

namespace deadpeer {
namespace {

constexpr Nanoseconds kMinute = 60 * kSecond;
// More events than a connection can have in good faith: it can be opened and fail every three seconds.
constexpr unsigned kEventsOfConnection = 20;
// Ten probes a second: no keepalive timer is finer than a second, nor zero-window probes than a fifth of one.
constexpr unsigned kSegmentsOfConnection = 600;
// Of hosts, paths and the capture: a thousand hosts that go down together.
constexpr std::uint64_t kEventsOfHosts = 1000;
constexpr std::size_t kMostStories = 4096;
constexpr std::int64_t kNoConnection = -1;

constexpr SegmentRowId kKeptBack = std::numeric_limits<SegmentRowId>::max();

// What is said of those that were kept back.
Finding story_of(const Finding& last) {
    Finding story;
    story.kind = last.kind;
    story.severity = Severity::kInfo;
    story.file = last.file;
    story.stream = last.stream;
    if (last.stream != kNoConnection) {
        story.subject = last.subject;
        story.peer = last.peer;
    }
    return story;
}

}  // namespace

SegmentRowId RowLimiter::on_segment(const SegmentRow& row) {
    // What a finding asks for later is bounded with the findings.
    if (row.may_prove) return rows_.on_segment(row);
    if (minute_.add_segment(row.stream, kSegmentsOfConnection)) return rows_.on_segment(row);
    ++segments_left_out_;
    return kKeptBack;
}

void RowLimiter::update_segment(SegmentRowId id, const SegmentRow& row) {
    if (id != kKeptBack) rows_.update_segment(id, row);
}

void RowLimiter::on_finding(const Finding& finding) {
    const bool fits =
        finding.stream == kNoConnection
            ? events_of_hosts_++ < kEventsOfHosts
            : minute_.add_event(static_cast<std::uint64_t>(finding.stream), kEventsOfConnection);
    if (fits) return rows_.on_finding(finding);
    ++events_left_out_;
    Finding story = story_of(finding);
    const bool has_room = stories_.size() < kMostStories || stories_.contains(story.stream);
    if (!has_room) {
        story.stream = kNoConnection;
        story.subject = story.peer = {};
    }
    Finding& kept = stories_.try_emplace(story.stream, story).first->second;
    story.left_out = kept.left_out + 1;
    story.time = finding.time;
    kept = story;
}

Status RowLimiter::finish(const RunSummary& run) {
    end_minute();
    return rows_.finish(run);
}

void RowLimiter::advance_time(Nanoseconds now) {
    if (minute_ends_ != kNoTime && now < minute_ends_) return;
    end_minute();
    minute_ends_ = now + kMinute;
}

void RowLimiter::end_minute() {
    for (const auto& [stream, story] : stories_) rows_.on_finding(story);
    stories_.clear();
    minute_.clear();
    events_of_hosts_ = 0;
}

}  // namespace deadpeer
