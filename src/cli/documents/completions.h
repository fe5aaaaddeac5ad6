// Completions for shells, from the table of options: their names, the words that they take, files, folders,
// interfaces and users.
//
// Threads: any.
#pragma once

#include <string>

namespace deadpeer::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace deadpeer::cli
