// SystemLog: a message for each event in the journal of systemd, with fields of its own, or else in the
// log of syslogd.
//
// What:     the facility is LOG_DAEMON; critical events are LOG_CRIT, warnings LOG_WARNING, the others
//           LOG_INFO (RFC 5424 section 6.2.1). Messages to /dev/log have the form that all read there,
//           "<26>deadpeer[123]: text": who reads it adds the time and the host. The journal gets
//           DEADPEER_EVENT and more.
// Lifetime: the socket is opened once, before the sandbox: a syslogd that makes a new one is not found again.
// Threads:  one thread at a time.
// Errors:   open() says why. A message that finds no room at once is for the caller to count.
// Source:   syslog(3); systemd's "Native Journal Protocol".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "deadpeer/finding.h"
#include "deadpeer/result.h"
#include "report/text/named.h"

namespace deadpeer::cli {

struct LogSockets {
    std::string journal = "/run/systemd/journal/socket";
    std::string syslog = "/dev/log";
};

class SystemLog {
public:
    static Result<std::unique_ptr<SystemLog>> open(const LogSockets& sockets = {});
    ~SystemLog();
    SystemLog(const SystemLog&) = delete;
    SystemLog& operator=(const SystemLog&) = delete;

    // False: nobody took it.
    [[nodiscard]] bool send(const Finding& finding, std::string_view input, const Named& named);

private:
    SystemLog(int socket, bool is_journal) : socket_(socket), is_journal_(is_journal) {}

    int socket_;
    bool is_journal_;
    std::string message_;
};

}  // namespace deadpeer::cli
