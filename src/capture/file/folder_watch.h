// FolderWatch: tells which files of a folder were completed: closed by who wrote them, or moved there.
//
// What:    files with names that begin with a dot are left out: rsync and others write to such until they are
//          done. Folders in the folder are not looked into.
// Threads: one thread at a time.
// Errors:  open() says why.
// Sandbox: after open(): read, close; and what listing the folder takes.
// Source:  inotify(7).
#pragma once

#include <string>
#include <vector>

#include "deadpeer/result.h"

namespace deadpeer::capture {

class FolderWatch {
public:
    static Result<FolderWatch> open(const std::string& path);
    ~FolderWatch();
    FolderWatch(FolderWatch&& other) noexcept;
    FolderWatch& operator=(FolderWatch&&) = delete;

    // Readable when there is news.
    [[nodiscard]] int descriptor() const { return descriptor_; }

    // What was completed since, oldest first. More than the kernel kept: all that are there.
    std::vector<std::string> take_completed();

    // The regular files that are there, written to or not.
    [[nodiscard]] std::vector<std::string> list() const;

    // The folder was removed or moved: nothing more will be heard of.
    [[nodiscard]] bool is_gone() const { return gone_; }

private:
    FolderWatch(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

    std::string path_;
    int descriptor_;
    bool gone_ = false;
};

}  // namespace deadpeer::capture
