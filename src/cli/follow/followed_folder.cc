#include "cli/follow/followed_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "cli/file_writers.h"

namespace deadpeer::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// A file that may have a writer is taken when it has not been changed for so long.
constexpr seconds kSettled{60};
constexpr seconds kBetweenLooks{5};
constexpr int kBatchesToLookAt = 8;  // for a time stamp

Nanoseconds first_time_of(PacketSource& source) {
    const auto batch = std::make_unique<FrameBatch>();
    for (int i = 0; i < kBatchesToLookAt && source.next(*batch) == ReadStatus::kFrames; ++i) {
        for (const FrameView& frame : batch->view()) {
            if (frame.time != kNoTime) return frame.time;
        }
    }
    return kNoTime;
}

bool is_settled(const std::string& path) {
    std::error_code error;
    const auto changed = fs::last_write_time(path, error);
    return error || fs::file_time_type::clock::now() - changed > kSettled;
}

}  // namespace

Status FollowedFolder::open() {
    auto watch = capture::FolderWatch::open(path_);
    if (!watch) return watch.error();
    watch_.emplace(std::move(watch).value());
    for (const std::string& name : watch_->list()) {
        if (writers_of(path_of(name)) != Writers::kNone) doubtful_.push_back(name);
    }
    return success();
}

// What is there at the start. Files of an earlier run are complete; of others some may have writers.
std::size_t FollowedFolder::begin(const std::string& mark) {
    files_.begin_again(files_of_mark(mark));
    std::vector<std::string> all = watch_->list();
    std::ranges::sort(all);
    const std::vector<std::string> unsure = std::exchange(doubtful_, {});
    for (const std::string& name : all) {
        const auto file = look_at(name);
        if (!file) continue;
        const bool sure = std::ranges::find(unsure, name) == unsure.end();
        if (sure || files_.is_marked(*file)) {
            files_.complete(*file);
        } else {
            doubtful_.push_back(name);
        }
    }
    const std::size_t missing = files_.begin();
    look_at_doubtful();
    return missing;
}

void FollowedFolder::look_at_doubtful() {
    next_look_ = Clock::now() + kBetweenLooks;
    std::erase_if(doubtful_, [this](const std::string& name) {
        const Writers writers = writers_of(path_of(name));
        if (writers == Writers::kSome || (writers == Writers::kUnknown && !is_settled(path_of(name))))
            return false;
        complete(name);
        return true;
    });
}

// No value: it is no capture, or gone.
std::optional<FollowedFile> FollowedFolder::look_at(const std::string& name) const {
    const std::string path = path_of(name);
    std::error_code error;
    FollowedFile file = {name, kNoTime, fs::file_size(path, error)};
    if (error || holds_no_capture(path, options_)) return std::nullopt;
    if (const auto source = open_capture(path, options_)) file.first_time = first_time_of(*source.value());
    return file;
}

void FollowedFolder::complete(const std::string& name) {
    const auto file = look_at(name);
    if (!file) return;
    switch (files_.complete(*file)) {
        case FollowedFiles::Known::kNew:
        case FollowedFiles::Known::kTaken:
            return;
        case FollowedFiles::Known::kReplaces:
            return tell_(fmt::format("{} was written anew before it was read: what it held is missing",
                                     path_of(name)));
        case FollowedFiles::Known::kGrown:
            return tell_(fmt::format(
                "{} has grown since it was read; the rest of it is missing, unless this run is started again",
                path_of(name)));
    }
}

void FollowedFolder::is_missing(const FollowedFile& file) {
    files_.forget(file);
    bool another = false;
    for (const std::string& name : watch_->list()) {
        if (name_unpacked(name) != name_unpacked(file.name)) continue;
        another = true;
        // Or else it will be told when it is closed.
        if (writers_of(path_of(name)) != Writers::kSome) complete(name);
    }
    if (!another)
        tell_(fmt::format("{} was removed before it was read: what it held is missing", path_of(file.name)));
}

void FollowedFolder::hear() {
    for (const std::string& name : watch_->take_completed()) {
        std::erase(doubtful_, name);
        complete(name);
    }
    if (!doubtful_.empty() && Clock::now() >= next_look_) look_at_doubtful();
}

}  // namespace deadpeer::cli
