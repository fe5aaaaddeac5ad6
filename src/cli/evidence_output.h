// EvidenceOutput: where evidence captures (--evidence) go, and what they need of the analysis.
//
// Lifetime: settings must outlive it.
// Threads:  one thread at a time.
// Errors:   finished sentences.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "cli/settings.h"
#include "evidence/evidence_captures.h"
#include "report/storage/report_folder.h"

namespace deadpeer::cli {

class EvidenceOutput {
public:
    explicit EvidenceOutput(const Settings& settings) : settings_(settings) {}

    // Before the sandbox. An error where another run writes to the folder, or a capture would take the place
    // of an input. `reports`: the folder of the reports, which may be the same; may be null.
    Status open(const ReportFolder* reports);
    [[nodiscard]] const ReportFolder& folder() const { return *folder_; }

    // `anonymiser`: must outlive this; may be null. REQUIRES: open().
    [[nodiscard]] EvidenceCaptures& begin(EvidenceCaptures::Reopen reopen, Anonymiser* anonymiser);

    // For the summary: where they are, and what is missing. REQUIRES: begin().
    [[nodiscard]] std::string text() const;

private:
    const Settings& settings_;
    std::unique_ptr<ReportFolder> folder_;
    std::unique_ptr<EvidenceCaptures> captures_;
};

}  // namespace deadpeer::cli
