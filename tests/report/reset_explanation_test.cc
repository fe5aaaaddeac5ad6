// Each verdict and reason that a RST tells of: what happened, the evidence, the advice.

#include "report/explained.h"
#include "support/catch.h"

using namespace deadpeer;

TEST_CASE("middlebox_reset") {
    FlowSummary flow = judged(Verdict::kMiddleboxReset, Reason::kTtlDiffers, Confidence::kMedium);
    flow.signs = kSignTtlDiffers;
    flow.idle_at_failure = 350 * kSecond;
    flow.idle_survived = 240 * kSecond;
    flow.path_timeout = 350 * kSecond;
    CHECK(explained(flow) ==
          "A middlebox (firewall, NAT, load balancer), not 10.0.0.2:50000, probably reset the connection of "
          "10.0.0.1:40000.\n"
          "The RST has a TTL that no other segment from 10.0.0.2 had. The connection had been silent for 350 "
          "s.\n"
          "Capture next to 10.0.0.2 to confirm: it sends no such RST. Keepalive seems off: set SO_KEEPALIVE "
          "and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) to at most 5 min on 10.0.0.1.");
    flow.signs |= kSignBothEndsReset;
    flow.confidence = Confidence::kHigh;
    flow.idle_at_failure = kNoTime;
    CHECK(explained(flow) ==
          "A middlebox (firewall, NAT, load balancer), not 10.0.0.2:50000, reset the connection of "
          "10.0.0.1:40000.\n"
          "The RST has a TTL that no other segment from 10.0.0.2 had. RSTs went to both ends within 50 ms.\n"
          "Check the rules and logs of the firewalls and load balancers in between.");
}

TEST_CASE("peer_rebooted: a RST alone proves no reboot") {
    FlowSummary flow = judged(Verdict::kPeerRebooted, Reason::kNoSocketReset, Confidence::kLow);
    flow.idle_at_failure = 60 * kSecond;
    flow.half_open = 80 * kSecond;
    const std::string what =
        "10.0.0.2:50000 no longer has state for the connection with 10.0.0.1:40000: a reboot is ";
    const std::string seen =
        ".\nAfter 60 s of silence it answered 10.0.0.1:40000 with a RST that says it knows no such "
        "connection, 80 s after its last segment. ";
    const std::string advice = "\nCheck the uptime of 10.0.0.2.";
    CHECK(explained(flow) ==
          what + "possible" + seen +
              "A process that ended or a NAT that dropped the connection would look the same." + advice);
    flow.confidence = Confidence::kMedium;
    flow.signs = kSignHostSilent;
    CHECK(explained(flow) == what + "likely" + seen + "Nothing else was heard of it in between." + advice);
    flow.confidence = Confidence::kHigh;
    flow.signs = kSignOthersLost | kSignAnnouncement | kSignNewConnections;
    CHECK(explained(flow) ==
          what + "very likely" + seen +
              "Other connections of the host ended likewise. The host announced itself (ARP, DHCP or IPv6 "
              "DAD). It opened a burst of new connections." +
              advice);
    flow.half_open = 300 * kSecond;
    CHECK(explained(flow).ends_with(advice +
                                    " To notice such a death within a minute, set SO_KEEPALIVE with "
                                    "TCP_KEEPIDLE 30, TCP_KEEPINTVL 10 and TCP_KEEPCNT 3 on 10.0.0.1."));
}

TEST_CASE("peer_lost_state") {
    FlowSummary flow = judged(Verdict::kPeerLostState, Reason::kNoSocketReset, Confidence::kMedium);
    flow.signs = kSignOlderSurvives;
    flow.initiator_side.probes = 1;
    flow.idle_at_failure = flow.half_open = 9133 * kMillisecond;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 no longer has state for the connection with 10.0.0.1:40000, but its host is up.\n"
          "After 9.1 s of silence it answered 10.0.0.1:40000 with a RST that says it knows no such "
          "connection. Meanwhile an older connection of 10.0.0.2 carried on. Its own keepalive or "
          "TCP_USER_TIMEOUT gave up, its process ended, or a NAT dropped the connection.\n"
          "Check the log of 10.0.0.2.");
    flow.signs = kSignAddressMoved | kSignManyHosts;
    flow.idle_at_failure = flow.half_open = 600 * kSecond;
    flow.path_timeout = 600 * kSecond;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 no longer has state for the connection with 10.0.0.1:40000.\n"
          "After 10 min of silence it answered 10.0.0.1:40000 with a RST that says it knows no such "
          "connection. Before, another machine had claimed the address 10.0.0.2. Other hosts did so within "
          "seconds, so a middlebox in front of them may have restarted. A process that ended, a NAT that "
          "dropped the connection or a reboot would look the same.\n"
          "Check the log and the uptime of 10.0.0.2. Against a NAT, set SO_KEEPALIVE and TCP_KEEPIDLE "
          "(net.ipv4.tcp_keepalive_time) to at most 5 min on 10.0.0.1.");
}

TEST_CASE("peer_lost_state, half_open_discovered") {
    CHECK(explained(judged(Verdict::kPeerLostState, Reason::kHalfOpenDiscovered, Confidence::kHigh)) ==
          "10.0.0.2:50000 no longer had an older connection to 10.0.0.1:40000: the host or its process "
          "restarted.\n"
          "Its SYN on the same ports was answered from the older connection, half-open until then, and it "
          "reset that one.\n"
          "Check the uptime of 10.0.0.2 and the log of its process.");
}

TEST_CASE("peer_reset: aborted, refused, in the handshake, by a SYN") {
    CHECK(explained(judged(Verdict::kPeerReset, Reason::kAborted, Confidence::kHigh)) ==
          "10.0.0.2:50000 aborted the connection of 10.0.0.1:40000.\n"
          "Its RST is not that of a host without the connection, so its application aborted, or closed with "
          "data unread.\n"
          "Check the log of its application.");
    CHECK(explained(judged(Verdict::kPeerReset, Reason::kConnectionRefused, Confidence::kHigh)) ==
          "10.0.0.2:50000 refused the connection of 10.0.0.1:40000.\n"
          "It answered the SYN with a RST, so nothing listens there or a firewall rejects it.\n"
          "Start the service or open the port.");
    CHECK(explained(judged(Verdict::kPeerReset, Reason::kRefusedByLiveService, Confidence::kMedium)) ==
          "10.0.0.2:50000 refused the connection of 10.0.0.1:40000, but serves others.\n"
          "It answered the SYN with a RST, while it kept another connection on that port, and accepted one "
          "within a minute.\n"
          "Check its limit of connections, and whether it still holds an old one of 10.0.0.1.");
    CHECK(explained(judged(Verdict::kPeerReset, Reason::kResetInHandshake, Confidence::kHigh)) ==
          "10.0.0.2:50000 gave up the connection with 10.0.0.1:40000 before it was established.\n"
          "Its RST came during the handshake.\n"
          "Check whether it waits long enough for the answer.");
    CHECK(explained(judged(Verdict::kPeerReset, Reason::kResetBySyn, Confidence::kHigh)) ==
          "10.0.0.2:50000 reset the connection because 10.0.0.1:40000 sent a SYN into it.\n"
          "10.0.0.1 used the port again.\n"
          "Find out whether 10.0.0.1 restarted.");
}

TEST_CASE("peer_reset: NAT rebinding") {
    CHECK(explained(judged(Verdict::kPeerReset, Reason::kNatRebinding, Confidence::kHigh)) ==
          "10.0.0.1:40000 went on with a connection that 10.0.0.2:50000 knows from another address or port.\n"
          "Its segment has the sequence and acknowledgment numbers that were next in another connection, and "
          "was "
          "answered with a RST.\n"
          "Let the NAT in between forget later, or send keepalive probes more often from 10.0.0.1.");
    CHECK(explained(judged(Verdict::kPeerReset, Reason::kNatRebinding, Confidence::kMedium)) ==
          "A segment of 10.0.0.1:40000 seems to belong to a connection that 10.0.0.2:50000 has with another "
          "address or port.\n"
          "Its sequence and acknowledgment numbers are within 64 KiB of those of that connection, and it was "
          "answered with a RST.\n"
          "Look for a NAT in between that let it pass without translating it.");
}

TEST_CASE("peer_reset: when idle") {
    FlowSummary flow = judged(Verdict::kPeerReset, Reason::kResetWhenIdle, Confidence::kMedium);
    flow.idle_at_failure = 240 * kSecond;
    const std::string evidence =
        "Nothing provoked its RST: an idle timeout of its application or of a middlebox expired, or it "
        "aborted.";
    const std::string advice = "\nCompare the silence with the idle timeouts of both.";
    CHECK(explained(flow) ==
          "10.0.0.2:50000 reset the silent connection of 10.0.0.1:40000 after 4 min.\n" + evidence + advice);
    flow.path_timeout = 240 * kSecond;
    CHECK(explained(flow).ends_with(evidence + " 4 min is a known idle timeout." + advice));
    flow.path_timeout = 120 * kSecond;  // fits, but is not it
    CHECK(explained(flow).ends_with(evidence + advice));
}

TEST_CASE("peer_reset: no longer there") {
    FlowSummary flow = judged(Verdict::kPeerReset, Reason::kNoSocketReset, Confidence::kMedium);
    CHECK(explained(flow) ==
          "10.0.0.2:50000 does not have the connection of 10.0.0.1:40000.\n"
          "It answered a segment with a RST that says so. Nothing else of it was captured in this "
          "connection: its process ended, its host rebooted, a NAT dropped the connection, or it never had "
          "it.\n"
          "Check the log of its application.");
    flow.confidence = Confidence::kHigh;  // it was heard
    CHECK(explained(flow).find("\nIt answered a segment with a RST that says so, without having been silent, "
                               "so its process ended or closed early.\n") != std::string::npos);
}
