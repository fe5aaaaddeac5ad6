// SlimRun: makes the slim files of a run, one input after the other.
//
// Files:   each appears whole, under its name, or not at all; one that is there already is replaced. What a
//          run that was killed had begun is removed by the one that makes the same slim file.
// Threads: one thread at a time.
// Errors:  told on standard error as they come; the exit code is the worst of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "capture/open.h"
#include "cli/exit_code.h"
#include "cli/input_files.h"
#include "cli/progress.h"
#include "cli/slim.h"
#include "report/storage/report_folder.h"
#include "slim/slim_writer.h"

namespace deadpeer::cli {

class SlimRun {
public:
    SlimRun(const SlimSettings& settings, InputFiles& files)
        : settings_(settings), files_(files), progress_(!settings.quiet) {}

    ExitCode go();

private:
    bool confine();
    void make(std::size_t place);
    void make(std::size_t place, PacketSource& source);
    bool copy(PacketSource& source, SlimWriter& writer, const Output& output, ReadStatus& status);
    [[nodiscard]] bool is_passed_over(std::size_t place) const;
    [[nodiscard]] OpenOptions open_options() const;
    [[nodiscard]] capture::SlimBeginning original(std::size_t place, const PacketSource& source) const;
    Result<int> create(const std::string& name);
    void remove_begun(const std::string& name);
    void end(const std::string& path, const PacketSource& source, ReadStatus status, SlimWriter& writer);
    bool publish(const Output& output, const std::string& name);
    void tell(const std::string& name, const PacketSource& source, const SlimWriter& writer);
    void complain(const std::string& message);
    void refuse(const std::string& reason);
    void note(ExitCode code) { code_ = worse_of(code_, code); }

    const SlimSettings& settings_;
    InputFiles& files_;
    Progress progress_;
    std::unique_ptr<ReportFolder> folder_;      // null: to standard output
    std::map<std::string, std::string> names_;  // of the captures whose slim files were made, and their paths
    std::vector<std::string> begun_;            // by earlier runs, or others
    std::vector<std::string> passed_over_;
    std::size_t made_ = 0;
    bool over_ = false;
    ExitCode code_ = ExitCode::kOk;
};

}  // namespace deadpeer::cli
