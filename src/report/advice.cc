#include "report/advice.h"

#include "report/words.h"

namespace deadpeer {

bool survived_as_long(Nanoseconds idle, Nanoseconds survived) {
    return survived > 0 && survived >= idle - idle / 8;
}

void say_limit(std::string& out, Nanoseconds failed, Nanoseconds survived) {
    // The options take whole seconds.
    if (survived >= kSecond && survived < failed) {
        return say(out, "at most ", Span{survived - survived % kSecond});
    }
    say(out, "below ", Span{failed});
}

void advise_quicker(std::string& out, Nanoseconds half_open, const IpAddress& host) {
    if (half_open == kNoTime || half_open < kTooLong) return;
    say(out,
        "; to notice such a death within a minute set SO_KEEPALIVE with TCP_KEEPIDLE 30, "
        "TCP_KEEPINTVL 10 and TCP_KEEPCNT 3 on ",
        host);
}

}  // namespace deadpeer
