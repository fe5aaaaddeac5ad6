#include "traffic.h"

namespace deadpeer::bench {
namespace {

constexpr std::int64_t kStart_us = 1'700'000'000LL * 1'000'000;
constexpr std::int64_t kMillisecond_us = 1'000;
constexpr std::int64_t kSecond_us = 1'000'000;
constexpr std::int64_t kWireGap_us = 12;  // a full frame at 1 Gbit/s
constexpr std::int64_t kKeepaliveIdle_us = 15 * kSecond_us;
constexpr std::uint16_t kMss = 1448;

}  // namespace

Traffic::Traffic(Profile profile, std::size_t connections, std::uint64_t seed)
    : profile_(profile), random_(seed), now_us_(kStart_us) {
    connections_.reserve(connections);
    for (std::size_t i = 0; i < connections; ++i) {
        connections_.push_back(new_connection());
        events_.push({kStart_us + below(5 * kSecond_us), static_cast<std::uint32_t>(i)});
    }
}

Packet Traffic::next() {
    Packet packet;
    if (chance(200)) {
        packet.time_us = now_us_;
        packet.is_udp = true;
        packet.source = 0x0a000000U + below(65536);
        packet.destination = 0x08080808U;
        packet.source_port = static_cast<std::uint16_t>(1024 + below(60000));
        packet.destination_port = 53;
        packet.payload_bytes = static_cast<std::uint16_t>(30 + below(300));
        return packet;
    }
    const Event event = events_.top();
    events_.pop();
    now_us_ = event.time_us;
    Connection& connection = connections_[event.connection];
    const std::int64_t delay_us = step(connection, packet);
    packet.time_us = now_us_;
    if (connection.phase == Phase::kOver) connection = new_connection();
    events_.push({now_us_ + delay_us, event.connection});
    return packet;
}

std::int64_t Traffic::step(Connection& c, Packet& out) {
    switch (c.phase) {
        case Phase::kFirstSyn:
        case Phase::kSecondSyn:
        case Phase::kHandshakeAck:
            return open(c, out);
        case Phase::kRequest: {
            const auto bytes = static_cast<std::uint16_t>(100 + below(600));
            fill(out, c.client, c.server, kPsh | kAck, bytes);
            c.client.next_seq += bytes;
            c.segments_left = response_segments(c.kind);
            c.phase = Phase::kResponse;
            return c.round_trip_us;
        }
        case Phase::kResponse:
        case Phase::kReorderedResponse:
            return respond(c, out);
        case Phase::kResponseAck:
            fill(out, c.client, c.server, kAck, 0);
            c.unacknowledged_segments = 0;
            if (c.segments_left > 0) {
                c.phase = Phase::kResponse;
                return kWireGap_us;
            }
            return after_response(c);
        case Phase::kProbe:
        case Phase::kProbeAck:
            return keep_alive(c, out);
        case Phase::kFirstFin:
        case Phase::kSecondFin:
        case Phase::kLastAck:
        case Phase::kOver:
            break;
    }
    return close(c, out);
}

std::int64_t Traffic::open(Connection& c, Packet& out) {
    if (c.phase == Phase::kFirstSyn) {
        fill(out, c.client, c.server, kSyn, 0);
        ++c.client.next_seq;
        c.phase = Phase::kSecondSyn;
        return c.round_trip_us;
    }
    if (c.phase == Phase::kSecondSyn) {
        fill(out, c.server, c.client, kSyn | kAck, 0);
        ++c.server.next_seq;
        c.phase = Phase::kHandshakeAck;
        return 50;
    }
    fill(out, c.client, c.server, kAck, 0);
    c.phase = Phase::kRequest;
    return 50;
}

std::int64_t Traffic::respond(Connection& c, Packet& out) {
    const std::uint16_t bytes = c.phase == Phase::kReorderedResponse ? kMss : data_segment_bytes();
    fill(out, c.server, c.client, kAck, bytes);
    if (c.repeat_bytes > 0) {
        out.seq -= c.repeat_bytes;
        out.payload_bytes = c.repeat_bytes;
        c.repeat_bytes = 0;
        c.phase = Phase::kResponseAck;
        return c.round_trip_us;
    }
    if (c.phase == Phase::kReorderedResponse) {
        c.server.next_seq += 2U * kMss;
        c.phase = Phase::kResponseAck;
        return kWireGap_us;
    }
    if (c.segments_left >= 2 && chance(20)) {
        out.seq += kMss;
        out.payload_bytes = kMss;
        c.segments_left -= 2;
        c.phase = Phase::kReorderedResponse;
        return kWireGap_us;
    }
    c.server.next_seq += bytes;
    --c.segments_left;
    if (chance(40)) {
        c.repeat_bytes = bytes;
        return 200 * kMillisecond_us + c.round_trip_us;
    }
    ++c.unacknowledged_segments;
    if (c.unacknowledged_segments >= 2 || c.segments_left == 0) c.phase = Phase::kResponseAck;
    return kWireGap_us;
}

std::int64_t Traffic::after_response(Connection& c) {
    if (c.kind == Kind::kIdle) {
        c.phase = Phase::kProbe;
        return kKeepaliveIdle_us;
    }
    --c.exchanges_left;
    c.phase = c.exchanges_left > 0 ? Phase::kRequest : Phase::kFirstFin;
    return 200 * kMillisecond_us + below(3 * kSecond_us);
}

std::int64_t Traffic::keep_alive(Connection& c, Packet& out) {
    if (c.phase == Phase::kProbe) {
        fill(out, c.client, c.server, kAck, 0);
        --out.seq;
        c.phase = Phase::kProbeAck;
        return c.round_trip_us;
    }
    fill(out, c.server, c.client, kAck, 0);
    --c.probes_left;
    c.phase = c.probes_left > 0 ? Phase::kProbe : Phase::kFirstFin;
    return kKeepaliveIdle_us;
}

std::int64_t Traffic::close(Connection& c, Packet& out) {
    if (c.phase == Phase::kFirstFin && chance(300)) {
        fill(out, c.client, c.server, kRst | kAck, 0);
        c.phase = Phase::kOver;
    } else if (c.phase == Phase::kFirstFin) {
        fill(out, c.client, c.server, kFin | kAck, 0);
        ++c.client.next_seq;
        c.phase = Phase::kSecondFin;
    } else if (c.phase == Phase::kSecondFin) {
        fill(out, c.server, c.client, kFin | kAck, 0);
        ++c.server.next_seq;
        c.phase = Phase::kLastAck;
    } else {
        fill(out, c.client, c.server, kAck, 0);
        c.phase = Phase::kOver;
    }
    return c.round_trip_us;
}

void Traffic::fill(Packet& out, const Side& from, const Side& to, std::uint16_t flags,
                   std::uint16_t payload) const {
    out.source = from.address;
    out.destination = to.address;
    out.source_port = from.port;
    out.destination_port = to.port;
    out.seq = from.next_seq;
    out.ack = (flags & kAck) != 0 ? to.next_seq : 0;
    out.flags = flags;
    out.window = (flags & kSyn) != 0 ? 64240 : 501;
    out.payload_bytes = payload;
    out.tsval = from.address + static_cast<std::uint32_t>(now_us_ / kMillisecond_us);
    out.tsecr = (flags & kAck) != 0 ? to.address + static_cast<std::uint32_t>(now_us_ / kMillisecond_us) : 0;
}

Traffic::Connection Traffic::new_connection() {
    Connection c;
    c.client = {0x0a000000U + below(65536), static_cast<std::uint16_t>(32768 + below(28232)),
                static_cast<std::uint32_t>(random_())};
    c.server = {0xc0a80000U + below(512), static_cast<std::uint16_t>(below(3) == 0 ? 80 : 443),
                static_cast<std::uint32_t>(random_())};
    const std::uint32_t dice = below(100);
    c.kind = dice < 25 ? Kind::kIdle : dice < 26 ? Kind::kBulk : Kind::kExchange;
    if (profile_ == Profile::kBulk) c.kind = Kind::kBulk;
    c.round_trip_us = 200 + below(40 * kMillisecond_us);
    c.exchanges_left = c.kind == Kind::kBulk ? 1 : 1 + below(12);
    c.probes_left = 1 + below(20);
    return c;
}

std::uint32_t Traffic::response_segments(Kind kind) {
    if (profile_ == Profile::kBulk) return 20'000 + below(20'000);
    return kind == Kind::kBulk ? 200 + below(2000) : 1 + below(16);
}

std::uint16_t Traffic::data_segment_bytes() {
    if (profile_ == Profile::kBulk) return kMss;
    const std::uint32_t dice = below(10);
    if (dice < 6) return kMss;
    if (dice < 8) return 524;
    return static_cast<std::uint16_t>(1 + below(kMss));
}

std::uint32_t Traffic::below(std::uint32_t limit) {
    return static_cast<std::uint32_t>(random_() % limit);
}

bool Traffic::chance(std::uint32_t of_10000) {
    return below(10'000) < of_10000;
}

}  // namespace deadpeer::bench
