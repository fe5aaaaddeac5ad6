#include "sandbox/child.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <sstream>
#include <stdexcept>

#include "report/temporary_folder.h"

namespace deadpeer {
namespace {

constexpr unsigned kSecondsToLive = 60;
constexpr int kCannotStart = 126;
constexpr int kException = 125;

int output_file(const std::string& path) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

bool become(unsigned uid) {
    if (uid == ::geteuid()) return true;
    return ::setgroups(0, nullptr) == 0 && ::setresgid(uid, uid, uid) == 0 && ::setresuid(uid, uid, uid) == 0;
}

[[noreturn]] void run(unsigned uid, const std::function<void(const Tell&)>& part, int told, int err) {
    std::signal(SIGABRT, SIG_DFL);  // the test program catches it
    ::alarm(kSecondsToLive);
    ::dup2(err, STDERR_FILENO);
    if (!become(uid)) ::_exit(kCannotStart);
    const Tell tell = [told](const std::string& line) {
        const std::string text = line + '\n';
        if (::write(told, text.data(), text.size()) < 0) ::_exit(kCannotStart);
    };
    try {
        part(tell);
    } catch (const std::exception& error) {
        tell(std::string("exception: ") + error.what());
        ::_exit(kException);
    }
    ::_exit(0);
}

}  // namespace

Ended in_child(unsigned uid, const std::function<void(const Tell& tell)>& part) {
    const TemporaryFolder folder;
    const int told = output_file(folder.file("told"));
    const int err = output_file(folder.file("err"));
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) run(uid, part, told, err);
    ::close(told);
    ::close(err);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    Ended ended;
    if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
    std::istringstream lines(content_of(folder.file("told")));
    for (std::string line; std::getline(lines, line);) ended.lines.push_back(line);
    ended.err = content_of(folder.file("err"));
    return ended;
}

std::vector<unsigned> possible_users() {
    const unsigned self = ::geteuid();
    if (self == 0) return {0, kNobody};
    return {self};
}

}  // namespace deadpeer
