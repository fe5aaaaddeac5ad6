// CompareRun: reads two capture points and writes what comparing them tells.
//
// Files:   of one point they are read as one capture, by time, as the analysis reads them.
// Threads: one thread at a time.
// Errors:  told on standard error as they come; the exit code is the worst of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/file/unpacking_memory.h"
#include "capture/open.h"
#include "cli/compare.h"
#include "cli/exit_code.h"
#include "cli/input_files.h"
#include "cli/live/lanes.h"
#include "cli/progress.h"
#include "cli/tables.h"
#include "compare/capture_point.h"
#include "compare/comparison.h"
#include "deadpeer/analyzer.h"
#include "report/storage/report_folder.h"

namespace deadpeer::cli {

class CompareRun {
public:
    CompareRun(const CompareSettings& settings, const Knowledge& knowledge)
        : settings_(settings), knowledge_(knowledge), progress_(!settings.quiet) {}

    ExitCode go();

private:
    bool open_folder();
    bool confine(const InputFiles& a, const InputFiles& b);
    bool read_point(InputFiles& files, const std::string& word, comparing::CapturePoint& point);
    void open(InputFiles& files, std::size_t place, Analyzer& analyzer);
    void read_until(Nanoseconds time, Analyzer& analyzer);
    void end(const Lane& lane, Analyzer& analyzer);
    void write(const comparing::Comparison& comparison);
    [[nodiscard]] OpenOptions open_options() const;
    void complain(const std::string& message);
    void remark(const std::string& message) {
        if (!settings_.quiet) complain(message);
    }
    void refuse(const std::string& reason) {
        complain(reason);
        note(ExitCode::kIncomplete);
    }
    void note(ExitCode code) { code_ = worse_of(code_, code); }

    const CompareSettings& settings_;
    const Knowledge& knowledge_;
    Progress progress_;
    std::shared_ptr<capture::UnpackingMemory> unpacking_ = std::make_shared<capture::UnpackingMemory>();
    std::unique_ptr<ReportFolder> folder_;  // null: no reports
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::size_t read_ = 0;  // inputs of the point that is being read
    ExitCode code_ = ExitCode::kOk;
};

}  // namespace deadpeer::cli
