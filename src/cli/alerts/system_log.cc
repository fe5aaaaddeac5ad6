#include "cli/alerts/system_log.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "deadpeer/names.h"
#include "report/text/explanation.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

// -1: nobody reads there; errno says why.
int connected_to(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    std::ranges::copy(path, address.sun_path);
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return descriptor;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
}

int priority_of(Severity severity) {
    switch (severity) {
        case Severity::kCritical:
            return LOG_CRIT;
        case Severity::kWarning:
            return LOG_WARNING;
        case Severity::kInfo:
            break;
    }
    return LOG_INFO;
}

// "peer_dead: 10.2.0.2:9000 (db-1): 10.2.0.2:9000 stopped responding, ..."
void say_event(std::string& out, const Finding& finding, std::string_view input, const Named& named) {
    say(out, to_string(finding.kind), ": ");
    if (finding.subject.port != 0) {
        say(out, named(finding.subject));
    } else if (finding.subject != Endpoint{}) {
        say(out, named(finding.subject.address));
    } else {
        say(out, printable(input));
    }
    Explanation explanation;
    explain(explanation, finding);
    say(out, ": ", explanation.what, " ", explanation.advice);
}

// No value has a line end in it: all are made printable.
class Fields {
public:
    explicit Fields(std::string& out) : out_(out) {}

    template <typename Value>
    void add(std::string_view name, const Value& value) {
        fmt::format_to(std::back_inserter(out_), "{}={}\n", name, value);
    }
    void add_endpoint(std::string_view name, const Endpoint& endpoint, const Named& named) {
        if (endpoint == Endpoint{}) return;
        add(name, to_string(endpoint.address));
        if (endpoint.port != 0) add(fmt::format("{}_PORT", name), endpoint.port);
        if (const std::string* host = named(endpoint.address).name)
            add(fmt::format("{}_NAME", name), printable(*host));
    }

private:
    std::string& out_;
};

void write_fields(std::string& out, const Finding& finding, std::string_view input, const Named& named) {
    Fields fields(out);
    std::string text;
    say_event(text, finding, input, named);
    fields.add("MESSAGE", text);
    fields.add("PRIORITY", priority_of(finding.severity));
    fields.add("SYSLOG_FACILITY", LOG_FAC(LOG_DAEMON));
    fields.add("SYSLOG_IDENTIFIER", "deadpeer");
    fields.add("DEADPEER_EVENT", to_string(finding.kind));
    fields.add("DEADPEER_SEVERITY", to_string(finding.severity));
    if (finding.confidence != Confidence::kNone)
        fields.add("DEADPEER_CONFIDENCE", to_string(finding.confidence));
    fields.add("DEADPEER_INPUT", printable(input));
    fields.add_endpoint("DEADPEER_SUBJECT", finding.subject, named);
    fields.add_endpoint("DEADPEER_PEER", finding.peer, named);
}

}  // namespace

Result<std::unique_ptr<SystemLog>> SystemLog::open(const LogSockets& sockets) {
    for (const bool is_journal : {true, false}) {
        const int descriptor = connected_to(is_journal ? sockets.journal : sockets.syslog);
        if (descriptor >= 0) return std::unique_ptr<SystemLog>(new SystemLog(descriptor, is_journal));
    }
    return Error{
        fmt::format("--syslog: nobody reads the system's log: {}: {}; start journald or a syslogd first",
                    sockets.syslog, std::strerror(errno))};
}

SystemLog::~SystemLog() {
    ::close(socket_);
}

bool SystemLog::send(const Finding& finding, std::string_view input, const Named& named) {
    message_.clear();
    if (is_journal_) {
        write_fields(message_, finding, input, named);
    } else {
        fmt::format_to(std::back_inserter(message_),
                       "<{}>deadpeer[{}]: ", LOG_DAEMON | priority_of(finding.severity), ::getpid());
        say_event(message_, finding, input, named);
    }
    // write(2) is among the calls that the sandbox allows anyway.
    const ssize_t n = TEMP_FAILURE_RETRY(::write(socket_, message_.data(), message_.size()));
    return n == static_cast<ssize_t>(message_.size());
}

}  // namespace deadpeer::cli
