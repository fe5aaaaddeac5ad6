#include "cli/anonymising_key.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace deadpeer::cli {
namespace {

// Whatever is shorter can be tried out, however dear each try is.
constexpr std::size_t kShortest = 8;
constexpr std::size_t kLongest = 4096;

Result<std::string> content_of(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return Error{fmt::format("--anonymise: {} is a folder; name a file with the key in it", path)};
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{fmt::format("--anonymise: cannot open {}: {}", path, std::strerror(errno))};
    std::string key(kLongest + 1, '\0');
    file.read(key.data(), static_cast<std::streamsize>(key.size()));
    if (file.bad()) return Error{fmt::format("--anonymise: cannot read {}: {}", path, std::strerror(errno))};
    key.resize(static_cast<std::size_t>(file.gcount()));
    if (key.size() > kLongest)
        return Error{fmt::format("--anonymise: {} is longer than a key of {} bytes", path, kLongest)};
    while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
    return key;
}

}  // namespace

Result<Anonymiser::Key> anonymising_key(const std::string& word) {
    std::string key = word;
    if (word.starts_with('@')) {
        auto content = content_of(word.substr(1));
        if (!content) return content.error();
        key = std::move(content).value();
    }
    if (key.size() < kShortest) {
        return Error{fmt::format("--anonymise: a key of {} bytes can be found by trying; take at least {}",
                                 key.size(), kShortest)};
    }
    return Anonymiser::key_of(key);
}

}  // namespace deadpeer::cli
