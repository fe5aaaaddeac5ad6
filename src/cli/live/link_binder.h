// LinkBinder: a process of its own that binds the capture's sockets to interfaces that come back.
//
// What:     the process that parses strangers' bytes cannot bind, so that whoever took it over could not
//           listen elsewhere. This one parses nothing: it is asked for an input and an index, and looks by
//           itself whether that is the input's interface.
// Lifetime: it ends when this object, or the process that has it, is gone. The sockets must be open at the
//           start; it has copies of its own.
// Threads:  start it before any other thread.
// Errors:   start() says why. Who does not answer within a second has not bound yet, and the next requests
//           are not waited for until it has answered again. Who has ended will never bind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "capture/live/link_binding.h"
#include "deadpeer/result.h"
#include "sandbox/user.h"

namespace deadpeer::cli {

class LinkBinder {
public:
    // `user`: whom it becomes, where this process will.
    static Result<std::unique_ptr<LinkBinder>> start(std::vector<capture::LinkBinding> bindings,
                                                     const std::optional<sandbox::User>& user);
    ~LinkBinder();
    LinkBinder(const LinkBinder&) = delete;
    LinkBinder& operator=(const LinkBinder&) = delete;

    // LinkBinding::follow() of that input.
    capture::Followed follow(std::uint32_t input, int link_index);

    struct Answer {
        std::uint32_t request = 0;  // its number
        capture::Followed followed = capture::Followed::kNotYet;
    };

private:
    explicit LinkBinder(int channel) : channel_(channel) {}
    [[nodiscard]] bool hear();

    int channel_;
    std::uint32_t asked_ = 0;  // requests so far
    Answer answer_;            // the last one
};

}  // namespace deadpeer::cli
