#include "report/text/advice.h"

#include <array>

#include "report/text/words.h"

namespace deadpeer {

bool survived_as_long(Nanoseconds idle, Nanoseconds survived) {
    return survived > 0 && survived >= idle - idle / 8;
}

void say_limit(std::string& out, Nanoseconds timeout) {
    constexpr std::array<int, 17> kRoundSeconds = {1,  2,  3,   5,   10,  15,  20,   30,  45,
                                                   60, 90, 120, 180, 300, 600, 1200, 1800};
    Nanoseconds limit = kRoundSeconds.front() * kSecond;
    for (const int seconds : kRoundSeconds) {
        if (seconds * kSecond <= timeout - timeout / 8) limit = seconds * kSecond;
    }
    say(out, "at most ", Span{limit});
}

void advise_quicker(std::string& advice, Nanoseconds half_open, const IpAddress& host) {
    if (half_open == kNoTime || half_open < kTooLong) return;
    say_sentence(advice,
                 "To notice such a death within a minute, set SO_KEEPALIVE with TCP_KEEPIDLE 30, "
                 "TCP_KEEPINTVL 10 and TCP_KEEPCNT 3 on ",
                 host);
}

}  // namespace deadpeer
