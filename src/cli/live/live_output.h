// LiveOutput: everything that a live capture tells while it runs and when it ends: reports, events on
// standard output, metrics, the summary.
//
// What:     open() before the sandbox, start() in it, then the analyzer tells sink(). The rest is called by
//           the loop of the capture.
// Lifetime: settings and tables must outlive it.
// Threads:  one thread at a time.
// Errors:   told through `complain` as they come; what they mean for the exit code: code().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/alerts/alert_sink.h"
#include "cli/exit_code.h"
#include "cli/fail_on.h"
#include "cli/html_output.h"
#include "cli/live/event_printer.h"
#include "cli/live/event_rows.h"
#include "cli/settings.h"
#include "cli/tables.h"
#include "cli/tally.h"
#include "report/anonymous/anonymous_sink.h"
#include "report/columns/selected_rows.h"
#include "report/fan_out.h"
#include "report/live/live_reports.h"
#include "report/live/metrics.h"
#include "report/live/row_limiter.h"
#include "report/text/summary.h"
#include "report/trouble.h"

namespace deadpeer::cli {

class LiveOutput {
public:
    using Complain = std::function<void(const std::string&)>;
    using Feed = LiveReports::Feed;

    LiveOutput(const Settings& settings, const Tables& tables, Complain complain);

    // Opens the folder of the reports and that of the metrics. False: code() says why.
    bool open();
    // What it needs of the capture while it runs.
    struct Needs {
        // Called now and then while something takes long; it may go on with the analysis.
        std::function<void()> meanwhile;
        // Is the input, by its index, up?
        std::function<bool(std::size_t)> can_capture = [](std::size_t) { return true; };
        // Of the input, so far.
        std::function<std::uint64_t(std::uint32_t)> lost_frames = [](std::uint32_t) { return 0; };
        std::string one_input = {};  // see LiveNumbers
        Alerts* alerts = nullptr;    // where events go, too; null: nowhere
    };
    // Begins the reports. False: likewise.
    bool start(Nanoseconds now, Needs needs);

    // REQUIRES: started, for all of these.
    [[nodiscard]] ReportSink& sink() { return anonymous_ ? static_cast<ReportSink&>(*anonymous_) : *sinks_; }
    // Time passed: makes events durable, ends minutes.
    void turn(Nanoseconds now);
    // Is there anything that publish() would write?
    [[nodiscard]] bool publishes() const { return reports_ != nullptr || metrics_.has_value(); }
    void publish(const Feed& feed, Nanoseconds now);
    // When the period of the reports ends, if that depends on the time.
    [[nodiscard]] std::optional<Nanoseconds> next_boundary() const;
    [[nodiscard]] bool rotation_due(Nanoseconds now) const;
    void rotate(const Feed& feed, Nanoseconds now);
    // One line: frames, connections, events, losses, memory.
    [[nodiscard]] std::string statistics(const Feed& feed, Nanoseconds now) const;
    // Nobody reads standard output any more, and it is all that is written.
    [[nodiscard]] bool output_closed() const;

    // REQUIRES: Analyzer::finish() answered `finished`. `sandbox`: what the summary says of it.
    void conclude(const Status& finished, Nanoseconds now, const std::string& sandbox);

    // The folders that must stay writable: of the reports, of the metrics, as far as there are any.
    // REQUIRES: not started.
    [[nodiscard]] std::vector<const ReportFolder*> folders() const;
    // That of the reports, or null.
    std::unique_ptr<ReportFolder> give_up_folder() { return std::move(folder_); }
    // The file of --html.
    std::optional<ReplacedFile> give_up_page() { return html_ ? html_->give_up_file() : std::nullopt; }

    [[nodiscard]] ExitCode code() const { return code_; }

private:
    bool fail(ExitCode code, const std::string& why);
    void open_sinks();
    [[nodiscard]] Feed hiding(const Feed& feed) const;
    [[nodiscard]] std::string segments_left_out_text() const;
    [[nodiscard]] bool standard_output_failed() const;
    bool write_metrics(const Tally& ended, const Tally& open, Nanoseconds now);
    void report_summary(const std::string& sandbox);

    const Settings& settings_;
    CsvOptions csv_;  // with the tables
    Complain complain_;
    ExitCode code_ = ExitCode::kOk;
    std::unique_ptr<ReportFolder> folder_;  // until the reports begin
    std::optional<ReplacedFile> metrics_;
    std::optional<HtmlOutput> html_;  // --html
    Trouble metrics_trouble_;
    Needs needs_;
    Nanoseconds started_ = kNoTime;
    Nanoseconds last_publication_ = kNoTime;
    std::uint64_t publications_ = 0;
    std::uint64_t publications_failed_ = 0;
    std::unique_ptr<LiveReports> reports_;   // null without -o DIR
    std::unique_ptr<EventPrinter> printer_;  // --print
    std::unique_ptr<EventRows> event_rows_;  // -o -
    std::unique_ptr<AlertSink> alert_sink_;  // null without alerts
    std::unique_ptr<FanOut> rows_;
    std::unique_ptr<RowLimiter> limiter_;     // null without rows
    std::unique_ptr<SelectedRows> selected_;  // before it; null where it gets what is told
    Tally ended_;
    Summary summary_;
    FailOnSink fail_on_;
    std::unique_ptr<FanOut> sinks_;
    std::unique_ptr<Anonymiser> anonymiser_;  // --anonymise
    std::optional<AnonymousSink> anonymous_;  // before the sinks, where there is one
};

}  // namespace deadpeer::cli
