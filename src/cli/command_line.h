// The words of a command line: taken by the application of the program, or of one of its commands.
//
// Threads: any.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <span>
#include <string>

#include "cli/arguments.h"

namespace deadpeer::cli {

// `app`: whose --help is to be tried.
Answer usage_error(const CLI::App& app, const std::string& what);

// The help, or what is wrong; none if the words were taken.
std::optional<Answer> parse_words(CLI::App& app, int argc, const char* const* argv);

// An option of these whose word is empty, as an unset variable in a script makes it; or empty.
std::string empty_word(const CLI::App& app, std::span<const char* const> options);

}  // namespace deadpeer::cli
