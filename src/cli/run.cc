#include "cli/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "capture/open.h"
#include "cli/bounded_source.h"
#include "cli/confine.h"
#include "cli/input_files.h"
#include "cli/live_run.h"
#include "cli/locked_folder.h"
#include "cli/progress.h"
#include "cli/readable_link_types.h"
#include "cli/refused_source.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "deadpeer/analyzer.h"
#include "report/fan_out.h"
#include "report/summary.h"
#include "report/text.h"

namespace deadpeer::cli {
namespace {

// Names in the filter are looked up now, for all that may come.
capture::FrameFilter compiled(const std::string& expression) {
    capture::FrameFilter filter(expression);
    if (!filter.active()) return filter;
    filter.compile(readable_link_types());
    return filter;
}

class Run {
public:
    Run(const Settings& settings, const Tables& tables)
        : settings_(settings),
          csv_(settings.csv),
          fail_on_(settings.fail_on),
          filter_(compiled(settings.filter)),
          inputs_(settings.inputs),
          frames_left_(settings.frame_limit),
          progress_(!settings.quiet) {
        csv_.knowledge = &tables.knowledge;
        csv_.inventory = &tables.inventory;
    }

    ExitCode go();

private:
    struct Refused {
        std::string input;
        std::string reason;
    };

    bool confine();
    void read(std::size_t place);
    void refuse(const std::string& input, const std::string& reason);
    bool start();
    bool open_reports();
    void enter_refused();
    void feed(BoundedSource& source, const std::string& input);
    void conclude(const BoundedSource& source, const std::string& input, ReadStatus status);
    void finish();
    void tell_summary();

    // A message for standard error, made printable.
    void complain(const std::string& message) {
        progress_.clear();
        print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
    }
    void note(ExitCode code) { code_ = worse_of(code_, code); }
    [[nodiscard]] bool cannot_go_on() const { return cannot_start_ || (reports_ && reports_->failed()); }

    const Settings& settings_;
    CsvOptions csv_;  // with the tables
    FailOnSink fail_on_;
    const capture::FrameFilter filter_;
    InputFiles inputs_;
    std::optional<std::variant<std::unique_ptr<ReportFolder>, Answer>> folder_;  // until the reports begin
    std::string sandbox_;                                                        // what to tell of it
    std::optional<std::uint64_t> frames_left_;
    Progress progress_;
    ExitCode code_ = ExitCode::kOk;
    bool cannot_start_ = false;
    std::vector<Refused> refused_;
    Summary summary_;
    std::unique_ptr<CsvReports> reports_;  // null without -o
    std::unique_ptr<FanOut> sinks_;
    std::uint32_t input_ = 0;             // the analyzer's index of the one at hand
    std::unique_ptr<Analyzer> analyzer_;  // null until an input could be opened
};

ExitCode Run::go() {
    finish_when_stopped();
    if (!confine()) return ExitCode::kNotWritten;
    std::size_t unread = settings_.inputs.size();
    for (std::size_t i = 0; i < settings_.inputs.size(); ++i) {
        if (cannot_go_on() || stop_requested() || frames_left_ == 0) break;
        --unread;
        read(i);
    }
    if (unread > 0 && stop_requested()) {
        complain(fmt::format("stopped by a signal; {} input{} not read", unread, unread == 1 ? "" : "s"));
        note(ExitCode::kIncomplete);
    }
    if (cannot_start_) return code_;
    if (analyzer_ == nullptr) return ExitCode::kNothingRead;
    finish();
    return code_;
}

// Gives up what reading does not need, once all is open that may need it.
bool Run::confine() {
    if (!settings_.output.empty() && !settings_.to_standard_output()) {
        folder_ = open_locked_folder(settings_.output);
    }
    const auto* opened = folder_ ? std::get_if<std::unique_ptr<ReportFolder>>(&*folder_) : nullptr;
    const auto confined =
        confine_for_files(settings_, opened != nullptr ? opened->get() : nullptr, inputs_.late());
    if (!confined) {
        complain(confined.error().message);
        return false;
    }
    sandbox_ = confined.value().text;
    if (!settings_.quiet && !confined.value().warning.empty()) complain(confined.value().warning);
    return true;
}

void Run::read(std::size_t place) {
    const std::string& input = settings_.inputs[place];
    OpenOptions options;
    options.filter = filter_;
    options.keep_waiting = [] { return !stop_requested(); };
    if (const auto descriptor = inputs_.take(place)) {
        if (!descriptor->ok()) return refuse(input, descriptor->error().message);
        options.descriptor = descriptor->value();
    }
    Result<std::unique_ptr<PacketSource>> opened = open_capture(input, options);
    if (!opened) return refuse(input, opened.error().message);
    PacketSource& inner = *opened.value();
    const std::string unreadable = unreadable_link_type(inner);
    if (!unreadable.empty()) return refuse(input, fmt::format("{} {}", input, unreadable));
    if (!start()) return;
    BoundedSource source(inner, frames_left_, stop_requested);
    feed(source, input);
}

void Run::refuse(const std::string& input, const std::string& reason) {
    complain(reason);
    note(ExitCode::kIncomplete);
    refused_.push_back({input, reason});
    if (analyzer_ != nullptr) enter_refused();
}

// Gives refused inputs their place in the order of inputs.
void Run::enter_refused() {
    for (const Refused& refused : refused_) {
        const std::uint32_t index = analyzer_->begin_input(refused.input);
        analyzer_->end_input(index, RefusedSource(refused.reason), InputSummary::Outcome::kRefused);
    }
    refused_.clear();
}

// Reports begin with the first input that could be opened: a refused input leaves no trace.
bool Run::start() {
    if (analyzer_ != nullptr) return true;
    if (!settings_.output.empty() && !open_reports()) {
        cannot_start_ = true;
        return false;
    }
    std::vector<ReportSink*> sinks;
    if (reports_ != nullptr) sinks.push_back(reports_.get());
    sinks.push_back(&summary_);
    if (!settings_.fail_on.empty()) sinks.push_back(&fail_on_);
    sinks_ = std::make_unique<FanOut>(std::move(sinks));
    analyzer_ = std::make_unique<Analyzer>(settings_.analyzer, *sinks_);
    enter_refused();
    return true;
}

bool Run::open_reports() {
    if (settings_.to_standard_output()) {
        reports_ = CsvReports::to_descriptor(STDOUT_FILENO, *settings_.report, temporary_folder(), csv_);
        return true;
    }
    auto folder = std::move(*folder_);
    if (const Answer* refusal = std::get_if<Answer>(&folder)) {
        complain(refusal->text);
        note(refusal->code);
        return false;
    }
    auto reports = CsvReports::to_folder(std::get<0>(std::move(folder)), csv_);
    if (!reports) {
        complain(reports.error().message);
        note(ExitCode::kNotWritten);
        return false;
    }
    reports_ = std::move(reports).value();
    return true;
}

void Run::feed(BoundedSource& source, const std::string& input) {
    input_ = analyzer_->begin_input(input);
    progress_.begin(input);
    const auto batch = std::make_unique<FrameBatch>();
    ReadStatus status = source.next(*batch);
    while (status == ReadStatus::kFrames && !cannot_go_on()) {
        analyzer_->consume(batch->view(), input_);
        progress_.update(source.stats());
        status = source.next(*batch);
    }
    progress_.clear();
    conclude(source, input, status);
}

void Run::conclude(const BoundedSource& source, const std::string& input, ReadStatus status) {
    using Outcome = InputSummary::Outcome;
    Outcome outcome = Outcome::kComplete;
    if (status == ReadStatus::kTruncated || status == ReadStatus::kFailed) outcome = Outcome::kTruncated;
    if (status == ReadStatus::kDamaged) outcome = Outcome::kDamaged;
    analyzer_->end_input(input_, source, outcome);
    if (outcome == Outcome::kComplete) return;
    complain(fmt::format("{} is {} at {}; everything before that is reported", input,
                         outcome == Outcome::kDamaged ? "damaged" : "truncated", source.status_detail()));
    note(status == ReadStatus::kFailed ? ExitCode::kCaptureFailed : ExitCode::kIncomplete);
}

void Run::finish() {
    const Status written = analyzer_->finish();
    if (!written) {
        // A reader that had enough (`| head`) needs no message.
        if (!reports_->reader_left()) complain(written.error().message);
        return note(ExitCode::kNotWritten);
    }
    if (fail_on_.matched()) note(ExitCode::kFailOn);
    if (!settings_.quiet) return tell_summary();
    // A report that lacks something is no matter to be quiet about.
    if (const std::string forgotten = summary_.forgotten(); !forgotten.empty()) complain(forgotten);
}

void Run::tell_summary() {
    std::string text = summary_.text({.verbose = settings_.verbose, .inventory = csv_.inventory});
    if (reports_ != nullptr && reports_->hosts_left_out() > 0) {
        text +=
            fmt::format("hosts.csv is incomplete: no memory for {} entries\n", reports_->hosts_left_out());
    }
    if (reports_ != nullptr && !settings_.to_standard_output()) {
        text += fmt::format("Reports: {}\n", printable(settings_.output));
    }
    if (settings_.verbose || !settings_.sandbox) text += sandbox_ + '\n';
    const bool printed = print(settings_.to_standard_output() ? STDERR_FILENO : STDOUT_FILENO, text);
    // Without reports the summary is all there is.
    if (!printed && reports_ == nullptr) note(ExitCode::kNotWritten);
}

}  // namespace

ExitCode run(const Settings& settings) {
    const Result<Tables> tables = load_tables(settings.tables);
    if (!tables) {
        print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(tables.error().message)));
        return ExitCode::kUsage;
    }
    return settings.live ? run_live(settings, tables.value()) : Run(settings, tables.value()).go();
}

}  // namespace deadpeer::cli
