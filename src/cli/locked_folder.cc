#include "cli/locked_folder.h"

#include <fmt/format.h>

namespace deadpeer::cli {

std::variant<std::unique_ptr<ReportFolder>, Answer> open_locked_folder(const std::string& path) {
    auto folder = ReportFolder::open(path);
    if (!folder) return Answer{folder.error().message, ExitCode::kNotWritten};
    if (folder.value()->lock()) return std::move(folder).value();
    return Answer{
        fmt::format("another run is writing reports to {}; wait for it, or choose another folder with -o",
                    path),
        ExitCode::kNothingRead};
}

}  // namespace deadpeer::cli
