#include "cli/input_names.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "capture/file/slim_record.h"
#include "cli/slim_list.h"

namespace deadpeer::cli {
namespace {

namespace fs = std::filesystem;

std::string without_slim_suffix(const std::string& name) {
    const std::size_t suffix = name.ends_with(capture::kSlimSuffix) ? capture::kSlimSuffix.size() : 0;
    return name.substr(0, name.size() - suffix);
}

void sort_names(std::vector<std::string>& names) {
    std::sort(names.begin(), names.end(), name_is_before);
}

void add_folder(const std::string& folder, std::vector<InputName>& names,
                std::vector<std::string>& folders_below) {
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::error_code unknown;
        // Whatever is no file could be waited for without end.
        const bool whole = slim_file_begun(entry->path().filename()).empty();
        if (whole && entry->is_regular_file(unknown)) files.push_back(entry->path().string());
        if (entry->is_directory(unknown)) folders_below.push_back(entry->path().string());
    }
    if (error) {
        names.push_back({folder, false, fmt::format("cannot list {}: {}", folder, error.message())});
    } else if (files.empty()) {
        names.push_back({folder, false, fmt::format("{} is a folder without files", folder)});
    }
    sort_names(files);
    for (const std::string& file : files) names.push_back({file, true});
}

std::vector<std::string> matches(const std::string& pattern) {
    std::vector<std::string> found;
    glob_t all = {};
    if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &all) == 0) {
        found.assign(all.gl_pathv, all.gl_pathv + all.gl_pathc);
    }
    ::globfree(&all);
    sort_names(found);
    return found;
}

void add_file_or_folder(const std::string& path, std::vector<InputName>& names,
                        std::vector<std::string>& folders_below) {
    std::error_code unknown;
    if (fs::is_directory(path, unknown)) return add_folder(path, names, folders_below);
    names.push_back({path});
}

}  // namespace

std::vector<InputName> input_names(const std::vector<std::string>& words,
                                   std::vector<std::string>& folders_below) {
    std::vector<InputName> names;
    for (const std::string& word : words) {
        std::error_code unknown;
        const bool is_name = word == "-" || fs::exists(fs::symlink_status(word, unknown));
        const std::vector<std::string> found = is_name ? std::vector<std::string>() : matches(word);
        for (const std::string& path : found) add_file_or_folder(path, names, folders_below);
        if (found.empty()) add_file_or_folder(word, names, folders_below);
    }
    sort_names(folders_below);
    return names;
}

bool name_is_before(const std::string& a, const std::string& b) {
    return ::strverscmp(without_slim_suffix(a).c_str(), without_slim_suffix(b).c_str()) < 0;
}

}  // namespace deadpeer::cli
