// Reports of a few columns, as text and as folders.
#pragma once

#include <string>
#include <vector>

#include "report/temporary_folder.h"

namespace deadpeer {

inline const std::string kFlowsHeader =
    "stream,initiator,initiator_port,responder,responder_port,first_utc,verdict,verdict_frame,roles\n";
inline const std::string kEventsHeader = "event,subject,subject_port,peer,time_utc\n";
inline const std::string kHostsHeader = "host,name,keepalive_idle_s,keepalive_interval_s,keepalive_count\n";

// What stands below the headers.
struct ReportTexts {
    std::string flows = {};
    std::string events = {};
    std::string hosts = {};
};

inline void write_reports(const std::string& folder, const ReportTexts& texts) {
    std::filesystem::create_directory(folder);
    write_file(folder + "/flows.csv", kFlowsHeader + texts.flows);
    write_file(folder + "/events.csv", kEventsHeader + texts.events);
    write_file(folder + "/hosts.csv", kHostsHeader + texts.hosts);
}

}  // namespace deadpeer
