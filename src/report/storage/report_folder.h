// ReportFolder: the folder that reports go to, where each appears whole or not at all.
//
// What:     create() opens a temporary file beside the final name; publish() makes all that were created
//           durable and renames them into place. What was not published is removed by the destructor, and
//           the reports of an earlier run stay as they were.
// Links:    the folder itself may be reached through a symbolic link; below it none is followed: temporary
//           files are created with O_EXCL | O_NOFOLLOW, and rename replaces a link, not its target.
// Made:     a folder that open() made and that stays empty is removed by the destructor: a run without
//           reports leaves no trace.
// Lock:     with lock() held no other run writes there (flock), so that the temporary files of reports were
//           left by a killed run: lock() removes them.
// Threads:  one thread at a time.
// Errors:   finished sentences with the path and the system's reason.
// Source:   rename(2), fsync(2) of file and folder.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "deadpeer/result.h"

namespace deadpeer {

class ReportFolder {
public:
    static constexpr unsigned kFileMode = 0640;
    static constexpr unsigned kFolderMode = 0750;
    static constexpr unsigned kFolderForAll = 0755;

    // What a report is called until it is published.
    static std::string temporary_name(const std::string& name) { return "." + name + ".tmp"; }

    // Makes the folder if it is missing (its parent must exist). `what` shall go there, for messages.
    static Result<std::unique_ptr<ReportFolder>> open(const std::string& path, const char* what = "reports",
                                                      unsigned mode = kFolderMode);
    ~ReportFolder();
    ReportFolder(const ReportFolder&) = delete;
    ReportFolder& operator=(const ReportFolder&) = delete;

    // False if another run holds the lock. A file system without locks counts as locked.
    [[nodiscard]] bool lock();

    // The descriptor to write `name` to; it belongs to the folder.
    // REQUIRES: lock() answered true, or no other run has the name that is given for the temporary file.
    Result<int> create(const std::string& name, unsigned mode = kFileMode) {
        return create(name, temporary_name(name), mode);
    }
    Result<int> create(const std::string& name, const std::string& temporary, unsigned mode);

    // REQUIRES: everything was written.
    // `meanwhile` is called between the files.
    Status publish(const std::function<void()>& meanwhile = [] {});

    // Removes what was created and not published.
    void discard();

    // Removes a report of an earlier run that this one does not write, so that the folder tells one story.
    // REQUIRES: after publish().
    Status remove_stale(const std::string& name);

    // Of all that lies in it.
    [[nodiscard]] Result<std::vector<std::string>> names() const;

    [[nodiscard]] const std::string& path() const { return path_; }
    // Of the folder itself; it stays the folder's.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    // False once it was removed.
    [[nodiscard]] bool is_there() const;
    // Did open() make it?
    [[nodiscard]] bool made() const { return made_; }

private:
    struct Pending {
        std::string name;
        std::string temporary;
        int descriptor = -1;
    };

    ReportFolder(std::string path, int descriptor, bool made)
        : path_(std::move(path)), descriptor_(descriptor), made_(made) {}
    [[nodiscard]] Error failure(const std::string& what, const std::string& name) const;

    std::string path_;
    int descriptor_;
    bool made_;
    std::vector<Pending> pending_;
};

}  // namespace deadpeer
