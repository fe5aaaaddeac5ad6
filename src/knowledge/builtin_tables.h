// The CSV tables of this folder as they were when the program was built.
//
// Threads: constants.
#pragma once

#include <string_view>

namespace deadpeer {

extern const std::string_view kBuiltinProfiles;
extern const std::string_view kBuiltinTimeouts;
extern const std::string_view kBuiltinHalfClosedTimeouts;
extern const std::string_view kBuiltinServerTimers;
extern const std::string_view kBuiltinPatterns;

}  // namespace deadpeer
