// The folder that the reports of a run go to, for this run alone.
//
// Errors: what to tell, without "deadpeer: " before it, and the exit code.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "cli/arguments.h"
#include "report/storage/report_folder.h"

namespace deadpeer::cli {

// Creates the folder if it is missing. The lock is held as long as the folder lives.
std::variant<std::unique_ptr<ReportFolder>, Answer> open_locked_folder(const std::string& path);

}  // namespace deadpeer::cli
