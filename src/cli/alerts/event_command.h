// EventCommand: a program of the user's that gets a line for each event on its standard input.
//
//     auto command = EventCommand::start("while read -r event; do ...; done", options);
//     command.value()->send(line, milliseconds(0));
//
// What:     a process of its own starts `sh -c COMMAND`, copies lines to it, and starts it again when it has
//           ended: with the next line, at first after a second, then after twice as long as before, up to a
//           minute. So the process that parses strangers' bytes can start nothing. What the command writes
//           goes to standard error, as standard output is for reports. A line that it had not read when it
//           ended is lost.
// Rights:   the command's user is the one that this process becomes, and has no capabilities. It is not in
//           the sandbox: it can open files and connections, as alerts do.
// Lifetime: finish(), or the end of this process however it comes, closes the command's standard input.
// Threads:  start it before any other thread.
// Errors:   start() says why. Lines that find no room, as the command does not read them, are for the caller
//           to count.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "deadpeer/result.h"
#include "sandbox/user.h"

namespace deadpeer::cli {

// What the command may do.
struct CommandRights {
    bool all = false;                   // it keeps what this process has
    std::optional<sandbox::User> user;  // else: whom it becomes; without one it stays who it is
    bool user_is_wish = false;          // that it cannot become the user is no error
};

class EventCommand {
public:
    static constexpr std::size_t kLongestLine = std::size_t{64} << 10;

    static Result<std::unique_ptr<EventCommand>> start(const std::string& command,
                                                       const CommandRights& rights);
    ~EventCommand();
    EventCommand(const EventCommand&) = delete;
    EventCommand& operator=(const EventCommand&) = delete;

    // Without the line's end. False: there was no room within that time, or there never will be.
    [[nodiscard]] bool send(std::string_view line, std::chrono::milliseconds patience);

    // No more lines. False: the command goes on; what it has not read yet it will get all the same.
    bool finish(std::chrono::milliseconds patience);

private:
    EventCommand(int channel, int end) : channel_(channel), end_(end) {}

    int channel_;  // lines, one a message; -1: finished
    int end_;      // a pipe that ends with the other process
};

}  // namespace deadpeer::cli
