#include <array>

#include "report/advice.h"
#include "report/failure_words.h"
#include "report/words.h"

namespace deadpeer {
namespace {

struct SignWords {
    Signs sign;
    std::string_view words;
};
constexpr std::array<SignWords, 4> kRebootSigns = {
    {{kSignOthersLost, "other connections of the host ended likewise"},
     {kSignAnnouncement, "the host announced itself (ARP, DHCP or IPv6 DAD)"},
     {kSignNewConnections, "it opened a burst of new connections"},
     {kSignHostSilent, "nothing else was heard of it in between"}}};

// "it answered A with a RST that says it knows no such connection, 5.1 s after B was last heard"
void say_no_socket(std::string& out, const FailureStory& story) {
    say_after_silence(out, story);
    say(out, "it answered ", Side{story.left}, " with a RST that says it knows no such connection");
    if (!known(story.half_open)) return;
    if (!known(story.idle) || story.half_open - story.idle >= kSecond / 10)
        say(out, ", ", Span{story.half_open}, " after its last sign of life");
}

}  // namespace

void tell_middlebox(std::string& out, const FailureStory& story) {
    say(out, story.confidence < Confidence::kHigh ? "Probably a box" : "A box", " on the path, not ",
        Side{story.failed}, ", reset the connection of ", Side{story.left});
    if (known(story.idle) && story.idle >= kMillisecond) say(out, " after ", Span{story.idle}, " of silence");
    say(out, ": ");
    if (has(story, kSignTtlDiffers)) {
        say(out, "the RST has a ", story.failed.address.is_v6 ? "hop limit" : "TTL",
            " that no other segment from ", story.failed.address, " had");
    }
    if (has(story, kSignBothEndsReset)) {
        say(out, has(story, kSignTtlDiffers) ? ", and " : "", "RSTs went to both ends within 50 ms");
    }
    if (story.confidence < Confidence::kHigh) {
        say(out, " (a capture beside ", story.failed.address, " settles it: it has no such RST)");
    }
    say_doubts(out, story);
    say(out, "; ");
    if (known(story.path_timeout) && !survived_as_long(story.idle, story.survived)) {
        return advise_keepalive(out, story);
    }
    say(out, "look at the rules and logs of the firewalls and load balancers in between");
}

void tell_rebooted(std::string& out, const FailureStory& story) {
    say(out, Side{story.failed}, " lost the connection: ");
    say_no_socket(out, story);
    say_doubts(out, story);
    conclude_reboot(out, story.signs, story.confidence, story.failed.address);
    advise_quicker(out, story.half_open, story.left.address);
}

void tell_lost_state(std::string& out, const FailureStory& story) {
    if (story.reason == Reason::kHalfOpenDiscovered) {
        say(out, Side{story.failed}, " had lost an older connection to ", Side{story.left},
            ": its SYN on the same ports was answered out of that one, half-open till then, and it reset it");
        say_doubts(out, story);
        return say(out, "; ", story.failed.address, " restarted, or its process did, since then");
    }
    const bool up = has(story, kSignOlderSurvives | kSignHostHeard | kSignIpIdRanOn);
    say(out, Side{story.failed},
        up ? " forgot the connection but its host is up: " : " lost the connection: ");
    say_no_socket(out, story);
    if (has(story, kSignOlderSurvives)) {
        say(out, ", while an older connection of ", story.failed.address, " carries on");
    } else if (has(story, kSignHostHeard)) {
        say(out, ", while other frames came from ", story.failed.address);
    } else if (has(story, kSignIpIdRanOn)) {
        say(out, ", and its IP ids go on where they had been");
    }
    if (has(story, kSignAddressMoved)) {
        say(out, ", after another machine had claimed the address ", story.failed.address);
    }
    if (has(story, kSignManyHosts)) {
        say(out, ", as other hosts did within seconds, so a middlebox before them may have restarted");
    }
    say_doubts(out, story);
    say(out, up ? "; its own keepalive or TCP_USER_TIMEOUT gave up, its process ended, or a NAT forgot it: "
                  "its log settles it"
                : "; a process that ended, a NAT that forgot the connection or a reboot look the same here: "
                  "its log and its uptime settle it");
    if (!known(story.path_timeout) || survived_as_long(story.idle, story.survived)) return;
    say(out, ", and against a NAT ");
    FailureStory plain = story;
    if (plain.guard != FailureStory::Guard::kHeartbeat) plain.guard = FailureStory::Guard::kUnknown;
    advise_keepalive(out, plain);
}

void tell_reset(std::string& out, const FailureStory& story) {
    if (story.reason == Reason::kConnectionRefused) {
        say(out, Side{story.failed}, " refused the connection of ", Side{story.left},
            ": it answered the SYN with a RST, so nothing listens there or a firewall rejects it");
        say_doubts(out, story);
        return say(out, "; start the service or open the port");
    }
    if (story.reason == Reason::kNoSocketReset) {
        say(out, Side{story.failed}, " no longer had the connection of ", Side{story.left},
            ": it answered a segment with a RST that says so");
        say(out,
            known(story.half_open)
                ? ", without having been silent, so its process ended or closed early"
                : ", and the capture does not tell for how long it had been silent, so its process ended, "
                  "its host rebooted or a NAT forgot the connection");
        say_doubts(out, story);
        return say(out, "; look in the log of its application");
    }
    if (story.reason == Reason::kResetInHandshake) {
        say(out, Side{story.failed}, " gave up the connection with ", Side{story.left},
            " in its handshake, before it was established");
        say_doubts(out, story);
        return say(out, "; see whether it waits long enough for the answer");
    }
    if (story.reason == Reason::kResetBySyn) {
        say(out, Side{story.failed}, " reset the connection because ", Side{story.left},
            " sent a SYN into it: ", story.left.address, " used the port again");
        say_doubts(out, story);
        return say(out, "; see whether ", story.left.address, " restarted");
    }
    say(out, Side{story.failed}, " aborted the connection of ", Side{story.left},
        ": its RST is not that of a host without the connection, so its application aborted, or closed with "
        "data unread");
    say_doubts(out, story);
    say(out, "; look in the log of its application");
}

void conclude_reboot(std::string& out, Signs signs, Confidence confidence, const IpAddress& host) {
    bool any = false;
    for (const SignWords& each : kRebootSigns) {
        if ((signs & each.sign) == 0) continue;
        say(out, any ? ", " : "; ", each.words);
        any = true;
    }
    if (confidence == Confidence::kHigh) {
        say(out, ": a reboot is very likely");
    } else if (confidence == Confidence::kMedium) {
        say(out, any ? ": a reboot is likely" : "; a reboot is likely");
    } else {
        say(out, "; a reboot, a process that ended or a NAT that forgot the connection look the same here");
    }
    say(out, ", and the uptime of ", host, " settles it");
}

}  // namespace deadpeer
