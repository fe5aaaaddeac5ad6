// FollowMark: the file in the report folder that says which files --follow has taken.
//
// Threads: one thread at a time.
// Errors:  finished sentences.
#pragma once

#include <memory>
#include <string>

#include "deadpeer/result.h"
#include "report/storage/report_folder.h"

namespace deadpeer::cli {

class FollowMark {
public:
    static constexpr const char* kName = ".follow";

    // REQUIRES: the folder is there, and this run holds its lock.
    static Result<std::unique_ptr<FollowMark>> open(const std::string& folder);

    // Empty if there is none that can be read.
    [[nodiscard]] std::string read() const;
    // Whole or not at all, and durable.
    [[nodiscard]] Status write(const std::string& mark);

private:
    explicit FollowMark(std::unique_ptr<ReportFolder> folder) : folder_(std::move(folder)) {}

    std::unique_ptr<ReportFolder> folder_;
};

}  // namespace deadpeer::cli
