#include "cli/link_binder.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>

#include "sandbox/sandbox.h"

namespace deadpeer::cli {
namespace {

using Bindings = std::vector<capture::LinkBinding>;

struct Request {
    std::uint32_t input;
    std::int32_t link_index;
};

std::vector<int> descriptors_of(const Bindings& bindings) {
    std::vector<int> descriptors;
    for (const auto& binding : bindings) descriptors.push_back(binding.descriptor());
    return descriptors;
}

void close_all_but(std::vector<int> kept) {
    std::ranges::sort(kept);
    unsigned next = 0;
    for (const int descriptor : kept) {
        const auto number = static_cast<unsigned>(descriptor);
        if (number > next) ::close_range(next, number - 1, 0);
        next = number + 1;
    }
    ::close_range(next, ~0U, 0);
}

bool answer(int channel, bool done) {
    return ::write(channel, &done, sizeof done) == sizeof done;
}

// Until the other end is gone.
void serve(int channel, Bindings& bindings) {
    Request request = {};
    for (;;) {
        if (TEMP_FAILURE_RETRY(::read(channel, &request, sizeof request)) != sizeof request) return;
        const bool done =
            request.input < bindings.size() && bindings[request.input].follow(request.link_index);
        if (!answer(channel, done)) return;
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

// No value: none came.
std::optional<bool> answer_from(int channel) {
    bool done = false;
    const ssize_t got = TEMP_FAILURE_RETRY(::read(channel, &done, sizeof done));
    return got == sizeof done ? std::optional(done) : std::nullopt;
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
    // Later it answers at once, or something is wrong with it.
    const timeval longest = {1, 0};
    ::setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    return binder;
}

LinkBinder::~LinkBinder() {
    if (channel_ >= 0) ::close(channel_);
}

bool LinkBinder::follow(std::uint32_t input, int link_index) {
    const Request request = {input, link_index};
    const bool asked = ::write(channel_, &request, sizeof request) == sizeof request;
    const std::optional<bool> done = asked ? answer_from(channel_) : std::nullopt;
    // What comes late would be taken for the answer to the next.
    if (!done && channel_ >= 0) ::close(std::exchange(channel_, -1));
    return done.value_or(false);
}

}  // namespace deadpeer::cli
