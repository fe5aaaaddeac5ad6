// Period folders: where the reports of finished periods go: DIR/20261121T060000Z/, named after their begin,
// UTC.
//
// What:     move_reports() gives a period its folder. It is always a new one: a second period that began in
//           the same second goes to DIR/20261121T060000Z-2/, so that nothing is overwritten. keep_latest()
//           removes the oldest: only folders with names of that form, no links, and in them only our reports;
//           a folder with anything else in it stays.
// Threads:  one thread at a time.
// Errors:   finished sentences with the path and the system's reason. After a failure reports may be in both
//           places, each whole.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "deadpeer/time.h"
#include "report/storage/report_folder.h"

namespace deadpeer {

// "20261121T060000Z"; of the second that began in that second "20261121T060000Z-2".
std::string period_name(Nanoseconds began, unsigned number = 1);

// Moves every report of ours into a new folder of the period. No report: no folder; nor where something that
// is no file has a report's name.
Status move_reports(const ReportFolder& folder, Nanoseconds began);

// The same for reports that an earlier run left, which is asked when it began: the first time in its
// capture.csv or events.csv, or else when events.csv was changed last. Part of a row at the end of events.csv
// is cut off.
Status move_earlier_reports(const ReportFolder& folder);

// Removes period folders until `keep` are left; empty ones go and do not count.
Status keep_latest(const ReportFolder& folder, std::size_t keep);

// Whether the folder holds nothing but reports: those of the latest period, killed runs' temporary files, and
// period folders.
bool holds_only_reports(const ReportFolder& folder);

// Gives the folder and the reports in it to another user. REQUIRES: holds_only_reports().
Status give_reports(const ReportFolder& folder, uid_t user, gid_t group);

}  // namespace deadpeer
