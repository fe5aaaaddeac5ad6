#include "cli/file_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "cli/early_end.h"
#include "cli/locked_folder.h"
#include "cli/refused_source.h"
#include "cli/shortened_source.h"
#include "cli/standard_streams.h"
#include "report/text/text.h"

namespace deadpeer::cli {

FileOutput::FileOutput(const Settings& settings, const Tables& tables)
    : settings_(settings), csv_(settings.csv), fail_on_(settings.fail_on), progress_(!settings.quiet) {
    csv_.knowledge = &tables.knowledge;
    csv_.inventory = &tables.inventory;
    if (!settings.html.empty()) html_.emplace(settings, tables);
    if (!settings.evidence.empty()) evidence_.emplace(settings);
    if (settings.anonymise) anonymiser_ = std::make_unique<Anonymiser>(*settings.anonymise);
}

bool FileOutput::confine(const std::vector<std::string>& late_inputs) {
    if (!settings_.output.empty() && !settings_.to_standard_output()) {
        folder_ = open_locked_folder(settings_.output);
    }
    const auto* opened = folder_ ? std::get_if<std::unique_ptr<ReportFolder>>(&*folder_) : nullptr;
    const ReportFolder* reports = opened != nullptr ? opened->get() : nullptr;
    std::vector<const ReportFolder*> folders;
    if (reports != nullptr) folders.push_back(reports);
    Status status = success();
    if (html_ && (status = html_->open(reports))) folders.push_back(&html_->folder());
    if (status && evidence_ && (status = evidence_->open(reports))) folders.push_back(&evidence_->folder());
    if (!status) {
        complain(status.error().message);
        note(ExitCode::kNotWritten);
        return false;
    }
    auto confined = confine_for_files(settings_, folders, late_inputs);
    if (!confined) {
        complain(confined.error().message);
        note(ExitCode::kNotWritten);
        return false;
    }
    sandbox_ = confined.value().text;
    alerts_ = std::move(confined.value().alerts);
    if (!confined.value().warning.empty()) remark(confined.value().warning);
    return true;
}

void FileOutput::take_over(std::unique_ptr<ReportFolder> folder, std::optional<ReplacedFile> page,
                           Confinement sandbox) {
    if (html_) html_->take_over(std::move(page));
    if (folder != nullptr) folder_ = std::move(folder);
    sandbox_ = sandbox.text;
    alerts_ = std::move(sandbox.alerts);
}

void FileOutput::complain(const std::string& message) {
    progress_.clear();
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

void FileOutput::refuse(const std::string& input, const std::string& reason) {
    complain(reason);
    note(ExitCode::kIncomplete);
    refused_.push_back({input, reason});
    if (analyzer_ != nullptr) record_refused_inputs();
}

// Gives refused inputs their place in the order of inputs.
void FileOutput::record_refused_inputs() {
    for (const Refused& refused : refused_) {
        const std::uint32_t index = analyzer_->begin_input(refused.input);
        enter_ended(index,
                    {std::make_unique<RefusedSource>(refused.reason), InputSummary::Outcome::kRefused});
    }
    refused_.clear();
}

void FileOutput::enter_ended(std::uint32_t index, Ended ended) {
    ended_.emplace(index, std::move(ended));
    while (!ended_.empty() && ended_.begin()->first == entered_) {
        analyzer_->end_input(entered_++, *ended_.begin()->second.source, ended_.begin()->second.outcome);
        ended_.erase(ended_.begin());
    }
}

bool FileOutput::start() {
    if (analyzer_ != nullptr) return true;
    EvidenceCaptures* captures = evidence_ ? &evidence_->begin(reopen_, anonymiser_.get()) : nullptr;
    if (captures != nullptr)
        csv_.evidence_file = [captures](std::uint64_t incident) { return captures->file_of(incident); };
    if (!settings_.output.empty() && !open_reports()) {
        cannot_start_ = true;
        return false;
    }
    std::vector<ReportSink*> sinks;
    if (reports_ != nullptr && html_ && settings_.segment_rows != SegmentSelection::kAll) {
        selected_ = std::make_unique<SelectedRows>(*reports_, settings_.segment_rows);
        sinks.push_back(selected_.get());
    } else if (reports_ != nullptr) {
        sinks.push_back(reports_.get());
    }
    sinks.push_back(&summary_);
    if (html_) {
        html_report_ = html_->report();
        sinks.insert(sinks.end(), {&html_->ladders(), html_report_.get()});
    }
    if (captures != nullptr) sinks.push_back(captures);
    if (!settings_.fail_on.empty()) sinks.push_back(&fail_on_);
    if (alerts_.any()) {
        AlertSink::Needs needs = {[this](const std::string& message) { complain(message); }};
        alert_sink_ = std::make_unique<AlertSink>(alerts_, csv_, std::move(needs));
        sinks.push_back(alert_sink_.get());
    }
    sinks_ = std::make_unique<FanOut>(std::move(sinks));
    if (anonymiser_ != nullptr) anonymous_ = std::make_unique<AnonymousSink>(*sinks_, *anonymiser_);
    analyzer_ = std::make_unique<Analyzer>(
        settings_.analyzer, anonymous_ != nullptr ? static_cast<ReportSink&>(*anonymous_) : *sinks_);
    record_refused_inputs();
    return true;
}

bool FileOutput::open_reports() {
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

void FileOutput::end_input(std::uint32_t index, const std::string& input, const PacketSource& source,
                           std::span<const FrameView> unread, ReadStatus status) {
    using Outcome = InputSummary::Outcome;
    const Outcome outcome = outcome_of(status);
    enter_ended(index, {std::make_unique<ShortenedSource>(source, unread), outcome});
    if (outcome == Outcome::kComplete) return;
    complain(early_end(input, outcome, source.status_detail()));
    note(status == ReadStatus::kFailed ? ExitCode::kCaptureFailed : ExitCode::kIncomplete);
}

void FileOutput::finish() {
    const Status written = analyzer_->finish();
    if (!written) {
        // A reader that had enough (`| head`) needs no message.
        if (reports_ == nullptr || !reports_->reader_left()) complain(written.error().message);
        return note(ExitCode::kNotWritten);
    }
    if (reports_ != nullptr) {
        if (const std::string left_out = reports_->rows_left_out(); !left_out.empty()) complain(left_out);
    }
    if (fail_on_.matched()) note(ExitCode::kFailOn);
    if (!settings_.quiet) return report_summary();
    // A report that lacks something is no matter to be quiet about.
    if (const std::string forgotten = summary_.forgotten(); !forgotten.empty()) complain(forgotten);
}

void FileOutput::report_summary() {
    std::string text = summary_.text({.verbose = settings_.verbose, .inventory = csv_.inventory});
    if (reports_ != nullptr) {
        if (const std::string left_out = reports_->hosts_left_out(); !left_out.empty())
            text += left_out + '\n';
    }
    if (reports_ != nullptr && !settings_.to_standard_output()) {
        text += fmt::format("Reports: {}\n", printable(settings_.output));
    }
    if (evidence_) text += evidence_->text();
    if (html_) text += fmt::format("Incident report: {}\n", printable(settings_.html));
    if (settings_.verbose || !settings_.sandbox) text += sandbox_ + '\n';
    const bool printed = settings_.to_standard_output() ? print(STDERR_FILENO, text) : print_out(text);
    // Without reports the summary is all there is.
    if (!printed && reports_ == nullptr) note(ExitCode::kNotWritten);
}

}  // namespace deadpeer::cli
