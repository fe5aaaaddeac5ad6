// The sandbox of a run: which folders and which user the command line leaves it.
//
// Files:   a run that root started becomes the owner of the folder that it writes to; nobody if it writes
//          to none and has all its inputs open. Others stay who they are.
// Live:    -Z; nobody where root started it. A folder of root's that holds nothing but reports becomes that
//          user's. An interface that comes back is bound to by a process of its own.
// Alerts:  the log of the system is opened, and the command started, with what the process has before.
// Pipes:   what may turn out to be live is confined as a file is, but can do what a live capture does with
//          its folders. -Z names another user.
// Threads: call once, before any other thread starts.
// Errors:  finished sentences.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/live/live_capture.h"
#include "cli/alerts/alerts.h"
#include "cli/live/link_binder.h"
#include "cli/settings.h"
#include "deadpeer/result.h"
#include "report/storage/report_folder.h"

namespace deadpeer::cli {

struct Confinement {
    std::string text;     // for the summary
    std::string warning;  // for standard error, or empty
    std::unique_ptr<LinkBinder> binder = nullptr;
    Alerts alerts = {};
};

// `folders`: those of the reports, of the page and of evidence, as far as there are any. `late_inputs`: files
// that are not open yet.
Result<Confinement> confine_for_files(const Settings& settings,
                                      const std::vector<const ReportFolder*>& folders,
                                      const std::vector<std::string>& late_inputs);

// `folders`: that of the reports and that of the metrics, as far as there are any.
// `late_inputs`: as above.
Result<Confinement> confine_for_pipe(const Settings& settings,
                                     const std::vector<const ReportFolder*>& folders,
                                     const std::vector<std::string>& late_inputs = {});

// `user`: -Z, or empty. `folders`: that of the reports and that of the metrics, as far as there are any.
Result<Confinement> confine_for_live(const Settings& settings, const std::string& user,
                                     const std::vector<const ReportFolder*>& folders,
                                     const LiveCapture& live);

// Where rows wait that are printed and not written to a folder.
std::string temporary_folder();

// Called at the end of both; null but in programs that tests build.
extern void (*confined_hook)();

}  // namespace deadpeer::cli
