// The project's own files, for checks on them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace deadpeer::house {

std::filesystem::path project_dir();

// Regular files below a folder of the project, sorted.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

// Every file that belongs to the project: all folders but .git and what .gitignore names.
std::vector<std::filesystem::path> all_files();

// REQUIRES: the file can be read.
std::string read(const std::filesystem::path& file);

std::vector<std::string> lines_of(const std::string& text);

}  // namespace deadpeer::house
