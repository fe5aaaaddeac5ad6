// A filter at the end of the command line, as tcpdump takes it: `deadpeer -r x host 10.0.0.1`.
//
// What:    it begins with the first word that filters begin with (host, tcp, not, ...) and that is no file,
//          if none of the words after it is a file. Any other word is the name of an input, so that a slip
//          of the pen in one is no filter, and is not looked up as the name of a host.
// Threads: any.
#pragma once

#include "cli/raw_options.h"

namespace deadpeer::cli {

// Moves it from the inputs to the filter, if there is one and -f gives none.
void take_trailing_filter(RawOptions& words);

}  // namespace deadpeer::cli
