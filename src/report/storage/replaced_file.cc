#include "report/storage/replaced_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "report/reports.h"
#include "report/text/text.h"

namespace deadpeer {

Result<ReplacedFile> ReplacedFile::open(const std::string& path, const Kind& kind) {
    const std::size_t slash = path.find_last_of('/');
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    const std::string parent =
        slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    struct stat there = {};
    if (name.empty() || (::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode)))
        return Error{fmt::format("Cannot write {} to {}: it names a folder.", kind.what, printable(path))};
    auto folder = ReportFolder::open(parent, kind.what, kind.folder_mode);
    if (!folder) return folder.error();
    return ReplacedFile(std::move(folder).value(), name, kind.mode);
}

ReplacedFile::ReplacedFile(std::unique_ptr<ReportFolder> folder, std::string name, unsigned mode)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      temporary_(ReportFolder::temporary_name(fmt::format("{}.{:08x}", name_, std::random_device()()))),
      mode_(mode) {}

bool ReplacedFile::would_replace_report(const ReportFolder& reports) const {
    struct stat ours {};
    struct stat theirs {};
    const bool same_folder = ::fstat(folder_->descriptor(), &ours) == 0 &&
                             ::fstat(reports.descriptor(), &theirs) == 0 && ours.st_dev == theirs.st_dev &&
                             ours.st_ino == theirs.st_ino;
    const std::vector<std::string> names = file_names();
    return same_folder && std::ranges::find(names, name_) != names.end();
}

Status ReplacedFile::write(std::string_view text) {
    return write([text](Output& output) {
        output.append(text);
        return success();
    });
}

Status ReplacedFile::write(const std::function<Status(Output&)>& fill) {
    const Result<int> descriptor = folder_->create(name_, temporary_, mode_);
    if (!descriptor) return descriptor.error();
    Output output(descriptor.value());
    Status status = fill(output);
    output.flush();
    if (status && output.error() != 0) {
        status = Error{fmt::format("Cannot write {}/{}: {}.", printable(folder_->path()), printable(name_),
                                   std::strerror(output.error()))};
    }
    if (status) status = folder_->publish();
    folder_->discard();
    return status;
}

}  // namespace deadpeer
