// FollowedFiles: which file of a folder is analysed next, and which have been.
//
// What:    files are taken in the order of their first time stamps, as far as they are known. A file is known
//          by its name, without the ending that compressing gives it, and its first time stamp: what is
//          compressed, moved or closed once more is not taken twice, and a ring of files that are written
//          again and again is.
// Restart: taken() goes into a text (the mark), and who begins with it takes the same files in the same order
//          again, as far as they are there, and then the others.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "deadpeer/time.h"

namespace deadpeer::cli {

struct FollowedFile {
    std::string name;  // in the folder. Untrusted text.
    Nanoseconds first_time = kNoTime;
    std::uint64_t bytes = 0;

    bool operator==(const FollowedFile&) const = default;
};

// Without .gz, .zst, .lz4, .xz or .bz2.
std::string name_unpacked(const std::string& name);

// A line for each, in the order given. What is no such text stands for none.
std::string mark_of(const std::vector<FollowedFile>& files);
std::vector<FollowedFile> files_of_mark(const std::string& mark);

class FollowedFiles {
public:
    // Those of an earlier run, to be taken before any other.
    void begin_again(const std::vector<FollowedFile>& marked);

    enum class Known : std::uint8_t {
        kNew,       // it will be taken
        kReplaces,  // likewise; one of that name waited, and is gone
        kTaken,     // it was, or will be
        kGrown,     // it was taken, and has more bytes now
    };
    // A file that is complete.
    Known complete(const FollowedFile& file);

    // All files that were there at the start have been told: those of the earlier run are put in order. How
    // many of them are missing?
    std::size_t begin();

    // Was it taken by the earlier run? REQUIRES: begin() was not called.
    [[nodiscard]] bool is_marked(const FollowedFile& file) const;

    [[nodiscard]] bool empty() const { return again_.empty() && waiting_.empty(); }
    // REQUIRES: !empty().
    [[nodiscard]] const FollowedFile& next() const {
        return again_.empty() ? waiting_.back() : again_.back();
    }
    // The next one is taken. REQUIRES: !empty().
    FollowedFile take();
    // It could not be taken: if it comes again it is new.
    void forget(const FollowedFile& file);

    // Those that were taken, but for the last one unless that is `done`, and those of the earlier run that
    // will be again.
    [[nodiscard]] std::vector<FollowedFile> to_mark(bool done) const;

private:
    using Key = std::pair<std::string, Nanoseconds>;  // its name, unpacked, and first time stamp
    static Key key_of(const FollowedFile& file);

    std::vector<Key> marked_;
    std::set<Key> marked_keys_;
    [[nodiscard]] bool waits(const std::string& name) const;

    // Of both the next one is the last.
    std::vector<FollowedFile> again_;
    std::vector<FollowedFile> waiting_;
    std::vector<FollowedFile> taken_;
    std::map<std::string, FollowedFile> known_;  // the latest of each name, unpacked
};

}  // namespace deadpeer::cli
