#include "cli/follow/followed_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/input_names.h"
#include "core/parse_number.h"

namespace deadpeer::cli {
namespace {

constexpr std::string_view kFirstLine = "deadpeer --follow, version 1\n";
constexpr std::array<std::string_view, 5> kPacked = {".gz", ".zst", ".lz4", ".xz", ".bz2"};

std::string escaped(const std::string& name) {
    std::string text;
    for (const char c : name) {
        if (c == '\\' || c == '\n') text += '\\';
        text += c == '\n' ? 'n' : c;
    }
    return text;
}

std::string unescaped(std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '\\' && i + 1 < text.size();
        if (escape) ++i;
        name += escape && text[i] == 'n' ? '\n' : text[i];
    }
    return name;
}

std::string_view take_until(std::string_view& text, char end) {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return part;
}

std::optional<FollowedFile> file_of_line(std::string_view line) {
    const auto time = parse_number<Nanoseconds>(take_until(line, ' '));
    const auto bytes = parse_number<std::uint64_t>(take_until(line, ' '));
    if (!time || !bytes || line.empty() || line.find('/') != std::string_view::npos) return std::nullopt;
    return FollowedFile{unescaped(line), *time, *bytes};
}

bool is_later(const FollowedFile& a, const FollowedFile& b) {
    if (a.first_time != b.first_time) return a.first_time > b.first_time;
    return name_is_before(b.name, a.name);
}

}  // namespace

std::string name_unpacked(const std::string& name) {
    for (const std::string_view ending : kPacked) {
        if (name.size() > ending.size() && name.ends_with(ending)) {
            return name.substr(0, name.size() - ending.size());
        }
    }
    return name;
}

FollowedFiles::Key FollowedFiles::key_of(const FollowedFile& file) {
    return {name_unpacked(file.name), file.first_time};
}

std::string mark_of(const std::vector<FollowedFile>& files) {
    std::string mark(kFirstLine);
    for (const FollowedFile& file : files) {
        mark += fmt::format("{} {} {}\n", file.first_time, file.bytes, escaped(file.name));
    }
    return mark;
}

std::vector<FollowedFile> files_of_mark(const std::string& mark) {
    std::vector<FollowedFile> files;
    if (!mark.starts_with(kFirstLine)) return files;
    std::string_view rest = std::string_view(mark).substr(kFirstLine.size());
    while (!rest.empty()) {
        const auto file = file_of_line(take_until(rest, '\n'));
        if (!file) return {};
        files.push_back(*file);
    }
    return files;
}

bool FollowedFiles::waits(const std::string& name) const {
    const auto has_it = [&](const FollowedFile& file) { return file.name == name; };
    return std::ranges::any_of(waiting_, has_it) || std::ranges::any_of(again_, has_it);
}

FollowedFiles::Known FollowedFiles::complete(const FollowedFile& file) {
    const auto [known, fresh] = known_.try_emplace(name_unpacked(file.name), file);
    if (!fresh && known->second.first_time == file.first_time) {
        const bool grown = known->second.name == file.name && file.bytes > known->second.bytes;
        if (!grown) return Known::kTaken;
        known->second = file;
        // Not taken yet: it will be whole.
        return waits(file.name) ? Known::kTaken : Known::kGrown;
    }
    known->second = file;
    // The file of that name that waits is gone.
    const auto has_its_name = [&](const FollowedFile& other) { return other.name == file.name; };
    const std::size_t gone = std::erase_if(waiting_, has_its_name) + std::erase_if(again_, has_its_name);
    waiting_.insert(std::ranges::upper_bound(waiting_, file, is_later), file);
    return gone > 0 ? Known::kReplaces : Known::kNew;
}

void FollowedFiles::begin_again(const std::vector<FollowedFile>& marked) {
    for (const FollowedFile& file : marked) marked_.push_back(key_of(file));
    marked_keys_.insert(marked_.begin(), marked_.end());
}

bool FollowedFiles::is_marked(const FollowedFile& file) const {
    return marked_keys_.contains(key_of(file));
}

std::size_t FollowedFiles::begin() {
    std::map<Key, FollowedFile> there;
    for (const FollowedFile& file : waiting_) there.emplace(key_of(file), file);
    std::vector<FollowedFile> again;
    for (const Key& key : marked_) {
        if (const auto found = there.extract(key)) again.push_back(found.mapped());
    }
    const std::size_t missing = marked_keys_.size() - again.size();
    std::erase_if(waiting_, [this](const FollowedFile& file) { return is_marked(file); });
    again_.assign(again.rbegin(), again.rend());
    marked_.clear();
    marked_keys_.clear();
    return missing;
}

FollowedFile FollowedFiles::take() {
    std::vector<FollowedFile>& from = again_.empty() ? waiting_ : again_;
    FollowedFile file = std::move(from.back());
    from.pop_back();
    taken_.push_back(file);
    return file;
}

std::vector<FollowedFile> FollowedFiles::to_mark(bool done) const {
    std::vector<FollowedFile> files = taken_;
    if (!done && again_.empty()) files.pop_back();  // or else it stands in the mark already
    files.insert(files.end(), again_.rbegin(), again_.rend());
    return files;
}

void FollowedFiles::forget(const FollowedFile& file) {
    known_.erase(name_unpacked(file.name));
    std::erase(taken_, file);
}

}  // namespace deadpeer::cli
