// make_random_capture STYLE SEED FRAMES FILE: writes a capture of RandomTraffic, for tshark to label.
#include <pcap.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>

#include <fmt/core.h>

#include "oracle/random_traffic.h"

namespace {

using deadpeer::kSecond;
using deadpeer::test::TrafficStyle;

struct NamedStyle {
    std::string_view name;
    TrafficStyle style;
};

constexpr TrafficStyle kPlain{};
constexpr TrafficStyle kMptcp{.mptcp = 1, .control = 60, .edge = 60};
constexpr TrafficStyle kCut{.cut = 4};
constexpr TrafficStyle kDamaged{.cut = 30, .damage = 8, .kept_payload = 40};
constexpr TrafficStyle kTime{.control = 60, .edge = 60, .backwards = 4};
constexpr TrafficStyle kSack{.sack = 1, .control = 100, .edge = 0};
constexpr TrafficStyle kControl{.sack = 10, .control = 4};
constexpr NamedStyle kStyles[] = {{"plain", kPlain},     {"mptcp", kMptcp}, {"cut", kCut},
                                  {"damaged", kDamaged}, {"time", kTime},   {"sack", kSack},
                                  {"control", kControl}};

bool parse(std::string_view text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

bool write_capture(const TrafficStyle& style, std::uint64_t seed, std::uint64_t frames, const char* path) {
    constexpr int kSnapLength = 262144;
    const std::unique_ptr<pcap_t, decltype(&pcap_close)> handle(
        pcap_open_dead_with_tstamp_precision(DLT_RAW, kSnapLength, PCAP_TSTAMP_PRECISION_NANO), &pcap_close);
    pcap_dumper_t* const dumper = pcap_dump_open(handle.get(), path);
    if (dumper == nullptr) {
        fmt::print(stderr, "make_random_capture: {}\n", pcap_geterr(handle.get()));
        return false;
    }
    deadpeer::test::RandomTraffic traffic(seed, style);
    for (std::uint64_t i = 0; i < frames; ++i) {
        const deadpeer::test::RandomFrame frame = traffic.next();
        pcap_pkthdr header{};
        header.ts.tv_sec = frame.time / kSecond;
        header.ts.tv_usec = frame.time % kSecond;
        header.caplen = static_cast<bpf_u_int32>(frame.bytes.size());
        header.len = frame.original_length;
        pcap_dump(reinterpret_cast<u_char*>(dumper), &header, frame.bytes.data());
    }
    const bool written = pcap_dump_flush(dumper) == 0;
    pcap_dump_close(dumper);
    return written;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seed = 0;
    std::uint64_t frames = 0;
    if (argc != 5 || !parse(argv[2], seed) || !parse(argv[3], frames)) {
        fmt::print(stderr, "usage: make_random_capture STYLE SEED FRAMES FILE\n");
        return 2;
    }
    for (const NamedStyle& named : kStyles) {
        if (named.name == argv[1]) return write_capture(named.style, seed, frames, argv[4]) ? 0 : 1;
    }
    fmt::print(stderr, "make_random_capture: no style '{}'\n", argv[1]);
    return 2;
}
