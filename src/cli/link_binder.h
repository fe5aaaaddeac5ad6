// LinkBinder: a process of its own that binds the capture's sockets to interfaces that come back.
//
// What:     the process that parses strangers' bytes cannot bind, so that whoever took it over could not
//           listen elsewhere. This one parses nothing: it is asked for an input and an index, and looks by
//           itself whether that is the input's interface.
// Lifetime: it ends when this object, or the process that has it, is gone. The sockets must be open at the
//           start; it has copies of its own.
// Threads:  start it before any other thread.
// Errors:   start() says why. A binder that does not answer has not bound.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "capture/link_binding.h"
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
    bool follow(std::uint32_t input, int link_index);

private:
    explicit LinkBinder(int channel) : channel_(channel) {}

    int channel_;
};

}  // namespace deadpeer::cli
