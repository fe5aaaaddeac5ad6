// The other end of an EventCommand: the process that starts the command and hands it the lines.
#pragma once

#include <string>

#include "cli/alerts/event_command.h"

namespace deadpeer::cli {

struct CommandChannel {
    int lines = -1;  // messages come from there; first one goes there: empty, or why it cannot go on
    int end = -1;    // closed with the process
};

// In a process that was just forked.
[[noreturn]] void be_command_process(CommandChannel channel, const std::string& command,
                                     const CommandRights& rights);

}  // namespace deadpeer::cli
