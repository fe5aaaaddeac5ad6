// A difference as CSV.
//
// What:    one row for each difference; a host has one row for each setting that changed. Columns:
//          change, initiator, initiator_port, responder, responder_port, old_stream, new_stream,
//          verdict_frame, host, host_port, peer, name, what, old, new, initiator_name, responder_name. `what`
//          is what `old` and `new` are: verdict, a setting, or the verdict or event whose occurrences they
//          count.
// Threads: one thread at a time.
#pragma once

#include "diff/compare.h"
#include "report/columns/cells.h"

namespace deadpeer {

void write_difference(Cells& cells, const Difference& difference);

}  // namespace deadpeer
