#include "cli/slim_list.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>

#include "capture/file/slim_record.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

struct Line {
    std::size_t number;
    std::string capture;
};

Result<std::vector<Line>> read_list(const std::string& path) {
    errno = 0;
    std::ifstream file(path);
    std::vector<Line> lines;
    std::map<std::string, const std::string> known;  // by the slim file's name
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;
        const auto [other, fresh] = known.try_emplace(slim_file_name(line), line);
        if (!fresh && other->second != line) {
            return Error{
                fmt::format("{} names {} and {}, whose slim files would both be called {}; give one --name "
                            "when it is made",
                            path, other->second, line, other->first)};
        }
        lines.push_back({number, line});
    }
    if (!file.eof()) {
        return Error{fmt::format("cannot read {}: {}", path, std::strerror(errno != 0 ? errno : EIO))};
    }
    if (lines.empty()) return Error{fmt::format("{} names no capture", path)};
    return lines;
}

bool is_there(const std::string& path) {
    std::error_code unknown;
    return std::filesystem::exists(path, unknown);
}

}  // namespace

std::string slim_file_name(const std::string& capture) {
    return base_name(capture).append(capture::kSlimSuffix);
}

std::string slim_file_begun(const std::string& name) {
    constexpr std::size_t kNumberAndEnd = std::string_view(".1f2e3d4c.tmp").size();
    if (!name.starts_with('.') || !name.ends_with(".tmp") || name.size() <= kNumberAndEnd) return {};
    const std::string begun = name.substr(1, name.size() - 1 - kNumberAndEnd);
    return begun.ends_with(capture::kSlimSuffix) ? begun : std::string();
}

Result<std::vector<InputName>> slim_parts(const std::string& list, const std::string& folder) {
    const auto lines = read_list(list);
    if (!lines) return lines.error();
    std::vector<InputName> parts;
    for (const Line& line : lines.value()) {
        const std::string slim = folder + '/' + slim_file_name(line.capture);
        if (is_there(slim)) {
            parts.push_back({slim, false, {}, line.capture});
        } else {
            parts.push_back({line.capture, false,
                             fmt::format("line {} of {}, {}, has no slim file: there is no {}", line.number,
                                         list, line.capture, slim)});
        }
    }
    return parts;
}

Result<std::vector<std::size_t>> missing_parts(const std::string& list, const std::string& folder) {
    const auto lines = read_list(list);
    if (!lines) return lines.error();
    std::vector<std::size_t> missing;
    for (const Line& line : lines.value()) {
        if (!is_there(folder + '/' + slim_file_name(line.capture))) missing.push_back(line.number);
    }
    return missing;
}

}  // namespace deadpeer::cli
