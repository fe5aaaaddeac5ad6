// What the codes of causes and clues mean; part of the glossary.
//
// Threads: constants.
#pragma once

#include <array>

#include "report/cause/cause_names.h"
#include "report/glossary.h"

namespace deadpeer {

inline constexpr auto kCauseGlossary = std::to_array<GlossaryEntry>({
    {to_string(Cause::kHostDown), "", "The host was down, or off its link.",
     "Ask its console and its switch port."},
    {to_string(Cause::kPathDown), "",
     "Nothing got through between the two any more, in one direction or both.",
     "Check the links and firewalls in between."},
    {to_string(Cause::kIdleTimeoutOnPath), "",
     "A NAT, firewall or load balancer had forgotten the idle connection.",
     "Compare the silence with its idle timeout."},
    {to_string(Cause::kProbesIgnored), "", "The peer lives, but its stack answers no keepalive probes.",
     "See whether it ever answered one."},
    {to_string(Cause::kCaptureBlind), "", "There was an answer, and the capture does not hold it.",
     "Capture again, nearer to the host."},
    {to_string(Cause::kHostRebooted), "", "The host rebooted.", "Check its uptime."},
    {to_string(Cause::kProcessEnded), "", "The process ended, or its host dropped the connection otherwise.",
     "Check its log and its own idle timer."},
    {to_string(Cause::kMiddleboxReset), "", "A middlebox sent the RST in the name of the peer.",
     "Capture at the peer as well."},
    {to_string(Cause::kMiddleboxRestarted), "", "A middlebox restarted and lost its state.",
     "Check its uptime and failovers."},
    {to_string(Cause::kAddressMoved), "", "The address moved to another machine.", "Check for a failover."},
    {to_string(Cause::kAddressConflict), "", "Two machines use the address.",
     "Find both by their MAC addresses."},
    {to_string(Cause::kApplicationAborted), "",
     "The application aborted the connection, or ended without reading all.", "Check its log."},
    {to_string(Cause::kIdleTimer), "", "The application's own idle timer expired.",
     "Compare the silence with its settings."},
    {to_string(Cause::kNothingListens), "", "Nothing listens on that port.",
     "Start the service, or mend the address."},
    {to_string(Cause::kRefusedForNow), "",
     "The service refuses this client for now: a limit of connections, or an older one half-open.",
     "See whether it accepts others."},
    {to_string(Cause::kFirewallRejects), "", "A firewall answers in the name of the host.",
     "Compare the TTL of the RST with that of other segments."},
    {to_string(Cause::kFirewallDrops), "", "A firewall drops segments of one direction or both.",
     "Capture behind it."},
    {to_string(Cause::kAcceptQueueFull), "", "The service does not accept connections as fast as they come.",
     "Look at its listen queue (`ss -lt`)."},
    {to_string(Cause::kSynFlood), "", "The SYN was sent in another's name, or by a scanner.",
     "See to it that SYN cookies are on."},
    {to_string(Cause::kPathMtu), "", "The path drops large segments.",
     "Check the MTU of tunnels on it, and that ICMP gets through."},
    {to_string(Cause::kApplicationHangs), "",
     "The application does not send its heartbeat any more, though its host is up.", "Check its log."},
});

inline constexpr auto kClueGlossary = std::to_array<GlossaryEntry>({
    {clue_name(Clues{kSignProberReset}), "", "The side that gave up sent a RST.", ""},
    {clue_name(Clues{kSignIcmpUnreachable}), "", "An ICMP error called the other side unreachable.", ""},
    {clue_name(Clues{kSignOthersLost}), "", "Other connections of the host were lost as well.", ""},
    {clue_name(Clues{kSignAnnouncement}), "",
     "The host announced itself as after a boot (ARP, DHCP, IPv6 DAD).", ""},
    {clue_name(Clues{kSignNewConnections}), "", "The host opened a burst of new connections.", ""},
    {clue_name(Clues{kSignHostSilent}), "", "Nothing was heard of the host for as long as a boot takes.", ""},
    {clue_name(Clues{kSignOlderSurvives}), "", "An older connection of the host went on.", ""},
    {clue_name(Clues{kSignTtlDiffers}), "", "The RST's TTL differs from that of its sender's other segments.",
     ""},
    {clue_name(Clues{kSignBothEndsReset}), "", "Both ends got a RST at the same time.", ""},
    {clue_name(Clues{kSignCaptureLoss}), "", "The capture lost frames that could matter.", ""},
    {clue_name(Clues{kSignTimeWentBack}), "", "The capture's clock was set back meanwhile.", ""},
    {clue_name(Clues{kSignHostHeard}), "", "The host was heard meanwhile, on other connections or otherwise.",
     ""},
    {clue_name(Clues{kSignIpIdRanOn}), "", "The host's IP ids went on counting, as no boot lets them.", ""},
    {clue_name(Clues{kSignManyHosts}), "", "Several hosts lost connections within seconds.", ""},
    {clue_name(Clues{kSignAddressMoved}), "", "Another machine claimed the address, or sent in its name.",
     ""},
    {clue_name(Clues{kSignSpokeLater}), "", "The side that did not answer spoke again later.", ""},
    {clue_name(Clues{kSignCapturePaused}), "", "The capture holds no frame at all of that time.", ""},
    {clue_name(Clues{kSignLostTogether}), "", "Several hosts lost connections with the same peer at once.",
     ""},
    {clue_name(Clues{kSignAddressTaken}), "",
     "The RST came from another MAC address, and the one before fell silent.", ""},
    {clue_name(Clues{kSignAddressShared}), "",
     "The RST came from another MAC address, and the one before went on.", ""},
    {clue_name(Clues{kSignAddressClaimed}), "",
     "ARP or neighbor discovery gave the address to the RST's sender.", ""},
    {clue_name(Clues{kSignOwnAddress}), "", "The RST's sender has another IP address of its own.", ""},
    {clue_name(kClueTimeoutFits), "", "The silence fits a known idle timeout of middleboxes.", ""},
    {clue_name(kClueSilenceTooShort), "", "The silence was shorter than any boot.", ""},
    {clue_name(kClueTriedAgain), "", "The SYN was sent again after it had been answered.", ""},
    {clue_name(kClueGaveUp), "", "It was tried as often as stacks do before they give up.", ""},
    {clue_name(kClueSmallPassed), "", "Small segments passed while large ones were not acknowledged.", ""},
    {clue_name(kClueServiceAccepts), "", "The port accepted another connection soon after.", ""},
    {clue_name(kClueBothTried), "", "Both sides sent, and neither was answered.", ""},
});

}  // namespace deadpeer
