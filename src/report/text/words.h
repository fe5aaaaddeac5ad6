// Words: sentences put together from values, at the end of a string that is used again and again.
//
//     say(out, Side{peer}, " was silent for ", Span{idle}, " and missed ", Count{3, "probe", "probes"});
//
// Cost:    no allocation once the string is large enough.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

// A duration as people say it, in the two largest units that matter: "under 1 ms", "20 ms", "20.1 s", "350
// s", "4 min", "2 h 11 min", "5 d". REQUIRES: it is known; a negative one counts as none.
struct Span {
    Nanoseconds duration;
};

// "192.0.2.1:443", "[2001:db8::1]:443". Where networks are told apart it is said, as of a mere address, in
// which it is: "192.0.2.1:443 (vlan:10)".
struct Side {
    const Endpoint& endpoint;
};

// "02:00:00:00:00:0b".
struct MacText {
    std::uint64_t address;
};

// "1 probe", "3 probes".
struct Count {
    std::uint64_t number;
    std::string_view one;
    std::string_view many;
};

inline void append_word(std::string& out, std::string_view text) {
    out += text;
}
void append_word(std::string& out, std::uint64_t number);
void append_word(std::string& out, const Span& span);
void append_word(std::string& out, const IpAddress& address);
void append_word(std::string& out, const Side& side);
void append_word(std::string& out, const Count& count);
void append_word(std::string& out, MacText mac);

template <typename... Words>
void say(std::string& out, const Words&... words) {
    (append_word(out, words), ...);
}

// A blank where a sentence stands already.
inline void begin_sentence(std::string& out) {
    if (!out.empty()) out += ' ';
}

// A whole sentence; the full stop is added.
template <typename... Words>
void say_sentence(std::string& out, const Words&... words) {
    begin_sentence(out);
    say(out, words..., ".");
}

}  // namespace deadpeer
