#include "project_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace deadpeer::house {

namespace fs = std::filesystem;

fs::path project_dir() {
    return DEADPEER_PROJECT_DIR;
}

std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<fs::path> all_files() {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(project_dir())) {
        const std::string name = entry.path().filename();
        if (name == ".git" || name == "build" || name == "report") continue;
        if (entry.is_regular_file()) files.push_back(entry.path());
        if (entry.is_directory()) std::ranges::copy(files_below(entry.path()), std::back_inserter(files));
    }
    return files;
}

std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

}  // namespace deadpeer::house
