#include "oracle/random_traffic.h"

#include <algorithm>

#include "deadpeer/segment.h"

namespace deadpeer::test {
namespace {

constexpr std::array<std::uint32_t, 12> kLengths = {1, 1, 2, 3, 10, 10, 100, 255, 256, 257, 512, 1000};
constexpr std::array<std::uint32_t, 8> kFarNumbers = {0,          1,          0xffffffff, 0xfffffffe,
                                                      0x7fffffff, 0x80000000, 0x80000001, 1000};
constexpr std::array<Nanoseconds, 16> kSteps = {0,
                                                1,
                                                kMicrosecond,
                                                100 * kMicrosecond,
                                                kMillisecond,
                                                kMillisecond,
                                                kMillisecond,
                                                2999 * kMicrosecond,
                                                3 * kMillisecond,
                                                3001 * kMicrosecond,
                                                5 * kMillisecond,
                                                10 * kMillisecond,
                                                19 * kMillisecond,
                                                20 * kMillisecond - 1,
                                                20 * kMillisecond,
                                                kSecond};

std::size_t ip_header_length(const ScenarioPacket& packet) {
    return packet.source.is_v6() ? 40 : 20;
}

}  // namespace

RandomTraffic::RandomTraffic(std::uint64_t seed, const TrafficStyle& style) : random_(seed), style_(style) {
    for (Connection& connection : connections_) restart(connection);
}

void RandomTraffic::restart(Connection& connection) {
    const bool reuse = connection.sides[0].endpoint.port != 0 && one_in(3);
    if (!reuse) {
        const auto port = static_cast<std::uint16_t>(40000 + next_port_++ % 20000);
        const bool v6 = one_in(style_.v6);
        connection.sides[0].endpoint = {v6 ? "2001:db8::1" : "10.0.0.1", port};
        connection.sides[1].endpoint = {v6 ? "2001:db8::2" : "10.0.0.2", 50000};
        if (one_in(2)) std::swap(connection.sides[0].endpoint.address, connection.sides[1].endpoint.address);
    }
    for (Side& side : connection.sides) {
        if (!reuse || one_in(2)) side.isn = one_in(4) ? 0U - below(2000) : below(4) * 100000 + 1000;
        side.next = side.isn;
        side.last_ack = 0;
        side.sent_count = 0;
        side.window = 500;
    }
    connection.windows = {0, 500, static_cast<std::uint16_t>(one_in(2) ? 501 : 100)};
    connection.handshake_left = one_in(4) ? 0 : 3;
    connection.segments_left = 10 + below(one_in(4) ? 300 : 60);
    connection.mptcp = one_in(style_.mptcp);
    connection.has_key = connection.mptcp && !reuse && one_in(2);
}

RandomFrame RandomTraffic::next() {
    Connection& connection = connections_[below(static_cast<std::uint32_t>(connections_.size()))];
    if (connection.segments_left == 0) restart(connection);
    --connection.segments_left;
    ScenarioPacket packet;
    if (connection.handshake_left > 0 && !one_in(20)) {
        packet = handshake(connection);
    } else {
        const std::uint32_t sender = below(2);
        packet = segment(connection, connection.sides[sender], connection.sides[1 - sender]);
    }
    step_time();
    RandomFrame frame;
    frame.time = time_;
    frame.bytes = to_bytes(packet);
    const std::size_t tcp_at = ip_header_length(packet);
    if (one_in(style_.damage)) damage(frame, tcp_at);
    frame.original_length = static_cast<std::uint32_t>(frame.bytes.size());
    const std::size_t headers = frame.bytes.size() - packet.payload.size();
    frame.bytes.resize(headers + std::min(packet.payload.size(), style_.kept_payload));
    if (one_in(style_.cut)) frame.bytes.resize(std::min(frame.bytes.size(), tcp_at + 10 + below(50)));
    return frame;
}

ScenarioPacket RandomTraffic::handshake(Connection& connection) {
    const unsigned step = 3 - connection.handshake_left--;
    Side& from = connection.sides[step == 1 ? 1 : 0];
    Side& to = connection.sides[step == 1 ? 0 : 1];
    ScenarioPacket packet;
    packet.source = from.endpoint;
    packet.destination = to.endpoint;
    packet.flags = step == 0 ? kSyn : step == 1 ? kSyn | kAck : kAck;
    packet.seq = from.next;
    packet.ack = step == 0 ? 0 : to.next;
    packet.window = from.window;
    if (step < 2 && !one_in(4)) packet.options.push_back({3, {static_cast<std::uint8_t>(below(17))}});
    if (connection.has_key && step < 2) {
        // Keys must differ: two connections with equal keys are one to MPTCP.
        ScenarioOption option{30, {0x00, 0x01}};
        while (option.value.size() < 10) option.value.push_back(static_cast<std::uint8_t>(below(256)));
        packet.options.push_back(option);
    }
    remember(from, packet);
    return packet;
}

ScenarioPacket RandomTraffic::segment(Connection& connection, Side& from, const Side& to) {
    ScenarioPacket packet;
    packet.source = from.endpoint;
    packet.destination = to.endpoint;
    packet.flags = kAck;
    choose_sequence(connection, from, to, packet);
    packet.ack = choose_ack(from, to);
    packet.window = one_in(3) ? pick(std::span<const std::uint16_t>(connection.windows)) : from.window;
    choose_flags(from, packet);
    const bool data = !packet.payload.empty();
    if (one_in(data ? 8 * style_.sack : style_.sack)) add_sack(to, packet);
    if (one_in(200)) packet.options.push_back({3, {static_cast<std::uint8_t>(below(17))}});
    if (connection.mptcp) add_mptcp(from, packet);
    if (one_in(style_.edge))
        packet.seq = pick(std::span<const std::uint32_t>(kFarNumbers)) + from.isn * below(2);
    if (one_in(style_.edge))
        packet.ack = pick(std::span<const std::uint32_t>(kFarNumbers)) + to.isn * below(2);
    remember(from, packet);
    return packet;
}

// Data, probes, retransmissions and pure ACKs.
void RandomTraffic::choose_sequence(const Connection& connection, const Side& from, const Side& to,
                                    ScenarioPacket& packet) {
    std::uint32_t length = 0;
    packet.seq = from.next;
    switch (below(12)) {
        case 0:
        case 1:
        case 2:
            length = pick(std::span<const std::uint32_t>(kLengths));
            break;
        case 3:  // after a hole
            packet.seq += pick(std::span<const std::uint32_t>(kLengths));
            length = pick(std::span<const std::uint32_t>(kLengths));
            break;
        case 4:
        case 5:  // something again: as it was, or with another end
            if (from.sent_count > 0) {
                const Range range =
                    from.sent[below(std::min<std::uint32_t>(static_cast<std::uint32_t>(from.sent_count),
                                                            static_cast<std::uint32_t>(from.sent.size())))];
                packet.seq = range.first;
                length =
                    one_in(3) ? pick(std::span<const std::uint32_t>(kLengths)) : range.second - range.first;
            }
            break;
        case 6:  // a probe
            packet.seq -= 1;
            length = below(3) == 0 ? 2 : below(2);
            break;
        case 7:  // a window probe
            length = 1;
            break;
        case 8:  // near anything that was said
            packet.seq = one_in(2) ? near_number(from) : to.last_ack;
            length = one_in(2) ? 0 : pick(std::span<const std::uint32_t>(kLengths));
            break;
        default:
            break;
    }
    // Up to the edge of the window, sometimes.
    if (length > 0 && one_in(10)) length = to.last_ack + connection.windows[2] - packet.seq;
    packet.payload.assign(std::min(length, 2000U), 'x');
}

void RandomTraffic::choose_flags(Side& from, ScenarioPacket& packet) {
    if (one_in(50)) packet.flags = packet.flags & static_cast<std::uint16_t>(~kAck);
    if (!one_in(style_.control)) return;
    switch (below(6)) {
        case 0:
            packet.flags |= kFin;
            break;
        case 1:
            packet.flags = static_cast<std::uint16_t>(one_in(2) ? kRst : kRst | kAck);
            break;
        case 2:
        case 3:
            packet.flags = static_cast<std::uint16_t>(one_in(2) ? kSyn : kSyn | kAck);
            if (one_in(3)) from.isn += 7;
            packet.seq = from.isn;
            break;
        case 4:
            packet.flags |= kSyn;
            break;
        default:
            packet.flags = static_cast<std::uint16_t>(below(64));
            break;
    }
}

std::uint32_t RandomTraffic::choose_ack(const Side& from, const Side& to) {
    switch (below(10)) {
        case 0:
        case 1:
            return to.next;
        case 2:
            return near_number(to);
        case 3:
            return from.last_ack + 1;
        case 4:
            return to.next + below(3);
        default:
            return from.last_ack;
    }
}

// An end of a range that the side sent, or next to one.
std::uint32_t RandomTraffic::near_number(const Side& side) {
    const Range& range = side.sent[below(static_cast<std::uint32_t>(side.sent.size()))];
    return (one_in(2) ? range.first : range.second) + (one_in(4) ? below(3) - 1 : 0);
}

void RandomTraffic::add_sack(const Side& to, ScenarioPacket& packet) {
    ScenarioOption option{5, {}};
    for (std::uint32_t blocks = 1 + below(3); blocks > 0; --blocks) {
        const std::uint32_t left = near_number(to);
        const std::uint32_t right =
            one_in(2) ? near_number(to) : left + pick(std::span<const std::uint32_t>(kLengths));
        for (const std::uint32_t number : {left, right}) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                option.value.push_back(static_cast<std::uint8_t>(number >> shift));
            }
        }
    }
    packet.options.push_back(option);
}

void RandomTraffic::add_mptcp(Side& from, ScenarioPacket& packet) {
    if (one_in(3)) from.mptcp_subtype = static_cast<std::uint8_t>(2 + below(5));
    switch (one_in(8) ? 0 : from.mptcp_subtype) {
        case 2:  // data acknowledgement
            packet.options.push_back({30, {0x20, 0x01, 0, 0, 0, 1}});
            break;
        case 3:  // another address
            packet.options.push_back({30, {0x34, 1, 10, 0, 0, 3}});
            break;
        case 4:  // an address that is gone
            packet.options.push_back({30, {0x40, 1}});
            break;
        case 5:  // priority
            packet.options.push_back({30, {0x50}});
            break;
        case 6:  // two operations
            packet.options.push_back({30, {0x20, 0x01, 0, 0, 0, 1}});
            packet.options.push_back({30, {0x40, 2}});
            break;
        default:
            break;
    }
}

void RandomTraffic::remember(Side& from, const ScenarioPacket& packet) {
    const bool control = (packet.flags & (kSyn | kFin)) != 0;
    const auto length = static_cast<std::uint32_t>(packet.payload.size()) + (control ? 1U : 0U);
    from.last_ack = packet.ack;
    from.window = packet.window;
    if (length == 0) return;
    const std::uint32_t end = packet.seq + length;
    from.sent[from.sent_count++ % from.sent.size()] = {packet.seq, end};
    // A window probe's byte may be taken or not.
    if (static_cast<std::int32_t>(end - from.next) > 0 && !(length == 1 && one_in(2))) from.next = end;
}

void RandomTraffic::damage(RandomFrame& frame, std::size_t tcp_at) {
    std::vector<std::uint8_t>& bytes = frame.bytes;
    if (one_in(2)) {
        bytes[tcp_at + 12] = static_cast<std::uint8_t>((bytes[tcp_at + 12] & 0x0f) | below(16) << 4);
        return;
    }
    const std::size_t length_at = tcp_at == 40 ? 4 : 2;
    const auto length =
        static_cast<std::uint32_t>(bytes[length_at] << 8 | bytes[length_at + 1]) + below(9) - 4;
    bytes[length_at] = static_cast<std::uint8_t>(length >> 8);
    bytes[length_at + 1] = static_cast<std::uint8_t>(length);
}

void RandomTraffic::step_time() {
    const Nanoseconds step = pick(std::span<const Nanoseconds>(kSteps));
    time_ += one_in(style_.backwards) ? -step : step;
}

}  // namespace deadpeer::test
