// What a process in the sandbox must not manage to do, tried for real.
//
// What:    each attempt makes one system call, and undoes nothing: run it where success does no harm, in
//          folders made for it and in a process of its own. Where a packet socket is open, attempts are made
//          on that, too.
// Threads: one at a time.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace deadpeer::sandbox {

struct Places {
    std::string outside;  // a folder with the file "file", none of which the plan names
    std::string inside;   // a writable folder of the plan with the files "own" and "link" -> outside/file
};

struct Attempt {
    std::string name;
    int error = 0;  // errno; 0: it was not refused
};

// All, or only those of these names; without those that a build under sanitizers must allow.
std::vector<Attempt> attempts(const Places& places, const std::set<std::string>& only = {});

// "open_etc_passwd EACCES", or "... done"
std::string to_text(const Attempt& attempt);

}  // namespace deadpeer::sandbox
