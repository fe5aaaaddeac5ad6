// What a file is, in words.
//
// Threads: pure function.
// Source:  inode(7).
#pragma once

#include <sys/stat.h>

namespace deadpeer {

// REQUIRES: no regular file.
inline const char* file_kind(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFLNK:
            return "a symbolic link";
        case S_IFDIR:
            return "a folder";
        case S_IFIFO:
            return "a named pipe";
        default:
            return "no regular file";
    }
}

}  // namespace deadpeer
