#include "report/live/live_reports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <limits>

#include "report/columns/columns.h"
#include "report/fan_out.h"
#include "report/grouped.h"
#include "report/storage/period_folders.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

constexpr SegmentRowId kNoRow = std::numeric_limits<SegmentRowId>::max();
constexpr Nanoseconds kRotateAgainAfter = 60 * kSecond;
constexpr std::array<Report, 5> kRewritten = {Report::kCapture, Report::kSegments, Report::kFlows,
                                              Report::kHosts, Report::kIncidents};

// The rows' header, which they have written already.
std::string header_of(Output& row) {
    std::string header(row.waiting());
    row.drop();
    return header;
}

std::string lost_rows(std::uint64_t count) {
    if (count == 0) return "no row was lost";
    return count == 1 ? "1 row was lost" : fmt::format("{} rows were lost", grouped(count));
}

// Writes the rows of the frames that decide about connections that are still open.
class OpenEvidence final : public ReportSink {
public:
    OpenEvidence(const RecentRows& recent, CsvReports& reports) : recent_(recent), reports_(reports) {}

    void on_flow(const FlowSummary& flow) override {
        if (!decides_by_frame(flow)) return;
        const SegmentRow* const waiting =
            recent_.waiting(deciding_frame(flow), static_cast<std::int64_t>(flow.stream));
        if (waiting == nullptr) return;
        SegmentRow row = *waiting;
        row.provisional = row.may_prove = false;
        reports_.on_segment(row);
    }

private:
    const RecentRows& recent_;
    CsvReports& reports_;
};

LiveReportOptions with_pauses(LiveReportOptions options) {
    options.csv.meanwhile = options.meanwhile;
    return options;
}

}  // namespace

Result<std::unique_ptr<LiveReports>> LiveReports::open(std::unique_ptr<ReportFolder> folder,
                                                       const LiveReportOptions& options, Nanoseconds now) {
    Status status = move_earlier_reports(*folder);
    if (status && options.keep != 0) status = keep_latest(*folder, options.keep);
    if (!status) return status.error();
    std::unique_ptr<LiveReports> reports(new LiveReports(std::move(folder), options, now));
    status = reports->open_events();
    if (!status) return status.error();
    return reports;
}

LiveReports::EventLog::EventLog(const ReportFolder& folder, Format format, const CsvOptions& options)
    : columns(columns_of(format, options.columns)),
      rows(line_rows(format, row, options.dialect, columns.of(Report::kEvents))),
      file(folder, file_name(Report::kEvents, format), header_of(row)) {}

LiveReports::LiveReports(std::unique_ptr<ReportFolder> folder, const LiveReportOptions& options,
                         Nanoseconds now)
    : options_(with_pauses(options)),
      folder_(std::move(folder)),
      community_id_(options.csv.community_id_seed),
      ended_(SpoolFolder(folder_->path(), folder_->descriptor())),
      segments_(SpoolFolder(folder_->path(), folder_->descriptor())),
      findings_(SpoolFolder(folder_->path(), folder_->descriptor())),
      event_trouble_(options.complain),
      log_trouble_(options.complain),
      publish_trouble_(options.complain),
      rotate_trouble_(options.complain) {
    if (options.csv.reports[index(Report::kEvents)]) {
        for (const Format format : options.csv.formats)
            events_.push_back(std::make_unique<EventLog>(*folder_, format, options.csv));
    }
    begin_period(now);
    sync_at_ = now + options_.sync_interval;
}

Status LiveReports::open_events() {
    for (const auto& log : events_) {
        if (Status opened = log->file.open(); !opened) return opened;
    }
    return success();
}

void LiveReports::begin_period(Nanoseconds now) {
    began_ = now;
    boundary_ = options_.rotation.boundary_after(now);
    rotate_not_before_ = kNoTime;
    first_segment_ += published_.segments;
    segments_.drop_first(published_.segments);
    ended_.drop_first(published_.ended);
    findings_.drop_first(published_.findings);
}

void LiveReports::on_input_begin(std::uint32_t file, const std::string& name) {
    if (inputs_.size() <= file) inputs_.resize(file + 1);
    inputs_[file].name = name;
    files_.note_name(file, name, options_.csv.dialect);
}

void LiveReports::on_input_end(std::uint32_t file, const InputSummary& summary) {
    inputs_.at(file).summary = summary;
}

SegmentRowId LiveReports::on_segment(const SegmentRow& row) {
    if (!options_.csv.reports[index(Report::kSegments)]) return kNoRow;
    if (row.provisional) recent_.wait(row);
    if (row.may_prove) return kNoRow;
    const SegmentRowId id = first_segment_ + segments_.size();
    if (!segments_.append(row)) return kNoRow;
    if (!row.provisional) recent_.written(row);
    return id;
}

void LiveReports::update_segment(SegmentRowId id, const SegmentRow& row) {
    if (id == kNoRow || id < first_segment_ || id - first_segment_ >= segments_.size()) return;
    segments_.change(id - first_segment_, row);
    if (!row.provisional) recent_.written(row);
}

void LiveReports::write_evidence(const NamedFrame& frame, std::int64_t stream) {
    const SegmentRow* const waiting = recent_.waiting(frame, stream);
    if (waiting == nullptr) return;
    SegmentRow row = *waiting;
    row.provisional = row.may_prove = false;
    if (segments_.append(row)) recent_.written(row);
}

void LiveReports::on_finding(const Finding& finding) {
    if (Incidents::concerns(finding)) findings_.append(finding);
    for (const NamedFrame& frame : evidence_of(finding)) write_evidence(frame, finding.stream);
    const EventLine line{finding,
                         files_.of(finding.file),
                         explain(explanation_, finding, options_.csv.dialect.stream_numbers),
                         weigh(ended(finding)),
                         options_.lost_frames(finding.file),
                         community_id_,
                         options_.csv.inventory};
    for (const auto& log : events_) {
        write_row<EventLine>(log->rows->cells(), log->columns.events, line);
        log->rows->row_written();
        log->file.append(log->row.waiting());
        log->row.drop();
        if (const Status status = log->file.status(); !status) event_trouble_.note(status.error().message);
    }
    hand_on_notice();
}

void LiveReports::on_flow(const FlowSummary& flow) {
    ended_.append(flow);
    if (decides_by_frame(flow)) write_evidence(deciding_frame(flow), static_cast<std::int64_t>(flow.stream));
}

Status LiveReports::finish(const RunSummary& run) {
    settle();
    const bool written = publish([&](ReportSink& sink) { return sink.finish(run); });
    for (const auto& log : events_) log->file.give_up();
    if (written && rows_lost() == 0) return success();
    return Error{fmt::format("The reports in {} lack something: {}{}.", printable(folder_->path()),
                             lost_rows(rows_lost()),
                             written ? "" : ", and all but events.csv are not the latest")};
}

void LiveReports::flush(Nanoseconds now) {
    if (now < sync_at_) return;
    sync_at_ = now + options_.sync_interval;
    settle();
}

void LiveReports::hand_on_notice() {
    for (const auto& log : events_) {
        if (const std::string notice = log->file.take_notice(); !notice.empty()) options_.complain(notice);
    }
}

void LiveReports::settle_events() {
    std::string again;
    std::uint64_t lost = 0;
    Status status = success();
    for (const auto& log : events_) {
        const bool all_written = log->file.retry();
        if (status) status = all_written ? log->file.sync() : log->file.status();
        again += (again.empty() ? "" : " and ") + log->file.name();
        lost += log->file.lost();
    }
    hand_on_notice();
    if (!status) return event_trouble_.note(status.error().message);
    event_trouble_.over(
        fmt::format("{}/{} is written again; {}.", printable(folder_->path()), again, lost_rows(lost)));
}

// Tries again what waits, makes events durable, and tells how that went.
void LiveReports::settle() {
    settle_events();
    ended_.retry();
    segments_.retry();
    findings_.retry();
    for (const int error : {ended_.error(), segments_.error(), findings_.error()}) {
        if (error == 0) continue;
        return log_trouble_.note(fmt::format(
            "Cannot keep rows in a temporary file in {}: {}. Free space there, or make it writable.",
            printable(folder_->path()), std::strerror(error)));
    }
    log_trouble_.over(fmt::format("Rows are kept in a temporary file in {} again; {}.",
                                  printable(folder_->path()),
                                  lost_rows(ended_.lost() + segments_.lost() + findings_.lost())));
}

bool LiveReports::publish(const Feed& feed) {
    const Status status = write_reports(feed);
    if (status) {
        publish_trouble_.over(
            fmt::format("The reports in {} are up to date again.", printable(folder_->path())));
    } else {
        publish_trouble_.note(status.error().message);
    }
    return status.ok();
}

Status LiveReports::write_reports(const Feed& feed) {
    const auto opened = CsvReports::to_folder(*folder_, kRewritten, options_.csv);
    if (!opened) return opened.error();
    CsvReports& reports = *opened.value();
    const std::unique_ptr<ReportSink> beside = options_.beside();
    OpenEvidence evidence(recent_, reports);
    std::vector<ReportSink*> sinks = {&reports, &evidence};
    if (beside != nullptr) sinks.push_back(beside.get());
    FanOut all(std::move(sinks));
    published_ = {segments_.size(), ended_.size(), findings_.size()};
    for (std::uint32_t file = 0; file < inputs_.size(); ++file) {
        all.on_input_begin(file, inputs_[file].name);
        reports.note_lost_frames(file, options_.lost_frames(file));
        if (inputs_[file].summary) all.on_input_end(file, *inputs_[file].summary);
    }
    reports.write_through();
    reports.segments_are_final();
    const bool read =
        segments_.for_each([&](const SegmentRow& row) { pause(), reports.on_segment(row); },
                           published_.segments) &&
        findings_.for_each([&](const Finding& finding) { all.on_finding(finding); }, published_.findings) &&
        // All there are by then: the feed begins with what is open.
        ended_.for_each([&](const FlowSummary& flow) { pause(), all.on_flow(flow); });
    if (!read) {
        return Error{fmt::format("Cannot read back rows from a temporary file in {}. Look after the disk.",
                                 printable(folder_->path()))};
    }
    reports.flows_ascend();
    Status status = feed(all);
    hosts_left_out_ = reports.hosts_left_out();
    return status;
}

// Events must not wait while rows are written.
void LiveReports::pause() {
    constexpr unsigned kRowsWithoutPause = 1024;
    if (++rows_since_pause_ % kRowsWithoutPause == 0) options_.meanwhile();
}

bool LiveReports::rotation_due(Nanoseconds now) const {
    if (rotate_not_before_ != kNoTime && now < rotate_not_before_) return false;
    if (boundary_ && now >= *boundary_) return true;
    std::uint64_t bytes = ended_.bytes() + segments_.bytes();
    for (const auto& log : events_) bytes += log->file.bytes();
    return options_.rotation.bytes != 0 && bytes >= options_.rotation.bytes;
}

bool LiveReports::rotate(const Feed& feed, Nanoseconds now) {
    settle();
    const Status status = end_period(feed);
    if (!status) {
        rotate_trouble_.note(status.error().message);
        rotate_not_before_ = now + kRotateAgainAfter;
        return false;
    }
    rotate_trouble_.over(
        fmt::format("A period of the reports in {} could be ended.", printable(folder_->path())));
    begin_period(now);
    for (const auto& log : events_) log->file.close();
    if (const Status opened = open_events(); !opened) event_trouble_.note(opened.error().message);
    return true;
}

Status LiveReports::end_period(const Feed& feed) {
    if (!publish(feed)) {
        // The oldest period goes anyway: perhaps that is the space that is missing.
        const bool freed = options_.keep != 0 && keep_latest(*folder_, options_.keep - 1).ok();
        if (!freed || !publish(feed)) return Error{"A period goes on: its reports cannot be written."};
    }
    Status status = move_reports(*folder_, began_);
    if (status && options_.keep != 0) {
        if (const Status kept = keep_latest(*folder_, options_.keep); !kept) {
            rotate_trouble_.note(kept.error().message);
        }
    }
    return status;
}

bool LiveReports::lost_something() const {
    return rows_lost() != 0 || event_trouble_.ever() || log_trouble_.ever() || publish_trouble_.ever() ||
           rotate_trouble_.ever();
}

std::uint64_t LiveReports::rows_lost() const {
    std::uint64_t lost = ended_.lost() + segments_.lost() + findings_.lost();
    for (const auto& log : events_) lost += log->file.lost();
    return lost;
}

}  // namespace deadpeer
