// Linked with main.cc this makes deadpeer_hooked: the program, but where the environment names two folders in
// DEADPEER_TEST_HOOK=OUTSIDE:INSIDE it makes all attempts as soon as it is in its sandbox, and tells on
// standard error how each ended ("attempt open_etc_passwd EACCES").
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/confine.h"
#include "sandbox/attempts.h"

namespace {

void attempt_all() {
    const char* places = std::getenv("DEADPEER_TEST_HOOK");
    if (places == nullptr) return;
    const std::string text = places;
    const std::size_t colon = text.find(':');
    for (const auto& attempt : deadpeer::sandbox::attempts({text.substr(0, colon), text.substr(colon + 1)})) {
        fmt::print(stderr, "attempt {}\n", to_text(attempt));
    }
}

const bool hooked = [] {
    deadpeer::cli::confined_hook = attempt_all;
    return true;
}();

}  // namespace
