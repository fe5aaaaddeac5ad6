// flows.csv with the columns that a list of sockets is compared with.
#pragma once

#include <string>

#include "report/temporary_folder.h"

namespace deadpeer {

inline void write_flow_rows(const std::string& folder, const std::string& rows) {
    std::filesystem::create_directory(folder);
    write_file(folder + "/flows.csv",
               "stream,initiator,initiator_port,responder,responder_port,verdict,initiator_probes,"
               "initiator_keepalive_idle_s,initiator_keepalive_interval_s,initiator_keepalive_count,"
               "responder_probes,responder_keepalive_idle_s,responder_keepalive_interval_s,"
               "responder_keepalive_count\n" +
                   rows);
}

}  // namespace deadpeer
