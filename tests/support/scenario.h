// Scenario: a TCP story as text, turned into frames for the Analyzer. In the manner of packetdrill.
//
//     # A asks whether B is still there.
//     +0     A S  1000:1000(0)          win 64000 <mss 1460, sackOK, wscale 7>
//     +0.01  B S. 5000:5000(0) ack 1001 win 65000
//     +0.01  A .  1001:1001(0) ack 5001 win 500
//     +75    A .  1000:1000(0) ack 5001 win 500  => keep_alive
//     +0.02  B .  5001:5001(0) ack 1001 win 65000 ttl 57 id 4711 => keep_alive_ack
//     expect stream 0 verdict alive
//
// A line is one frame, a directive or empty; `#` begins a comment.
//
//   TIME SENDER FLAGS SEQ:END(LENGTH) [ATTRIBUTE...] [<OPTION, ...>] [=> WORD...]
//     TIME       +S or -S: seconds after or before the previous frame; S alone: since the start
//     SENDER     A (sends to B), B (sends to A), or X>Y
//     FLAGS      letters out of S F R P . U E W (`.` is ACK, as tcpdump prints it), or - for none
//     SEQ:END    raw header field, and SEQ + LENGTH for the reader's eye, checked
//     ATTRIBUTE  ack N (0), win N (as the sender's latest; 1000 at first), ttl N (64), id N (IPv4; counts up
//                for each sender), hex BYTES (the payload; zeros), captured N (bytes of the IP packet that
//                the capture kept)
//     OPTION     mss N | wscale N | sackOK | sack L:R [L:R...] | ts VALUE ECHO | mptcp SUBTYPE | nop
//   TIME icmp CODE from ADDRESS quotes SENDER FLAGS ... [=> WORD...]
//     CODE       net, host, port or admin; sent to SENDER, quoting its segment as far as options and payload
//                go. For IPv6 they are "no route", "address", "port" and "administratively prohibited".
//   TIME again [=> WORD...]
//     the previous frame, byte for byte, as a mirror port shows it
//
//   TIME claims X MAC [=> WORD...]
//     gratuitous ARP, or an unsolicited neighbor advertisement, from that Ethernet address for X's address
//   TIME asks X MAC [=> WORD...]
//     an ARP probe, or duplicate address detection, from there: whether X's address is in use
//
//   mac X MAC                   X's segments are Ethernet frames from there; MAC: 12 hexadecimal digits, or
//                               the last two after 0200000000; `none`: IP packets again
//   endpoint X ADDRESS:PORT     or [ADDRESS]:PORT. A is 10.0.0.1:40000 and B 10.0.0.2:50000 if not said.
//   start S                     seconds since 1970 of the first frame's zero; 1700000000 if not said
//   expect WORD...              a statement about the whole, for the test that reads the scenario
//
// The words after `=>` and `expect` are the test's own; the parser only keeps them.
//
// Errors: parse_scenario throws std::invalid_argument with the line number and what is wrong there.
// Source: packetdrill's script syntax, https://github.com/google/packetdrill.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deadpeer/analyzer.h"
#include "deadpeer/source.h"

namespace deadpeer::test {

using Words = std::vector<std::string>;

struct ScenarioFrame {
    unsigned line = 0;
    Nanoseconds time = 0;
    bool is_ethernet = false;
    std::vector<std::uint8_t> bytes;  // an IP packet, or an Ethernet frame, as captured
    std::uint32_t original_length = 0;
    std::optional<Words> expected;  // the words after =>; none if there is no =>
};

struct ScenarioStatement {
    unsigned line = 0;
    Words words;
};

struct Scenario {
    std::vector<ScenarioFrame> frames;  // frame n of the capture is frames[n - 1]
    std::vector<ScenarioStatement> expectations;
    std::map<std::string, std::string> endpoints;  // "10.0.0.1:40000" or "[2001:db8::1]:443" by its name
};

Scenario parse_scenario(std::string_view text);

// The frames as a capture of link type RAW. The scenario must outlive it.
class ScenarioSource final : public PacketSource {
public:
    explicit ScenarioSource(const Scenario& scenario) : scenario_(scenario) {}

    ReadStatus next(FrameBatch& batch) override;
    [[nodiscard]] const SourceStats& stats() const override { return stats_; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    [[nodiscard]] std::string format() const override { return "scenario"; }
    [[nodiscard]] std::string status_detail() const override { return {}; }

private:
    static constexpr LinkType kRaw = 101;
    static constexpr LinkType kEthernet = 1;

    const Scenario& scenario_;
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_{{"", kRaw, 0}};
};

// Analyses all that the source has as one input, and finishes. Answers how the source ended.
ReadStatus analyse(PacketSource& source, const AnalyzerOptions& options, ReportSink& sink);

// The same as a live capture has it: frame by frame, and on the way the time advances to each deadline.
ReadStatus analyse_live(PacketSource& source, const AnalyzerOptions& options, ReportSink& sink);

}  // namespace deadpeer::test
