#include "sockets/comparison.h"

#include <array>

#include "deadpeer/names.h"
#include "diff/compare.h"
#include "report/death.h"
#include "report/text/time_text.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

// To the digit, as the cells have it.
std::string seconds(Nanoseconds duration) {
    std::array<char, kTimeTextCapacity> text{};
    return {text.data(), write_seconds(text.data(), duration)};
}

// "Idle: inferred 75 s, set 75 s".
void say_setting(std::string& out, std::string_view name, Nanoseconds inferred, Nanoseconds set) {
    if (inferred == kNoTime) return;
    if (!out.empty()) out += "; ";
    say(out, name, ": inferred ", seconds(inferred), " s, set ", seconds(set), " s");
    if (keepalive_differs(inferred, set)) out += ", which differs";
}

void say_set_settings(std::string& out, const KeepaliveOptions& set, const InferredKeepalive& inferred) {
    std::string settings;
    say_setting(settings, "Idle", inferred.idle, set.idle);
    say_setting(settings, "interval", inferred.interval, set.interval);
    // TCP_USER_TIMEOUT ends it after another number of probes.
    if (inferred.count != 0 && set.user_timeout == 0) {
        if (!settings.empty()) settings += "; ";
        say(settings, "count: inferred ", inferred.count, ", set ", set.count);
        if (keepalive_differs(inferred.count, std::uint64_t{set.count})) settings += ", which differs";
    }
    if (settings.empty() && inferred.probes == 0) {
        say(settings, "Keepalive on (idle ", seconds(set.idle), " s), the report has no probe of it");
    }
    if (!settings.empty()) say_sentence(out, settings);
}

void say_keepalive(std::string& out, const OwnedSocket& row, const InferredKeepalive& inferred) {
    if (row.options && row.options->on) return say_set_settings(out, *row.options, inferred);
    if (inferred.probes == 0) return;
    if (row.options) {
        say_sentence(out, "The report has ", Count{inferred.probes, "keepalive probe", "keepalive probes"},
                     " from here, yet keepalive is off: the process has switched it off since");
    } else if (inferred.idle != kNoTime) {
        say_sentence(out, "Idle: inferred ", seconds(inferred.idle), " s, what is set is not known");
    }
}

bool is_open(TcpState state) {
    return state == TcpState::kEstablished || state == TcpState::kCloseWait;
}

std::string process_of(const OwnedSocket& row) {
    return row.owner ? "process " + std::string(row.owner->process) : "this host";
}

}  // namespace

std::string comparison_of(const OwnedSocket& row, const std::optional<ReportFlow>& flow) {
    if (!flow) return "The report does not have it.";
    std::string out;
    say_keepalive(out, row, flow->local);
    if (!is_open(row.socket.state)) return out;
    const bool ended = is_death(flow->verdict) || flow->verdict == Verdict::kPeerReset;
    if (ended) {
        say_sentence(out, "The report says ", to_string(flow->verdict), ", and ", process_of(row),
                     " still has the connection open");
    }
    if ((ended || flow->verdict == Verdict::kSuspect) && row.options && !row.options->on)
        say_sentence(out, "Keepalive off in ", process_of(row), ": nothing will notice");
    return out;
}

}  // namespace deadpeer
