#include <algorithm>
#include <array>

#include "report/text/advice.h"
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

struct SignWords {
    Signs sign;
    std::string_view words;
};
constexpr std::array<SignWords, 4> kRebootSigns = {
    {{kSignOthersLost, "Other connections of the host ended likewise"},
     {kSignAnnouncement, "The host announced itself (ARP, DHCP or IPv6 DAD)"},
     {kSignNewConnections, "It opened a burst of new connections"},
     {kSignHostSilent, "Nothing else was heard of it in between"}}};

// "After 60 s of silence it answered A with a RST that says it knows no such connection, 80 s after its last
// segment."
void say_no_socket(std::string& evidence, const FailureReport& story) {
    say_it_after_silence(evidence, story);
    say(evidence, " answered ", Side{story.left}, " with a RST that says it knows no such connection");
    if (known(story.half_open) && (!known(story.idle) || story.half_open - story.idle >= kSecond / 10)) {
        say(evidence, ", ", Span{story.half_open}, " after its last segment");
    }
    say(evidence, ".");
}

bool is_surely_up(const FailureReport& story) {
    return has(story, kSignsHostUp);
}

void say_what_else_was_seen(std::string& evidence, const FailureReport& story) {
    const IpAddress& host = story.failed.address;
    if (has(story, kSignOlderSurvives)) {
        say_sentence(evidence, "Meanwhile an older connection of ", host, " carried on");
    } else if (has(story, kSignHostHeard)) {
        say_sentence(evidence, "Meanwhile other frames came from ", host);
    } else if (has(story, kSignIpIdRanOn)) {
        say_sentence(evidence, "Its IP ids went on where they had been");
    }
    if (has(story, kSignAddressMoved)) {
        say_sentence(evidence, "Before, another machine had claimed the address ", host);
    }
    if (has(story, kSignManyHosts) && !has(story, kSignLostTogether)) {
        say_sentence(evidence,
                     "Other hosts did so within seconds, so a middlebox in front of them may have restarted");
    }
}

void describe_half_open_discovered(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.failed}, " no longer had an older connection to ", Side{story.left},
                 ": the host or its process restarted");
    say_sentence(out.evidence,
                 "Its SYN on the same ports was answered from the older connection, half-open until then, "
                 "and it reset that one");
    say_doubts(out.evidence, story);
    say_sentence(out.advice, "Check the uptime of ", story.failed.address, " and the log of its process");
}

void describe_no_longer_there(Explanation& out, const FailureReport& story) {
    const bool was_heard = known(story.half_open) || story.confidence == Confidence::kHigh;
    say_sentence(out.what, Side{story.failed}, was_heard ? " no longer had" : " does not have",
                 " the connection of ", Side{story.left});
    say_sentence(out.evidence, "It answered a segment with a RST that says so",
                 was_heard ? ", without having been silent, so its process ended or closed early"
                           : ". Nothing else of it was captured in this connection: its process ended, its "
                             "host rebooted, a NAT dropped the connection, or it never had it");
    say_sentence(out.advice, "Check the log of its application");
}

// Only the numbers that were next are sure to be a connection that went on.
void describe_rebinding(Explanation& out, const FailureReport& story) {
    if (story.confidence == Confidence::kHigh) {
        say_sentence(out.what, Side{story.left}, " went on with a connection that ", Side{story.failed},
                     " knows from another address or port");
        say_sentence(out.evidence,
                     "Its segment has the sequence and acknowledgment numbers that were next in another "
                     "connection, and was answered with a RST");
        return say_sentence(out.advice,
                            "Let the NAT in between forget later, or send keepalive probes more often from ",
                            story.left.address);
    }
    say_sentence(out.what, "A segment of ", Side{story.left}, " seems to belong to a connection that ",
                 Side{story.failed}, " has with another address or port");
    say_sentence(out.evidence,
                 "Its sequence and acknowledgment numbers are within 64 KiB of those of that connection, and "
                 "it was answered with a RST");
    say_sentence(out.advice, "Look for a NAT in between that let it pass without translating it");
}

}  // namespace

void describe_middlebox(Explanation& out, const FailureReport& story) {
    const bool certain = story.confidence == Confidence::kHigh;
    const IpAddress& host = story.failed.address;
    say_sentence(out.what, "A middlebox (firewall, NAT, load balancer), not ", Side{story.failed},
                 certain ? "," : ", probably", " reset the connection of ", Side{story.left});
    if (has(story, kSignTtlDiffers)) {
        say_sentence(out.evidence, "The RST has a ", host.is_v6 ? "hop limit" : "TTL",
                     " that no other segment from ", host, " had");
    }
    if (has(story, kSignBothEndsReset)) {
        say_sentence(out.evidence, "RSTs went to both ends within 50 ms");
    }
    if (known(story.idle) && story.idle >= kMillisecond) {
        say_sentence(out.evidence, "The connection had been silent for ", Span{story.idle});
    }
    const bool rejects = has(story, kSignRefusedSince);
    if (rejects) {
        say_sentence(out.evidence, "Connections of ", story.left.address,
                     " with other hosts were reset at that moment, too, and new ones have been refused alike "
                     "since, so a firewall began to reject them");
    }
    say_doubts(out.evidence, story);
    if (rejects)
        return say_sentence(out.advice, "Check what changed in the rules of the firewalls in between");
    if (!certain) say_sentence(out.advice, "Capture next to ", host, " to confirm: it sends no such RST");
    if (known(story.path_timeout) && !survived_as_long(story.idle, story.survived)) {
        return advise_keepalive(out.advice, story);
    }
    say_sentence(out.advice, "Check the rules and logs of the firewalls and load balancers in between");
}

void describe_rebooted(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.failed}, " no longer has state for the connection with ",
                 Side{story.left}, ": ", likelihood_of_reboot(story.confidence));
    say_no_socket(out.evidence, story);
    say_reboot_signs(out.evidence, story.signs, story.confidence);
    say_doubts(out.evidence, story);
    say_sentence(out.advice, "Check the uptime of ", story.failed.address);
    advise_quicker(out.advice, story.half_open, story.left.address);
}

void describe_lost_state(Explanation& out, const FailureReport& story) {
    if (story.reason == Reason::kHalfOpenDiscovered) return describe_half_open_discovered(out, story);
    const bool up = is_surely_up(story);
    say_sentence(out.what, Side{story.failed}, " no longer has state for the connection with ",
                 Side{story.left}, up ? ", but its host is up" : "");
    say_no_socket(out.evidence, story);
    say_what_else_was_seen(out.evidence, story);
    say_doubts(out.evidence, story);
    say_sentence(out.evidence,
                 up ? "Its own keepalive or TCP_USER_TIMEOUT gave up, its process ended, or a NAT dropped "
                      "the connection"
                    : "A process that ended, a NAT that dropped the connection or a reboot would look the "
                      "same");
    if (has(story, kSignRefusedSince)) {
        say_sentence(
            out.evidence, "Connections of ", story.left.address,
            " with other hosts were reset at that moment, too, and new ones have been refused since, "
            "as by a firewall that began to reject them");
    }
    say_sentence(out.advice, "Check the log ", up ? "of " : "and the uptime of ", story.failed.address);
    if (known(story.path_timeout) && !survived_as_long(story.idle, story.survived)) {
        advise_against_nat(out.advice, story);
    }
}

void describe_restarted(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, "A middlebox between ", Side{story.left}, " and ", Side{story.failed}, " ",
                 likelihood_of_restart(story.confidence));
    say_no_socket(out.evidence, story);
    say_sentence(out.evidence, "Other hosts lost connections with ", story.left.address,
                 " at that moment, at least half of those that were used then");
    if (has(story, kSignTtlDiffers)) say_sentence(out.evidence, "The RST has a TTL of its own");
    say_what_else_was_seen(out.evidence, story);
    say_doubts(out.evidence, story);
    say_other_restarts(out.evidence, story.confidence);
    advise_on_restart(out.advice);
}

namespace {

// The silence lasted for just as long as one that is known.
bool is_known_timeout(const FailureReport& story) {
    if (!known(story.path_timeout) || !known(story.idle)) return false;
    return story.idle - story.path_timeout <= std::max(kSecond, story.path_timeout / 50);
}

}  // namespace

void describe_reset(Explanation& out, const FailureReport& story) {
    const Side failed{story.failed};
    const Side left{story.left};
    switch (story.reason) {
        case Reason::kConnectionRefused:
            say_sentence(out.what, failed, " refused the connection of ", left);
            say_sentence(out.evidence,
                         "It answered the SYN with a RST, so nothing listens there or a firewall rejects it");
            say_sentence(out.advice, "Start the service or open the port");
            break;
        case Reason::kRefusedByLiveService:
            say_sentence(out.what, failed, " refused the connection of ", left, ", but serves others");
            say_sentence(out.evidence,
                         "It answered the SYN with a RST, while it kept another connection on that port, and "
                         "accepted one within a minute");
            say_sentence(out.advice,
                         "Check its limit of connections, and whether it still holds an old one of ",
                         story.left.address);
            break;
        case Reason::kNatRebinding:
            describe_rebinding(out, story);
            break;
        case Reason::kNoSocketReset:
            describe_no_longer_there(out, story);
            break;
        case Reason::kResetInHandshake:
            say_sentence(out.what, failed, " gave up the connection with ", left,
                         " before it was established");
            say_sentence(out.evidence, "Its RST came during the handshake");
            say_sentence(out.advice, "Check whether it waits long enough for the answer");
            break;
        case Reason::kResetWhenIdle:
            say(out.what, failed, " reset the silent connection of ", left);
            if (known(story.idle)) say(out.what, " after ", Span{story.idle});
            say(out.what, ".");
            say_sentence(out.evidence,
                         "Nothing provoked its RST: an idle timeout of its application or of a middlebox "
                         "expired, or it aborted");
            if (is_known_timeout(story))
                say_sentence(out.evidence, Span{story.path_timeout}, " is a known idle timeout");
            say_sentence(out.advice, "Compare the silence with the idle timeouts of both");
            break;
        case Reason::kUnrequested:
            say_sentence(out.what, failed, " never asked ", left, " for a connection");
            say_sentence(
                out.evidence,
                "It answered a SYN-ACK with a RST, and no SYN of it was captured: somebody forged its "
                "address, or the capture lost it");
            say_sentence(out.advice, "Look for a SYN flood on ", left);
            break;
        case Reason::kResetBySyn:
            say_sentence(out.what, failed, " reset the connection because ", left, " sent a SYN into it");
            say_sentence(out.evidence, story.left.address, " used the port again");
            say_sentence(out.advice, "Find out whether ", story.left.address, " restarted");
            break;
        default:
            say_sentence(out.what, failed, " aborted the connection of ", left);
            say_sentence(out.evidence,
                         "Its RST is not that of a host without the connection, so its application aborted, "
                         "or closed with data unread");
            say_sentence(out.advice, "Check the log of its application");
    }
    say_doubts(out.evidence, story);
}

std::string_view likelihood_of_reboot(Confidence confidence) {
    switch (confidence) {
        case Confidence::kHigh:
            return "a reboot is very likely";
        case Confidence::kMedium:
            return "a reboot is likely";
        default:
            return "a reboot is possible";
    }
}

std::string_view likelihood_of_restart(Confidence confidence) {
    switch (confidence) {
        case Confidence::kHigh:
            return "restarted";
        case Confidence::kMedium:
            return "probably restarted";
        default:
            return "may have restarted";
    }
}

void say_other_restarts(std::string& evidence, Confidence confidence) {
    if (confidence == Confidence::kHigh) return;
    say_sentence(
        evidence,
        confidence == Confidence::kMedium
            ? "Processes that ended on all of these hosts at once would look the same"
            : "Hosts that restarted at once, a peer that slept or a short idle timeout would look the same");
}

void advise_on_restart(std::string& advice) {
    say_sentence(advice,
                 "Check the uptime and the failovers of the firewalls, NATs and load balancers in between");
}

void say_reboot_signs(std::string& evidence, Signs signs, Confidence confidence) {
    for (const SignWords& each : kRebootSigns) {
        if ((signs & each.sign) != 0) say_sentence(evidence, each.words);
    }
    if (confidence < Confidence::kMedium) {
        say_sentence(evidence,
                     "A process that ended or a NAT that dropped the connection would look the same");
    }
}

}  // namespace deadpeer
