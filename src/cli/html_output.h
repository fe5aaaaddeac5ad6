// HtmlOutput: where the incident report (--html) goes, and what it needs of the analysis.
//
// Lifetime: settings and tables must outlive it.
// Threads:  one thread at a time.
// Errors:   finished sentences.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/settings.h"
#include "cli/tables.h"
#include "report/html/html_report.h"
#include "report/storage/replaced_file.h"

namespace deadpeer::cli {

class HtmlOutput {
public:
    HtmlOutput(const Settings& settings, const Tables& tables);

    // Before the sandbox. An error where the file would replace a report of that folder, which may be null.
    Status open(const ReportFolder* reports);
    [[nodiscard]] const ReportFolder& folder() const { return file_->folder(); }
    // Instead: what another opened, and gives up.
    void take_over(std::optional<ReplacedFile> file) { file_ = std::move(file); }
    [[nodiscard]] std::optional<ReplacedFile> give_up_file() { return std::move(file_); }

    // Gets every segment.
    [[nodiscard]] LadderBook& ladders() { return ladders_; }
    // A sink whose finish() writes the page. REQUIRES: open() or take_over().
    [[nodiscard]] std::unique_ptr<ReportSink> report();

private:
    HtmlOptions options_;
    std::string path_;
    std::optional<ReplacedFile> file_;
    LadderBook ladders_;
};

}  // namespace deadpeer::cli
