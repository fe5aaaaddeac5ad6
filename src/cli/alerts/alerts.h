// Alerts: where events go beside reports and standard output, opened before the sandbox.
//
// Errors: finished sentences.
#pragma once

#include <memory>

#include "cli/alerts/event_command.h"
#include "cli/alerts/system_log.h"
#include "cli/settings.h"

namespace deadpeer::cli {

struct Alerts {
    std::unique_ptr<EventCommand> command;  // --on-event; null: none
    std::unique_ptr<SystemLog> log;         // --syslog; null: none

    // Starts and opens what the settings ask for.
    static Result<Alerts> open(const Settings& settings, const CommandRights& rights);

    [[nodiscard]] bool any() const { return command != nullptr || log != nullptr; }
};

}  // namespace deadpeer::cli
