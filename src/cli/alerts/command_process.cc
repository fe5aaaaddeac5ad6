#include "cli/alerts/command_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include "cli/close_descriptors.h"
#include "cli/standard_streams.h"
#include "sandbox/privileges.h"

namespace deadpeer::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kFirstPause{1};
constexpr seconds kLongestPause{60};
constexpr seconds kLivesLong{60};  // who does begins with the first pause again
constexpr auto kTimeToEnd = std::chrono::milliseconds(100);

std::string status_text(int status) {
    if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
    return fmt::format("exit code {}", WEXITSTATUS(status));
}

// The running command, and when it may be started again.
class Command {
public:
    // `lines`: where they come from.
    Command(const std::string& words, int lines) : words_(words), lines_(lines) {}

    // Until it has the whole line. False: it never will.
    bool hand(std::string_view line);
    // Until it ends by itself.
    void finish();
    bool start();

private:
    bool write_all(std::string_view bytes) const { return print(input_, bytes); }
    void note_end();
    [[nodiscard]] bool pause();

    const std::string& words_;
    const int lines_;
    std::vector<pid_t> deaf_;  // those that went on after they had closed their standard input
    bool is_last_try_ = false;
    pid_t process_ = -1;
    int input_ = -1;
    Clock::time_point started_{};
    seconds pause_ = kFirstPause;
};

[[noreturn]] void be_command(int input, const std::string& words) {
    ::dup2(input, STDIN_FILENO);
    close_all_but({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
    for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execl("/bin/sh", "sh", "-c", words.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
}

bool Command::start() {
    int pipe[2] = {-1, -1};
    if (::pipe2(pipe, O_CLOEXEC) != 0) return false;
    process_ = ::fork();
    if (process_ == 0) be_command(pipe[0], words_);
    ::close(pipe[0]);
    input_ = pipe[1];
    started_ = Clock::now();
    if (process_ >= 0) return true;
    ::close(input_);
    input_ = -1;
    return false;
}

bool Command::hand(std::string_view line) {
    for (;;) {
        if (process_ < 0 && !start()) return false;
        if (write_all(line)) return true;
        note_end();
        if (!pause()) return false;
    }
}

void Command::note_end() {
    ::close(input_);
    input_ = -1;
    std::this_thread::sleep_for(kTimeToEnd);
    int status = 0;
    const bool ended = ::waitpid(process_, &status, WNOHANG) == process_;
    std::erase_if(deaf_, [](pid_t process) { return ::waitpid(process, nullptr, WNOHANG) != 0; });
    if (!ended) deaf_.push_back(process_);
    process_ = -1;
    if (Clock::now() - started_ >= kLivesLong) pause_ = kFirstPause;
    print(STDERR_FILENO,
          fmt::format("deadpeer: the command of --on-event {}; it is started again after {} s\n",
                      ended ? "has ended (" + status_text(status) + ")" : "reads no more", pause_.count()));
}

// Who has sent its last line does not wait for long: then there is one more try, at once.
bool Command::pause() {
    if (is_last_try_) return false;
    pollfd lines = {lines_, 0, 0};
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(pause_);
    is_last_try_ = ::poll(&lines, 1, static_cast<int>(time.count())) > 0;
    pause_ = std::min(2 * pause_, kLongestPause);
    return true;
}

void Command::finish() {
    if (input_ >= 0) ::close(input_);
    while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
}

Status give_up(const CommandRights& rights) {
    if (rights.all) return success();
    const Status given = sandbox::give_up_privileges(rights.user);
    return given || !rights.user_is_wish ? given : sandbox::give_up_privileges(std::nullopt);
}

// It ends with the process that it serves, not with a signal to the group of both.
void leave_the_group() {
    ::setsid();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE})
        std::signal(signal, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL);
}

// Standard input may be the capture, and standard output the reports.
void leave_standard_streams() {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

}  // namespace

void be_command_process(CommandChannel channel, const std::string& words, const CommandRights& rights) {
    leave_the_group();
    leave_standard_streams();
    close_all_but({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, channel.lines, channel.end});
    const Status given = give_up(rights);
    Command command(words, channel.lines);
    std::string error = given ? "" : given.error().message;
    if (given && !command.start())
        error = fmt::format("Cannot start the command of --on-event: {}.", std::strerror(errno));
    const bool told = ::write(channel.lines, error.c_str(), error.size() + 1) > 0;
    if (!told || !error.empty()) ::_exit(0);
    std::vector<char> line(EventCommand::kLongestLine + 1);
    for (;;) {
        const ssize_t n = TEMP_FAILURE_RETRY(::read(channel.lines, line.data(), line.size() - 1));
        if (n <= 0) break;
        line[static_cast<std::size_t>(n)] = '\n';
        if (!command.hand({line.data(), static_cast<std::size_t>(n) + 1})) break;
    }
    ::close(channel.lines);
    command.finish();
    ::_exit(0);
}

}  // namespace deadpeer::cli
