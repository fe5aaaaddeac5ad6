// Checks of single words of the command line, with sentences of their own: CLI11's are terse, it would take
// -1 for a very large number, and it says only that it could not convert what is too large.
//
// Threads: any.
#pragma once

#include <CLI/App.hpp>
#if __has_include(<CLI/ExtraValidators.hpp>)
#include <CLI/ExtraValidators.hpp>  // since CLI11 2.6 App.hpp lacks them
#endif
#include <map>
#include <string>

namespace deadpeer::cli {

// `shown` are the words as the sentence lists them. Lifetime: `words` must outlive the check.
template <typename T>
CLI::Validator one_of(const std::map<std::string, T>& words, const std::string& shown) {
    return CLI::Validator(
        [&words, shown](std::string& word) {
            return words.contains(word) ? std::string() : "'" + word + "' is not one of " + shown;
        },
        "");
}

CLI::Validator whole_number();
// Turns it into a number of bytes.
CLI::Validator size();
CLI::Validator sixteen_bits();      // 0 to 65535
CLI::Validator seconds();           // 0 to 10^9, decimals allowed
CLI::Validator connection_limit();  // PORT=N
CLI::Validator rotation();          // 1h or 100MB

}  // namespace deadpeer::cli
