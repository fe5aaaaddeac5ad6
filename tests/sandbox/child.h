// Runs a part of a test in a process of its own, which may enter the sandbox and cannot leave it.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace deadpeer {

constexpr unsigned kNobody = 65534;

struct Ended {
    int code = -1;                   // exit code; -1 if a signal ended it
    int signal = 0;                  // that signal, or 0
    std::vector<std::string> lines;  // what it told
    std::string err;                 // its standard error
};

using Tell = std::function<void(const std::string& line)>;

// `part` runs in the child, as this user and without other privileges unless that is 0.
Ended in_child(unsigned uid, const std::function<void(const Tell& tell)>& part);

// Who a test can be: root and nobody as root, else whoever it is.
std::vector<unsigned> possible_users();

}  // namespace deadpeer
