// Whether this is a build under AddressSanitizer, whose runtime needs more of the kernel than the program.
#pragma once

namespace deadpeer::sandbox {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitizers = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kSanitizers = true;
#else
inline constexpr bool kSanitizers = false;
#endif
#else
inline constexpr bool kSanitizers = false;
#endif

}  // namespace deadpeer::sandbox
