#include "cli/alerts/alerts.h"

#include <utility>

namespace deadpeer::cli {

Result<Alerts> Alerts::open(const Settings& settings, const CommandRights& rights) {
    Alerts alerts;
    if (settings.syslog) {
        auto log = SystemLog::open();
        if (!log) return log.error();
        alerts.log = std::move(log).value();
    }
    if (!settings.on_event.empty()) {
        auto command = EventCommand::start(settings.on_event, rights);
        if (!command) return command.error();
        alerts.command = std::move(command).value();
    }
    return alerts;
}

}  // namespace deadpeer::cli
