#include "cli/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace deadpeer {
namespace {

constexpr unsigned kSecondsToLive = 60;  // a program that hangs ends by SIGALRM, and the test fails

void redirect(int descriptor, const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags, 0600);
    ::dup2(file, descriptor);
    ::close(file);
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const std::function<void()>& prepare) {
    std::vector<std::string> words = {DEADPEER_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);

    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("fork failed");
    if (process_ > 0) return;
    redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, folder_.file("out"), O_WRONLY | O_CREAT);
    redirect(STDERR_FILENO, folder_.file("err"), O_WRONLY | O_CREAT);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) std::signal(number, SIG_DFL);
    ::alarm(kSecondsToLive);
    prepare();
    ::execv(DEADPEER_PROGRAM, pointers.data());
    ::_exit(127);
}

Program::~Program() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        wait();
    }
}

void Program::send(int signal) const {
    ::kill(process_, signal);
}

Finished Program::wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    Finished finished;
    if (WIFEXITED(status)) finished.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) finished.signal = WTERMSIG(status);
    finished.out = content_of(folder_.file("out"));
    finished.err = content_of(folder_.file("err"));
    return finished;
}

}  // namespace deadpeer
