// The hostile captures beside the project: each read to the end that it should have.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

enum class Outcome : std::uint8_t { kComplete, kTruncated, kDamaged, kRefused };

struct Expected {
    const char* name;
    Outcome outcome;
    std::size_t frames;
    std::size_t in_wireshark;  // frames that tshark 4.0.17 shows
};

// Where the two counts differ: Wireshark reads a bomb to its end, later versions and other formats, takes
// whole files of other kinds for one frame, guesses at variants of a damaged record (09), and gives up at
// the first packet of an undeclared interface (88, 89, 109), at a damaged option (107) and at an unassigned
// link type (28).
constexpr Expected kExpected[] = {
    {"00-good.pcap", Outcome::kComplete, 5, 5},
    {"01-empty-0-bytes.pcap", Outcome::kRefused, 0, 0},
    {"02-3-bytes.pcap", Outcome::kRefused, 0, 1},
    {"03-magic-only.pcap", Outcome::kRefused, 0, 0},
    {"04-header-23-of-24.pcap", Outcome::kRefused, 0, 0},
    {"05-header-only.pcap", Outcome::kComplete, 0, 0},
    {"06-trunc-rechdr-7-of-16.pcap", Outcome::kTruncated, 1, 1},
    {"07-trunc-last-data.pcap", Outcome::kTruncated, 4, 4},
    {"08-trunc-last-data-0.pcap", Outcome::kTruncated, 1, 1},
    {"09-caplen-ffffffff.pcap", Outcome::kDamaged, 1, 2},
    {"10-caplen-gt-snaplen.pcap", Outcome::kComplete, 5, 5},
    {"11-caplen-262145.pcap", Outcome::kDamaged, 0, 0},
    {"12-len-lt-caplen.pcap", Outcome::kComplete, 6, 6},
    {"13-caplen-0.pcap", Outcome::kComplete, 6, 6},
    {"14-snaplen-0.pcap", Outcome::kComplete, 5, 5},
    {"15-snaplen-neg.pcap", Outcome::kComplete, 5, 5},
    {"16-swapped.pcap", Outcome::kComplete, 5, 5},
    {"17-nano.pcap", Outcome::kComplete, 5, 5},
    {"18-nano-swapped.pcap", Outcome::kComplete, 5, 5},
    {"19-usec-overflow.pcap", Outcome::kComplete, 5, 5},
    {"20-ts-backwards.pcap", Outcome::kComplete, 5, 5},
    {"21-ts-zero-and-max.pcap", Outcome::kComplete, 4, 4},
    {"22-kuznetzov.pcap", Outcome::kComplete, 5, 5},
    {"23-ixia-hw.pcap", Outcome::kRefused, 0, 5},
    {"24-version-9.9.pcap", Outcome::kRefused, 0, 5},
    {"25-version-2.3-swapcap.pcap", Outcome::kComplete, 5, 5},
    {"26-version-2.2.pcap", Outcome::kComplete, 5, 5},
    {"27-linktype-147-user0.pcap", Outcome::kComplete, 5, 5},
    {"28-linktype-9999.pcap", Outcome::kComplete, 5, 0},
    {"29-linktype-fcs-bits.pcap", Outcome::kComplete, 5, 5},
    {"30-linktype-raw101-hdr-ether.pcap", Outcome::kComplete, 5, 5},
    {"31-garbage-64k.pcap", Outcome::kDamaged, 0, 0},
    {"32-zeros-64k.pcap", Outcome::kComplete, 4096, 4096},
    {"33-sll-short.pcap", Outcome::kComplete, 3, 3},
    {"34-sll2-short.pcap", Outcome::kComplete, 3, 3},
    {"35-loopback-short.pcap", Outcome::kComplete, 3, 3},
    {"36-raw-empty.pcap", Outcome::kComplete, 3, 3},
    {"40-ihl-0.pcap", Outcome::kComplete, 6, 6},
    {"41-ihl-4.pcap", Outcome::kComplete, 6, 6},
    {"42-ihl-15-short.pcap", Outcome::kComplete, 6, 6},
    {"43-iplen-0-tso.pcap", Outcome::kComplete, 6, 6},
    {"44-iplen-gt-cap.pcap", Outcome::kComplete, 6, 6},
    {"45-iplen-lt-hdr.pcap", Outcome::kComplete, 6, 6},
    {"46-iplen-lt-tcp.pcap", Outcome::kComplete, 6, 6},
    {"47-doff-0.pcap", Outcome::kComplete, 6, 6},
    {"48-doff-4.pcap", Outcome::kComplete, 6, 6},
    {"49-doff-15-short.pcap", Outcome::kComplete, 6, 6},
    {"50-tcpopt-len-0.pcap", Outcome::kComplete, 6, 6},
    {"51-tcpopt-len-1.pcap", Outcome::kComplete, 6, 6},
    {"52-tcpopt-overrun.pcap", Outcome::kComplete, 6, 6},
    {"53-tcpopt-wscale-255.pcap", Outcome::kComplete, 6, 6},
    {"54-ip-options-nop-eol.pcap", Outcome::kComplete, 6, 6},
    {"55-ip-options-rr.pcap", Outcome::kComplete, 6, 6},
    {"56-ip-option-len-0.pcap", Outcome::kComplete, 6, 6},
    {"57-ip-option-len-255.pcap", Outcome::kComplete, 6, 6},
    {"57b-ip-option-40-nops.pcap", Outcome::kComplete, 6, 6},
    {"58-frag-first-8.pcap", Outcome::kComplete, 6, 6},
    {"59-frag-off-1-overlap.pcap", Outcome::kComplete, 7, 7},
    {"60-frag-65528.pcap", Outcome::kComplete, 6, 6},
    {"61-frag-teardrop.pcap", Outcome::kComplete, 7, 7},
    {"62-snap-14.pcap", Outcome::kComplete, 6, 6},
    {"62-snap-15.pcap", Outcome::kComplete, 6, 6},
    {"62-snap-33.pcap", Outcome::kComplete, 6, 6},
    {"62-snap-34.pcap", Outcome::kComplete, 6, 6},
    {"62-snap-47.pcap", Outcome::kComplete, 6, 6},
    {"62-snap-53.pcap", Outcome::kComplete, 6, 6},
    {"63-vlan-200-deep.pcap", Outcome::kComplete, 6, 6},
    {"64-ip6-1000-hopopts.pcap", Outcome::kComplete, 6, 6},
    {"65-ip6-ext-overrun.pcap", Outcome::kComplete, 6, 6},
    {"66-ip6-jumbo-plen0.pcap", Outcome::kComplete, 6, 6},
    {"67-ip6-frag-atomic.pcap", Outcome::kComplete, 6, 6},
    {"68-ip6-frag-second.pcap", Outcome::kComplete, 6, 6},
    {"69-ip6-ah-esp.pcap", Outcome::kComplete, 7, 7},
    {"70-ip6-trunc-in-ext.pcap", Outcome::kComplete, 6, 6},
    {"71-ipip-60-deep.pcap", Outcome::kComplete, 6, 6},
    {"72-mpls-no-bos.pcap", Outcome::kComplete, 6, 6},
    {"73-all-flags.pcap", Outcome::kComplete, 7, 7},
    {"74-land.pcap", Outcome::kComplete, 6, 6},
    {"75-port0.pcap", Outcome::kComplete, 6, 6},
    {"76-seq-wrap-keepalive.pcap", Outcome::kComplete, 7, 7},
    {"77-syn-data-fin-rst.pcap", Outcome::kComplete, 6, 6},
    {"80-good.pcapng", Outcome::kComplete, 5, 5},
    {"81-two-if-same-lt.pcapng", Outcome::kComplete, 6, 6},
    {"82-two-if-diff-lt.pcapng", Outcome::kComplete, 6, 6},
    {"83-two-if-diff-snaplen.pcapng", Outcome::kComplete, 6, 6},
    {"84-diff-lt-after-packets.pcapng", Outcome::kComplete, 10, 10},
    {"85-two-sections.pcapng", Outcome::kComplete, 10, 10},
    {"86-sections-other-endian.pcapng", Outcome::kComplete, 6, 6},
    {"87-big-endian.pcapng", Outcome::kComplete, 1, 1},
    {"88-no-idb.pcapng", Outcome::kComplete, 5, 0},
    {"89-epb-bad-ifid.pcapng", Outcome::kComplete, 6, 0},
    {"90-blk-len-0.pcapng", Outcome::kDamaged, 0, 0},
    {"91-blk-len-13.pcapng", Outcome::kDamaged, 0, 0},
    {"92-blk-len-4G.pcapng", Outcome::kDamaged, 0, 0},
    {"93-blk-len-15M-short.pcapng", Outcome::kTruncated, 0, 0},
    {"94-trailer-mismatch.pcapng", Outcome::kDamaged, 0, 0},
    {"95-epb-caplen-gt-block.pcapng", Outcome::kDamaged, 0, 0},
    {"96-epb-caplen-ffffffff.pcapng", Outcome::kDamaged, 0, 0},
    {"97-trunc-last-block.pcapng", Outcome::kTruncated, 4, 4},
    {"98-trunc-in-blkhdr.pcapng", Outcome::kTruncated, 5, 5},
    {"99-shb-only.pcapng", Outcome::kComplete, 0, 0},
    {"100-idb-only.pcapng", Outcome::kComplete, 0, 0},
    {"101-tsresol-nano.pcapng", Outcome::kComplete, 1, 1},
    {"102-tsresol-10e19.pcapng", Outcome::kComplete, 1, 1},
    {"103-tsresol-2e63.pcapng", Outcome::kComplete, 1, 1},
    {"104-tsresol-2e64.pcapng", Outcome::kComplete, 1, 1},
    {"105-tsresol-0.pcapng", Outcome::kComplete, 1, 1},
    {"106-tsoffset-neg.pcapng", Outcome::kComplete, 5, 5},
    {"107-option-overrun.pcapng", Outcome::kComplete, 5, 0},
    {"108-unknown-blocks.pcapng", Outcome::kComplete, 6, 6},
    {"109-spb-no-idb.pcapng", Outcome::kComplete, 1, 0},
    {"110-spb.pcapng", Outcome::kDamaged, 1, 1},
    {"111-ver-2.0.pcapng", Outcome::kRefused, 0, 0},
    {"112-bad-bom.pcapng", Outcome::kRefused, 0, 0},
    {"113-idb-tsresol-twice.pcapng", Outcome::kComplete, 5, 5},
    {"114-shb-1M-len.pcapng", Outcome::kTruncated, 0, 1},
    {"115-isb-drops.pcapng", Outcome::kComplete, 5, 5},
    {"116-65536-idbs.pcapng", Outcome::kComplete, 5, 5},
    {"117-epb-snap-lt-cap.pcapng", Outcome::kComplete, 5, 5},
    {"120-good.pcap.gz", Outcome::kComplete, 5, 5},
    {"121-trunc.pcap.gz", Outcome::kTruncated, 4, 4},
    {"122-crc-bad.pcap.gz", Outcome::kDamaged, 5, 5},
    {"123-bomb-64MiB.pcap.gz", Outcome::kDamaged, 1048574, 4194305},
    {"124-text.txt", Outcome::kRefused, 0, 0},
    {"125-elf.pcap", Outcome::kRefused, 0, 1},
    {"126-snoop.snoop", Outcome::kRefused, 0, 0},
    {"127-erf.erf", Outcome::kRefused, 0, 0},
};

Outcome outcome_of(const Reading& reading) {
    if (!reading.error.empty()) return Outcome::kRefused;
    if (reading.status == ReadStatus::kTruncated) return Outcome::kTruncated;
    return reading.status == ReadStatus::kDamaged ? Outcome::kDamaged : Outcome::kComplete;
}

std::string path_of(const std::string& name) {
    return DEADPEER_SHARED_DIR "/bad-input/" + name;
}

TEST_CASE("hostile captures are read to the right end, mapped or streamed") {
    for (const Expected& expected : kExpected) {
        INFO(expected.name);
        std::ifstream file(path_of(expected.name), std::ios::binary);
        REQUIRE(file.is_open());
        const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        const Reading reading = read_both(bytes);
        CHECK(outcome_of(reading) == expected.outcome);
        CHECK(reading.frames.size() == expected.frames);
    }
}

TEST_CASE("every hostile capture is in the table") {
    for (const auto& entry : std::filesystem::directory_iterator(DEADPEER_SHARED_DIR "/bad-input")) {
        const std::string name = entry.path().filename().string();
        INFO(name);
        CHECK(std::ranges::any_of(kExpected, [&](const Expected& one) { return one.name == name; }));
    }
}

TEST_CASE("hostile captures have Wireshark's frames, but for named exceptions") {
    const std::vector<std::string> exceptions = {
        "02-3-bytes.pcap",        "09-caplen-ffffffff.pcap",   "23-ixia-hw.pcap",
        "24-version-9.9.pcap",    "28-linktype-9999.pcap",     "88-no-idb.pcapng",
        "89-epb-bad-ifid.pcapng", "107-option-overrun.pcapng", "109-spb-no-idb.pcapng",
        "114-shb-1M-len.pcapng",  "123-bomb-64MiB.pcap.gz",    "125-elf.pcap"};
    std::vector<std::string> different;
    for (const Expected& expected : kExpected) {
        if (read_path(path_of(expected.name)).frames.size() != expected.in_wireshark) {
            different.emplace_back(expected.name);
        }
    }
    CHECK(different == exceptions);
}

}  // namespace
}  // namespace deadpeer::test
