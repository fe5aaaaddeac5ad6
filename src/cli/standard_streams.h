// Standard input, output and error as the rest may rely on them.
//
// Threads: call before any other thread starts.
#pragma once

#include <string_view>

namespace deadpeer::cli {

// A descriptor 0, 1 or 2 that was closed before the start would be given to the next file opened, and
// messages would end in it. Closed ones are opened on /dev/null the wrong way round, so that reading standard
// input or writing standard output fails as it should.
void occupy_standard_descriptors();

// False and errno if not all could be written.
bool print(int descriptor, std::string_view text);

// To standard output; what went wrong is told on standard error.
bool print_out(std::string_view text);

// Tells why standard output could not be written; a reader that had enough (`| head`) needs no message.
void report_output_error(int error);

}  // namespace deadpeer::cli
