// FollowedFolder: a folder whose files are taken as they are completed.
//
// What:    looks at each file that the kernel says is complete, and at the start at those that are there.
//          What holds no capture is passed over, and what may still have a writer waits until it is closed,
//          or has not changed for a minute.
// Threads: one thread at a time.
// Errors:  open() says why; later ones are told to whom it was made with: then something is missing.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capture/file/folder_watch.h"
#include "capture/open.h"
#include "cli/follow/followed_files.h"
#include "deadpeer/result.h"

namespace deadpeer::cli {

class FollowedFolder {
public:
    using Tell = std::function<void(const std::string& what_is_missing)>;

    // `options`: to look at files with; they are read whatever keep_waiting says.
    FollowedFolder(std::string path, OpenOptions options, Tell tell)
        : path_(std::move(path)), options_(std::move(options)), tell_(std::move(tell)) {
        options_.keep_waiting = {};
    }

    // Before rights are given up: they may be what it takes to know of writers.
    [[nodiscard]] Status open();

    // REQUIRES: open(), for all of these.
    // Looks at what is there. `mark`: of an earlier run, or empty; answers how many files of it are missing.
    [[nodiscard]] std::size_t begin(const std::string& mark);
    // Takes the news.
    void hear();
    // A file that was taken is not there any more: it was removed, or compressed.
    void is_missing(const FollowedFile& file);
    // Readable when there is some.
    [[nodiscard]] int descriptor() const { return watch_->descriptor(); }
    [[nodiscard]] bool is_gone() const { return watch_->is_gone(); }

    [[nodiscard]] FollowedFiles& files() { return files_; }
    [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + '/' + name; }

private:
    using Clock = std::chrono::steady_clock;

    // No value: it is no capture, or gone.
    [[nodiscard]] std::optional<FollowedFile> look_at(const std::string& name) const;
    void complete(const std::string& name);
    void look_at_doubtful();

    std::string path_;
    OpenOptions options_;
    Tell tell_;
    std::optional<capture::FolderWatch> watch_;
    FollowedFiles files_;
    std::vector<std::string> doubtful_;  // perhaps somebody still writes to them
    Clock::time_point next_look_ = Clock::time_point::min();
};

}  // namespace deadpeer::cli
