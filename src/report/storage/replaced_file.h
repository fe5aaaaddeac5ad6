// ReplacedFile: a file that appears whole, and is replaced by whole ones.
//
//     auto file = ReplacedFile::open("/var/lib/node_exporter/deadpeer.prom", {.what = "metrics"});
//     ... file.value().write(text);
//
// What:    a temporary file beside it, fsync, rename. Its folder is opened (before a sandbox closes the way
//          there), or made; the file appears with the first write(). After a failure the old one is there
//          still. Other runs may write to the same folder, even to the same file.
// Threads: one thread at a time.
// Errors:  finished sentences with the path and the system's reason.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "report/storage/output.h"
#include "report/storage/report_folder.h"

namespace deadpeer {

class ReplacedFile {
public:
    struct Kind {
        const char* what;  // for messages: "metrics"
        unsigned mode = ReportFolder::kFileMode;
        unsigned folder_mode = ReportFolder::kFolderMode;  // of a folder that is made
    };
    static Result<ReplacedFile> open(const std::string& path, const Kind& kind);

    Status write(std::string_view text);
    // Piece by piece, in bounded memory. An error that `fill` answers leaves the old one there.
    Status write(const std::function<Status(Output&)>& fill);

    // Whether it bears the name of a report in that folder.
    [[nodiscard]] bool would_replace_report(const ReportFolder& reports) const;

    [[nodiscard]] const ReportFolder& folder() const { return *folder_; }

private:
    ReplacedFile(std::unique_ptr<ReportFolder> folder, std::string name, unsigned mode);

    std::unique_ptr<ReportFolder> folder_;
    std::string name_;
    std::string temporary_;  // this run's own
    unsigned mode_;
};

}  // namespace deadpeer
