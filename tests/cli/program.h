// Runs the built program as a user would.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "report/temporary_folder.h"

namespace deadpeer {

struct Finished {
    int code = -1;    // exit code; -1 if a signal ended it
    int signal = 0;   // the signal that ended it, or 0
    std::string out;  // standard output
    std::string err;
};

class Program {
public:
    // Starts it. `prepare` runs in the child just before, with standard output and error already in files;
    // standard input is /dev/null.
    explicit Program(
        const std::vector<std::string>& arguments, const std::function<void()>& prepare = [] {});
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    [[nodiscard]] pid_t process() const { return process_; }
    void send(int signal) const;
    // What it wrote to standard error so far.
    [[nodiscard]] std::string err() const { return content_of(folder_.file("err")); }
    Finished wait();

private:
    TemporaryFolder folder_;
    pid_t process_ = -1;
};

inline Finished run_program(
    const std::vector<std::string>& arguments, const std::function<void()>& prepare = [] {}) {
    return Program(arguments, prepare).wait();
}

}  // namespace deadpeer
