#include "cli/live/link_binder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>

#include "cli/close_descriptors.h"
#include "sandbox/sandbox.h"

namespace deadpeer::cli {
namespace {

using capture::Followed;
using Bindings = std::vector<capture::LinkBinding>;
using Answer = LinkBinder::Answer;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{1000};  // it answers at once, or something is wrong with it

struct Request {
    std::uint32_t number;
    std::uint32_t input;
    std::int32_t link_index;
};

std::vector<int> descriptors_of(const Bindings& bindings) {
    std::vector<int> descriptors;
    for (const auto& binding : bindings) descriptors.push_back(binding.descriptor());
    return descriptors;
}

// Until the other end is gone.
void serve(int channel, Bindings& bindings) {
    Request request = {};
    for (;;) {
        if (TEMP_FAILURE_RETRY(::read(channel, &request, sizeof request)) != sizeof request) return;
        Answer answer = {request.number};
        if (request.input < bindings.size())
            answer.followed = bindings[request.input].follow(request.link_index);
        if (::write(channel, &answer, sizeof answer) != sizeof answer) return;
    }
}

[[noreturn]] void be_binder(int channel, Bindings bindings, const std::optional<sandbox::User>& user) {
    // It ends with the process that it serves, not with a signal to the group of both.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2})
        std::signal(signal, SIG_IGN);
    sandbox::Plan plan;
    plan.user = user;
    plan.binds_only = true;
    plan.receive_only = descriptors_of(bindings);
    std::vector<int> kept = plan.receive_only;
    kept.push_back(channel);
    close_all_but(std::move(kept));
    const Result<sandbox::State> state = sandbox::enter(plan);
    const std::string error = state ? "" : state.error().message;
    const bool told = ::write(channel, error.c_str(), error.size() + 1) > 0;
    if (told && state) serve(channel, bindings);
    ::_exit(0);
}

Status is_confined(int channel) {
    std::array<char, 1024> error{};
    if (TEMP_FAILURE_RETRY(::read(channel, error.data(), error.size() - 1)) <= 0)
        return Error{"The process that binds to interfaces that come back has ended. Try --no-sandbox."};
    if (error.front() != '\0') return Error{error.data()};
    return success();
}

}  // namespace

Result<std::unique_ptr<LinkBinder>> LinkBinder::start(Bindings bindings,
                                                      const std::optional<sandbox::User>& user) {
    const auto failed = [](const char* why) {
        return Error{
            fmt::format("Cannot start the process that binds to interfaces that come back: {}. Try "
                        "--no-sandbox.",
                        why)};
    };
    int pair[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return failed(std::strerror(errno));
    std::unique_ptr<LinkBinder> binder(new LinkBinder(pair[0]));
    const pid_t child = ::fork();
    if (child == 0) be_binder(pair[1], std::move(bindings), user);
    const int error = errno;
    ::close(pair[1]);
    if (child < 0) return failed(std::strerror(error));
    if (const Status confined = is_confined(pair[0]); !confined) return confined.error();
    if (::fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) return failed(std::strerror(errno));
    return binder;
}

LinkBinder::~LinkBinder() {
    ::close(channel_);
}

Followed LinkBinder::follow(std::uint32_t input, int link_index) {
    if (!hear()) return Followed::kNever;
    const bool is_late = answer_.request != asked_;
    const Request request = {asked_ + 1, input, link_index};
    if (::write(channel_, &request, sizeof request) != sizeof request)
        return errno == EAGAIN ? Followed::kNotYet : Followed::kNever;
    ++asked_;
    const Clock::time_point deadline = Clock::now() + (is_late ? milliseconds(0) : kLongestWait);
    while (answer_.request != asked_) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
        pollfd channel = {channel_, POLLIN, 0};
        if (left.count() < 0 || ::poll(&channel, 1, static_cast<int>(left.count())) == 0)
            return Followed::kNotYet;
        if (!hear()) return Followed::kNever;
    }
    return answer_.followed;
}

// Takes the answers that have come. False: no other will.
bool LinkBinder::hear() {
    Answer answer;
    ssize_t got = 0;
    while ((got = TEMP_FAILURE_RETRY(::read(channel_, &answer, sizeof answer))) == sizeof answer)
        answer_ = answer;
    return got < 0 && errno == EAGAIN;
}

}  // namespace deadpeer::cli
