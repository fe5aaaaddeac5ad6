#include "analyzer/random_life.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

namespace deadpeer::test {
namespace {

constexpr std::uint8_t kSyn = 2, kRst = 4, kAck = 16;

std::uint32_t read(const MortalFrame& frame, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | frame.bytes[at + i];
    return value;
}

// An IPv4 packet without options.
struct Header {
    explicit Header(const MortalFrame& frame)
        : source(read(frame, 12)),
          destination(read(frame, 16)),
          ports(read(frame, 20)),
          ack(read(frame, 28)),
          flags(frame.bytes[33]) {}

    // The same for both directions.
    [[nodiscard]] std::pair<std::uint64_t, std::uint32_t> connection() const {
        const std::uint64_t there = std::uint64_t{source} << 32 | destination;
        const std::uint64_t back = std::uint64_t{destination} << 32 | source;
        return there < back ? std::pair(there, ports) : std::pair(back, ports << 16 | ports >> 16);
    }

    std::uint32_t source;
    std::uint32_t destination;
    std::uint32_t ports;
    std::uint32_t ack;
    std::uint8_t flags;
};

ScenarioEndpoint endpoint(std::uint32_t address, std::uint32_t port) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text += std::to_string(address >> shift & 0xff) + (shift > 0 ? "." : "");
    return {text, static_cast<std::uint16_t>(port)};
}

struct Boot {
    Nanoseconds from;
    Nanoseconds to;
};

// Of a host that knows nothing of the connection.
MortalFrame reset_of(const MortalFrame& frame, const Header& header) {
    ScenarioPacket reset;
    reset.source = endpoint(header.destination, header.ports & 0xffff);
    reset.destination = endpoint(header.source, header.ports >> 16);
    reset.flags = kRst;
    reset.seq = header.ack;
    return {frame.time + 100 * kMicrosecond, 0, 0, to_bytes(reset)};
}

// What becomes of the frames where a host is away for a while, and has forgotten all before that.
std::vector<MortalFrame> with_boots(std::vector<MortalFrame> frames,
                                    const std::map<std::uint32_t, Boot>& boots) {
    struct Life {
        Nanoseconds begin = 0;
        bool was_reset = false;
    };
    std::map<std::pair<std::uint64_t, std::uint32_t>, Life> lives;
    std::vector<MortalFrame> left;
    for (MortalFrame& frame : frames) {
        const Header header(frame);
        const auto is_away = [&](std::uint32_t host) {
            const auto boot = boots.find(host);
            return boot != boots.end() && frame.time >= boot->second.from && frame.time < boot->second.to;
        };
        Life& life = lives[header.connection()];
        if (is_away(header.source)) continue;
        if ((header.flags & kSyn) != 0) life = {frame.time, false};
        const auto has_forgotten = [&](std::uint32_t host) {
            const auto boot = boots.find(host);
            return boot != boots.end() && frame.time >= boot->second.to && life.begin < boot->second.to;
        };
        if (life.was_reset || has_forgotten(header.source)) continue;
        if (has_forgotten(header.destination) && (header.flags & kRst) == 0) {
            left.push_back(reset_of(frame, header));
            life.was_reset = true;
        }
        left.push_back(std::move(frame));
    }
    return left;
}

void add_talk(std::vector<MortalFrame>& frames) {
    for (Nanoseconds at = 0; at <= 400 * kSecond; at += 4 * kSecond) {
        ScenarioPacket packet;
        packet.source = {"10.0.7.1", 7000};
        packet.destination = {"10.0.7.2", 7};
        packet.flags = kAck;
        packet.seq = packet.ack = 1;
        packet.window = 500;
        frames.push_back({MortalTraffic::kStart + at, 0, 0, to_bytes(packet)});
    }
}

}  // namespace

std::vector<MortalFrame> random_life(std::uint64_t seed, unsigned connections) {
    std::mt19937_64 random(seed);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    std::map<std::uint32_t, Boot> boots;
    for (const std::uint32_t host : {0x0A000101U, 0x0A000102U, 0x0A000001U}) {
        if (below(2) == 0) continue;
        const Nanoseconds from = MortalTraffic::kStart + (5 + below(60)) * kSecond;
        boots[host] = {from, from + (2 + below(30)) * kSecond};
    }
    std::vector<MortalFrame> frames = with_boots(MortalTraffic::frames(seed, connections), boots);
    const unsigned lost_of_thousand = below(2) * below(30);
    std::erase_if(frames, [&](const MortalFrame&) { return below(1000) < lost_of_thousand; });
    add_talk(frames);
    std::ranges::stable_sort(frames, {}, &MortalFrame::time);
    std::uint64_t number = 0;
    for (MortalFrame& frame : frames) {
        frame.input = 0;
        frame.number = ++number;
    }
    return frames;
}

}  // namespace deadpeer::test
