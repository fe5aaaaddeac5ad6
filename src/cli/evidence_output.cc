#include "cli/evidence_output.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "report/grouped.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

bool is_same_folder(int a, int b) {
    struct stat one = {};
    struct stat other = {};
    return ::fstat(a, &one) == 0 && ::fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

// An input that is called as a capture of ours is, in the same folder or below it.
bool would_go(const std::string& input, const std::string& folder) {
    std::error_code error;
    if (std::filesystem::equivalent(input, folder, error)) return true;
    const std::filesystem::path path(input);
    if (!is_evidence_file_name(path.filename().native())) return false;
    const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
    return std::filesystem::equivalent(parent, folder, error);
}

}  // namespace

Status EvidenceOutput::open(const ReportFolder* reports) {
    auto folder = ReportFolder::open(settings_.evidence, "evidence");
    if (!folder) return folder.error();
    folder_ = std::move(folder).value();
    const bool shared = reports != nullptr && is_same_folder(folder_->descriptor(), reports->descriptor());
    if (!shared && !folder_->lock())
        return Error{
            fmt::format("another run is writing to {}; wait for it, or choose another folder with "
                        "--evidence",
                        settings_.evidence)};
    for (const std::string& input : settings_.inputs) {
        if (would_go(input, settings_.evidence))
            return Error{fmt::format("--evidence {} may replace {}, an input; choose another folder",
                                     settings_.evidence, input)};
    }
    return success();
}

EvidenceCaptures& EvidenceOutput::begin(EvidenceCaptures::Reopen reopen, Anonymiser* anonymiser) {
    captures_ = std::make_unique<EvidenceCaptures>(*folder_, std::move(reopen), anonymiser);
    return *captures_;
}

std::string EvidenceOutput::text() const {
    std::string text = fmt::format("Evidence: {} ({})\n", printable(settings_.evidence),
                                   counted(captures_->files(), "capture", "captures"));
    if (captures_->left_out() > 0)
        text += fmt::format("Left out of it for lack of room: {}\n",
                            counted(captures_->left_out(), "incident", "incidents"));
    return text;
}

}  // namespace deadpeer::cli
