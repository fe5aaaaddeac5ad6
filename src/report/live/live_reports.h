// LiveReports: the reports of a capture that goes on for weeks.
//
// What:     events.csv grows by each event as it is told, one write(2) a row. The others are an offline
//           report of everything known, written anew by publish() and at the end: each appears whole or stays
//           as it was. A period ends with rotate(): its reports move into DIR/20261121T060000Z/ (when it
//           began, UTC), and open connections go on into the next. Reports of an earlier run, killed ones
//           included, are moved aside in the same way by open().
// Order:    events stand in the order in which they became known, which is nearly that of their times.
// Formats:  those with a file for each report.
// Memory:   bounded: what ended in a period waits in temporary files without names.
// Lifetime: the sources and the analyzer belong to the caller; tables in the options must outlive this.
// Threads:  one thread at a time.
// Errors:   a full or broken disk ends nothing: it is told once per cause, tried again each time, and what
//           had to be left out is counted. Who moves, shortens or deletes events.csv gets a new one, and a
//           sentence.
// Sandbox:  write, read, pwrite64, pread64, ftruncate, fsync, fdatasync, openat, renameat, renameat2,
//           unlinkat, mkdirat, newfstatat, fstat, getdents64, lseek, fcntl, close; all names are below the
//           folder's descriptor.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "deadpeer/sink.h"
#include "report/csv/csv_reports.h"
#include "report/csv/row_log.h"
#include "report/live/recent_rows.h"
#include "report/live/rotation.h"
#include "report/storage/append_file.h"
#include "report/storage/report_folder.h"
#include "report/trouble.h"

namespace deadpeer {

struct LiveReportOptions {
    CsvOptions csv = {};
    Rotation rotation = {};
    std::size_t keep = 0;                     // finished periods that stay; 0: all
    Nanoseconds sync_interval = 5 * kSecond;  // events are durable after so long
    // Gets finished sentences for standard error, one per cause.
    std::function<void(const std::string&)> complain = [](const std::string&) {};
    // How many frames an input has lost so far.
    std::function<std::uint64_t(std::uint32_t file)> lost_frames = [](std::uint32_t) { return 0; };
    // A report that publish() writes beside the others, of the same rows but segments; null: none.
    std::function<std::unique_ptr<ReportSink>()> beside = [] { return nullptr; };
    // Called now and then while publish() takes its time: the capture can go on, and tell what it finds.
    std::function<void()> meanwhile = [] {};
};

// Publishing shall take no more than a tenth of the time: how long to wait after one that took `took`.
constexpr Nanoseconds until_next_publication(Nanoseconds interval, Nanoseconds took) {
    return std::max(interval, 10 * took);
}

class LiveReports final : public ReportSink {
public:
    // Tells the sink how the inputs that go on and their open connections stand, up to and with its finish():
    // Analyzer::snapshot().
    using Feed = std::function<Status(ReportSink& sink)>;

    // REQUIRES: the folder's lock is held. `now` begins the first period.
    // Moves reports of an earlier run aside. Open it inside of the sandbox, as the user who will own the
    // files.
    static Result<std::unique_ptr<LiveReports>> open(std::unique_ptr<ReportFolder> folder,
                                                     const LiveReportOptions& options, Nanoseconds now);

    void on_input_begin(std::uint32_t file, const std::string& name) override;
    void on_input_end(std::uint32_t file, const InputSummary& summary) override;
    SegmentRowId on_segment(const SegmentRow& row) override;
    // Rows of an earlier period stay as they were.
    void update_segment(SegmentRowId id, const SegmentRow& row) override;
    void on_finding(const Finding& finding) override;
    void on_flow(const FlowSummary& flow) override;
    // The last publication, from what was told: Analyzer::finish() tells every open connection before.
    Status finish(const RunSummary& run) override;

    // Tries again what could not be written, and makes events durable when that is due. Cheap: call it
    // whenever the loop turns.
    void flush(Nanoseconds now);

    // All but events.csv as they are now: a segment until now, a connection as it stands when
    // its row is written, or as it ended before that. What goes wrong was told already.
    bool publish(const Feed& feed);

    // When rotate() is due: a boundary passed, or the size was reached. After a failure not before another
    // minute.
    [[nodiscard]] bool rotation_due(Nanoseconds now) const;
    [[nodiscard]] std::optional<Nanoseconds> next_boundary() const { return boundary_; }
    // Publishes, moves the reports into the period's folder, removes periods beyond `keep`, and begins the
    // next period. If that fails the period goes on. Also for SIGHUP.
    bool rotate(const Feed& feed, Nanoseconds now);

    // Something could not be written when it was due. The exit code shall say it, even if all was made good.
    [[nodiscard]] bool lost_something() const;
    [[nodiscard]] std::uint64_t rows_lost() const;
    // False once somebody has removed their folder.
    [[nodiscard]] bool have_a_folder() const { return folder_->is_there(); }
    // A sentence about what the latest hosts.csv had no memory for; empty if there was enough.
    [[nodiscard]] const std::string& hosts_left_out() const { return hosts_left_out_; }

private:
    LiveReports(std::unique_ptr<ReportFolder> folder, const LiveReportOptions& options, Nanoseconds now);

    struct Input {
        std::string name;
        std::optional<InputSummary> summary;  // once it ended
    };
    // How many rows the period has at the moment when its reports begin to be written. Those that come
    // meanwhile belong to the next; only a connection that ends then may stand in both.
    struct Rows {
        std::uint64_t segments = 0;
        std::uint64_t ended = 0;
        std::uint64_t findings = 0;
    };
    // events.csv, and the like in other formats: a row at a time.
    struct EventLog {
        EventLog(const ReportFolder& folder, Format format, const CsvOptions& options);

        ColumnTables columns;
        Output row{-1};
        std::unique_ptr<RowWriter> rows;
        AppendFile file;
    };
    void begin_period(Nanoseconds now);
    [[nodiscard]] Status open_events();
    void settle();
    void settle_events();
    void write_evidence(const NamedFrame& frame, std::int64_t stream);
    void hand_on_notice();
    void pause();
    Status write_reports(const Feed& feed);
    Status end_period(const Feed& feed);

    LiveReportOptions options_;
    std::unique_ptr<ReportFolder> folder_;
    std::vector<std::unique_ptr<EventLog>> events_;
    CommunityId community_id_;
    Explanation explanation_;  // of the row that is written
    FileCells files_;
    RowLog<FlowSummary> ended_;
    RowLog<SegmentRow> segments_;
    RecentRows recent_;
    RowLog<Finding> findings_;  // for incidents.csv and hosts.csv
    std::vector<Input> inputs_;
    Trouble event_trouble_;
    Trouble log_trouble_;
    Trouble publish_trouble_;
    Trouble rotate_trouble_;
    Nanoseconds began_ = kNoTime;
    Nanoseconds sync_at_ = kNoTime;
    std::optional<Nanoseconds> boundary_;
    Nanoseconds rotate_not_before_ = kNoTime;
    SegmentRowId first_segment_ = 0;  // of this period
    Rows published_;
    unsigned rows_since_pause_ = 0;
    std::string hosts_left_out_;
};

}  // namespace deadpeer
