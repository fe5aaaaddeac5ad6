// FileOutput: where the analysis of files goes: the reports, the summary, messages and the exit code.
//
// Lifetime: settings and tables must outlive it.
// Threads:  one thread at a time.
// Errors:   told on standard error as they come; code() is the worst of them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cli/alerts/alert_sink.h"
#include "cli/arguments.h"
#include "cli/confine.h"
#include "cli/evidence_output.h"
#include "cli/exit_code.h"
#include "cli/fail_on.h"
#include "cli/html_output.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "cli/tables.h"
#include "deadpeer/analyzer.h"
#include "report/anonymous/anonymous_sink.h"
#include "report/columns/selected_rows.h"
#include "report/csv/csv_reports.h"
#include "report/fan_out.h"
#include "report/text/summary.h"

namespace deadpeer::cli {

class FileOutput {
public:
    FileOutput(const Settings& settings, const Tables& tables);

    // Gives up what reading does not need. False: it cannot.
    bool confine(const std::vector<std::string>& late_inputs);
    // Or somebody else did. `folder`, `page`: as opened; none without -o DIR, and without --html.
    void take_over(std::unique_ptr<ReportFolder> folder, std::optional<ReplacedFile> page,
                   Confinement sandbox);

    // How the evidence captures get at an input again. REQUIRES: before start(), where there are any.
    void read_again_by(EvidenceCaptures::Reopen reopen) { reopen_ = std::move(reopen); }

    // Reports begin with the first input that could be opened: a refused input leaves no trace. False: they
    // cannot be written.
    bool start();
    [[nodiscard]] bool started() const { return analyzer_ != nullptr; }
    // REQUIRES: started().
    [[nodiscard]] Analyzer& analyzer() { return *analyzer_; }

    // An input that cannot be read, in its place in the order of inputs.
    void refuse(const std::string& input, const std::string& reason);
    // `unread`: frames that the source handed out and nobody wanted. Rows of capture.csv stand in the order
    // of the indices, whichever input ends first.
    void end_input(std::uint32_t index, const std::string& input, const PacketSource& source,
                   std::span<const FrameView> unread, ReadStatus status);

    // A message for standard error, made printable.
    void complain(const std::string& message);
    // The same, if the user wants to read such.
    void remark(const std::string& message) {
        if (!settings_.quiet) complain(message);
    }
    void note(ExitCode code) { code_ = worse_of(code_, code); }
    [[nodiscard]] ExitCode code() const { return code_; }
    [[nodiscard]] bool cannot_go_on() const { return cannot_start_ || (reports_ && reports_->failed()); }
    [[nodiscard]] Progress& progress() { return progress_; }

    // REQUIRES: started(), and every input has ended.
    void finish();

private:
    struct Refused {
        std::string input;
        std::string reason;
    };

    struct Ended {
        std::unique_ptr<PacketSource> source;
        InputSummary::Outcome outcome;
    };

    bool open_reports();
    void record_refused_inputs();
    void enter_ended(std::uint32_t index, Ended ended);
    void report_summary();

    const Settings& settings_;
    CsvOptions csv_;  // with the tables
    FailOnSink fail_on_;
    std::optional<std::variant<std::unique_ptr<ReportFolder>, Answer>> folder_;  // until the reports begin
    std::string sandbox_;                                                        // what to tell of it
    Progress progress_;
    ExitCode code_ = ExitCode::kOk;
    bool cannot_start_ = false;
    std::vector<Refused> refused_;
    std::map<std::uint32_t, Ended> ended_;  // by index, from the first one on that has not ended
    std::uint32_t entered_ = 0;             // inputs before this index have ended, and the analyzer knows
    Summary summary_;
    std::unique_ptr<CsvReports> reports_;     // null without -o
    std::unique_ptr<SelectedRows> selected_;  // before them; null where they get what is told
    std::optional<HtmlOutput> html_;          // --html
    std::optional<EvidenceOutput> evidence_;  // --evidence
    EvidenceCaptures::Reopen reopen_;
    std::unique_ptr<ReportSink> html_report_;
    Alerts alerts_;
    std::unique_ptr<AlertSink> alert_sink_;  // null without alerts
    std::unique_ptr<FanOut> sinks_;
    std::unique_ptr<Anonymiser> anonymiser_;    // --anonymise
    std::unique_ptr<AnonymousSink> anonymous_;  // before the sinks, where there is one
    std::unique_ptr<Analyzer> analyzer_;        // null until an input could be opened
};

}  // namespace deadpeer::cli
