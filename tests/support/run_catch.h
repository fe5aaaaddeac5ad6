// run_catch: Catch2's command line program, whichever of its two generations is installed.
#pragma once

namespace deadpeer {

// The exit code for main().
int run_catch(int argc, char** argv);

}  // namespace deadpeer
