// A catalogue of hostile captures: what the decoder makes of each strange frame. The files belong to
// others; each holds its strange frames among five plain ones.
#include <map>

#include "decode/frames.h"
#include "decode/pcap_frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

// The frames that are not the plain ones, as printed, equal ones once with their number.
std::string strange_frames(const char* file) {
    std::map<std::string, int> lines;
    int plain = 0;
    for (const TestFrame& frame : frames_of(std::filesystem::path(DEADPEER_BAD_INPUT) / file)) {
        const std::string line = decoded(frame);
        const bool is_plain =
            line == fmt::format("10.0.0.1:40000 > 10.0.0.2:80 A {}(1) ack 2000 win 512", 1000 + plain);
        if (is_plain) ++plain;
        if (!is_plain) ++lines[line];
    }
    std::string text;
    for (const auto& [line, count] : lines) {
        text += (text.empty() ? "" : "; ") + (count > 1 ? fmt::format("{} x {}", count, line) : line);
    }
    return text;
}

struct Case {
    const char* file;
    const char* expected;
};

const Case kCases[] = {
    {"27-linktype-147-user0.pcap", "5 x unsupported_link_type"},
    {"30-linktype-raw101-hdr-ether.pcap", "5 x bad_ip_version"},
    {"32-zeros-64k.pcap", "4096 x empty_frame"},
    {"33-sll-short.pcap", "not_ip; 2 x short_link_header"},
    {"34-sll2-short.pcap", "cut_ip_header; 2 x short_link_header"},
    {"35-loopback-short.pcap", "2 x cut_ip_header; short_link_header"},
    {"36-raw-empty.pcap", "2 x cut_ip_header; empty_frame"},
    {"40-ihl-0.pcap", "bad_ip_header_length"},
    {"41-ihl-4.pcap", "bad_ip_header_length"},
    {"42-ihl-15-short.pcap", "bad_ip_length"},
    {"43-iplen-0-tso.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(40000) ack 2000 win 512"},
    {"44-iplen-gt-cap.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512"},
    {"45-iplen-lt-hdr.pcap", "bad_ip_length"},
    {"46-iplen-lt-tcp.pcap", "short_tcp"},
    {"47-doff-0.pcap",
     "10.0.0.1:40000 > 10.0.0.2:80 A 1000(20) ack 2000 win 512 unlabelled options_cut bad_options"},
    {"48-doff-4.pcap",
     "10.0.0.1:40000 > 10.0.0.2:80 A 1000(4) ack 2000 win 512 unlabelled options_cut bad_options"},
    {"49-doff-15-short.pcap",
     "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512 unanalysed unlabelled options_cut"},
    {"50-tcpopt-len-0.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512 bad_options"},
    {"51-tcpopt-len-1.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512 bad_options"},
    {"52-tcpopt-overrun.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512 bad_options"},
    {"53-tcpopt-wscale-255.pcap", "10.0.0.1:40000 > 10.0.0.2:80 S 1000(0) ack 2000 win 512 wscale 254"},
    {"54-ip-options-nop-eol.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512"},
    {"55-ip-options-rr.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512"},
    {"56-ip-option-len-0.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512"},
    {"57-ip-option-len-255.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512"},
    {"57b-ip-option-40-nops.pcap", "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512"},
    {"58-frag-first-8.pcap", "fragment"},
    {"59-frag-off-1-overlap.pcap", "2 x fragment"},
    {"60-frag-65528.pcap", "fragment"},
    {"61-frag-teardrop.pcap", "2 x fragment"},
    {"62-snap-14.pcap", "cut_ip_header"},
    {"62-snap-15.pcap", "cut_ip_header"},
    {"62-snap-33.pcap", "cut_ip_header"},
    {"62-snap-34.pcap", "cut_header"},
    {"62-snap-47.pcap", "cut_header"},
    {"62-snap-53.pcap",
     "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512 unanalysed unlabelled options_cut"},
    {"63-vlan-200-deep.pcap", "too_deep"},
    {"64-ip6-1000-hopopts.pcap", "too_deep"},
    {"65-ip6-ext-overrun.pcap", "bad_extension_header"},
    {"66-ip6-jumbo-plen0.pcap", "[fe80::1]:40000 > [fe80::2]:80 A 1000(100) ack 2000 win 512"},
    {"67-ip6-frag-atomic.pcap", "[fe80::1]:40000 > [fe80::2]:80 A 1000(0) ack 2000 win 512"},
    {"68-ip6-frag-second.pcap", "fragment"},
    {"69-ip6-ah-esp.pcap", "[fe80::1]:40000 > [fe80::2]:80 A 1000(0) ack 2000 win 512; encrypted"},
    {"70-ip6-trunc-in-ext.pcap", "bad_extension_header"},
    {"71-ipip-60-deep.pcap", "too_deep"},
    {"72-mpls-no-bos.pcap", "short_link_header"},
    {"73-all-flags.pcap",
     "10.0.0.1:40000 > 10.0.0.2:80 - 1000(0) ack 2000 win 512; 10.0.0.1:40000 > 10.0.0.2:80 SFRPAUEC 1000(0) "
     "ack 2000 win 512"},
    {"74-land.pcap", "10.0.0.1:80 > 10.0.0.1:80 S 1000(0) ack 2000 win 512"},
    {"75-port0.pcap", "10.0.0.1:0 > 10.0.0.2:0 A 1000(0) ack 2000 win 512"},
    {"76-seq-wrap-keepalive.pcap",
     "10.0.0.1:40000 > 10.0.0.2:80 A 0(0) ack 2000 win 512; 10.0.0.1:40000 > 10.0.0.2:80 A 4294967295(0) ack "
     "2000 win 512"},
    {"77-syn-data-fin-rst.pcap", "10.0.0.1:40000 > 10.0.0.2:80 SFR 1000(9) ack 2000 win 512"},
};

}  // namespace

TEST_CASE("hostile frames are decoded or skipped for the reason they deserve") {
    for (const Case& test : kCases) {
        CAPTURE(test.file);
        CHECK(strange_frames(test.file) == test.expected);
    }
}

}  // namespace deadpeer
