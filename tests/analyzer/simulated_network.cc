#include "analyzer/simulated_network.h"

#include <algorithm>
#include <span>
#include <utility>

namespace deadpeer::test {
namespace {

constexpr std::uint8_t kSyn = 2, kRst = 4, kPush = 8, kAck = 16;

}  // namespace

void SimulatedNetwork::at(Nanoseconds time, std::function<void()> act) {
    events_.push({std::max(time, now_), ++order_, std::move(act)});
}

std::vector<SimulatedFrame> SimulatedNetwork::run() {
    while (!events_.empty() && events_.top().at < kEnd) {
        const Event event = events_.top();
        events_.pop();
        now_ = event.at;
        event.act();
    }
    std::ranges::stable_sort(frames_, {}, &SimulatedFrame::time);
    return std::move(frames_);
}

void SimulatedNetwork::abort(Connection& c, std::size_t side) {
    End& end = c.ends[side];
    if (!end.has_state()) return;
    send(c, side, {kRst | kAck, end.next, end.expected, 0});
    end.is_open = false;
}

void SimulatedNetwork::open(Connection& c) {
    for (std::size_t side = 0; side < 2; ++side) {
        End& end = c.ends[side];
        const End& other = c.ends[1 - side];
        if (!end.host->is_up) return;
        end.is_open = true;
        end.boots = end.host->boots;
        end.expected = other.next + 1;
    }
    c.passed = now_;
    End& client = c.ends[0];
    End& server = c.ends[1];
    record(c, 0, {kSyn, client.next++, 0, 0}, now_, client.host->ttl);
    record(c, 1, {kSyn | kAck, server.next++, client.next, 0}, now_ + c.rtt, server.host->ttl);
    record(c, 0, {kAck, client.next, server.next, 0}, now_ + c.rtt, client.host->ttl);
    for (std::size_t side = 0; side < 2; ++side) {
        c.ends[side].acked = c.ends[side].next;
        c.ends[side].used = now_ + c.rtt;
        watch_idle(c, side);
    }
    if (c.period > 0) after(between(c.period / 2, c.period), [this, &c] { request(c); });
}

void SimulatedNetwork::request(Connection& c) {
    if (!c.ends[0].has_state() || !c.ends[0].host->is_up) return;
    write(c, 0, static_cast<std::uint16_t>(20 + below(500)));
    after(between(c.period * 3 / 4, c.period * 5 / 4), [this, &c] { request(c); });
}

void SimulatedNetwork::write(Connection& c, std::size_t side, std::uint16_t length) {
    End& end = c.ends[side];
    if (!end.has_state() || end.acked != end.next) return;
    end.next += length;
    end.tries = 0;
    transmit(c, side, length, std::max(3 * c.rtt, 200 * kMillisecond));
}

void SimulatedNetwork::transmit(Connection& c, std::size_t side, std::uint16_t length, Nanoseconds timeout) {
    constexpr unsigned kMostTries = 9;
    End& end = c.ends[side];
    if (!end.has_state() || end.acked == end.next) return;
    if (!end.host->is_up)
        return after(timeout, [this, &c, side, length, timeout] { transmit(c, side, length, timeout); });
    if (end.tries == kMostTries) {
        if (is_seen(c, side)) c.fate.transmissions_in_vain = end.tries;
        end.is_open = false;
        return;
    }
    ++end.tries;
    end.used = now_;
    send(c, side, {kPush | kAck, end.next - length, end.expected, length});
    after(timeout, [this, &c, side, length, timeout] { transmit(c, side, length, 2 * timeout); });
}

void SimulatedNetwork::watch_idle(Connection& c, std::size_t side) {
    const End& end = c.ends[side];
    if (end.keepalive.idle > 0) at(end.used + end.keepalive.idle, [this, &c, side] { probe(c, side); });
}

void SimulatedNetwork::probe(Connection& c, std::size_t side) {
    End& end = c.ends[side];
    if (!end.has_state()) return;
    if (!end.host->is_up) return after(end.keepalive.interval, [this, &c, side] { probe(c, side); });
    if (end.acked != end.next) return after(end.keepalive.idle, [this, &c, side] { probe(c, side); });
    if (end.probes == 0 && now_ < end.used + end.keepalive.idle) return watch_idle(c, side);
    if (end.probes == end.keepalive.count) {
        if (is_seen(c, side)) c.fate.probes_in_vain = end.probes;
        send(c, side, {kRst | kAck, end.next, end.expected, 0});
        end.is_open = false;
        return;
    }
    ++end.probes;
    send(c, side, {kAck, end.next - 1, end.expected, 0});
    after(end.keepalive.interval, [this, &c, side] { probe(c, side); });
}

// Through the box, if it knows the connection, and along the path.
void SimulatedNetwork::send(Connection& c, std::size_t side, const Segment& segment) {
    const Host& from = *c.ends[side].host;
    Host& to = *c.ends[1 - side].host;
    const bool forgot =
        now_ - c.passed > c.box->timeout || (c.box->restarted != kNoTime && c.passed <= c.box->restarted);
    const bool passes = *c.path_is_up && !forgot;
    if (c.tap == side || passes) record(c, side, segment, now_ + (c.tap == side ? 0 : c.rtt / 2), from.ttl);
    if (passes) {
        c.passed = now_;
        after(c.rtt / 2, [this, &c, side, segment, &to] {
            if (to.is_up) receive(c, 1 - side, segment);
        });
    } else if (forgot && c.box->resets && (segment.flags & kRst) == 0) {
        const std::uint8_t ttl = static_cast<std::uint8_t>(to.ttl - (c.box->changes_ttl ? 7 : 0));
        const Segment reset{kRst, segment.ack, 0, 0};
        if (c.tap == side) record(c, 1 - side, reset, now_ + kMillisecond, ttl);
        after(kMillisecond, [this, &c, side, reset] { receive(c, side, reset); });
    }
}

void SimulatedNetwork::receive(Connection& c, std::size_t side, const Segment& segment) {
    End& end = c.ends[side];
    if (!end.has_state()) {
        if ((segment.flags & kRst) != 0) return;
        if (side == 1 && is_seen(c, side)) c.fate.forgotten_by_server = true;
        return send(c, side, {kRst, segment.ack, 0, 0});
    }
    if ((segment.flags & kRst) != 0) {
        end.is_open = false;
        return;
    }
    end.used = now_;
    end.probes = 0;
    if (static_cast<std::int32_t>(segment.ack - end.acked) > 0) end.acked = segment.ack;
    const bool is_probe = segment.length == 0 && segment.seq + 1 == end.expected;
    if (segment.length == 0 && !is_probe) return;
    if (segment.seq == end.expected) end.expected += segment.length;
    send(c, side, {kAck, end.next, end.expected, 0});
    if (side == 1 && segment.length > 0)
        after(between(0, 50 * kMillisecond),
              [this, &c] { write(c, 1, static_cast<std::uint16_t>(40 + below(900))); });
}

void SimulatedNetwork::record(Connection& c, std::size_t side, const Segment& segment, Nanoseconds time,
                              std::uint8_t ttl) {
    End& from = c.ends[side];
    const End& to = c.ends[1 - side];
    SimulatedFrame& frame = frames_.emplace_back();
    frame.time = time;
    std::uint8_t* out = frame.bytes;
    const auto put = [&out](std::uint64_t value, int bytes) {
        while (--bytes >= 0) *out++ = static_cast<std::uint8_t>(value >> (8 * bytes));
    };
    const bool is_v6 = from.host->address.is_v6;
    const auto length = static_cast<std::uint16_t>(20 + segment.length);
    if (is_v6) {
        put(0x60000000, 4);
        put(length, 2);
        put(6, 1);
        put(ttl, 1);
    } else {
        put(0x4500, 2);
        put(20U + length, 2);
        put(from.host->counts_ids ? ++from.host->ip_id : 0, 2);
        put(0x4000, 2);
        put(ttl, 1);
        put(6, 1);
        put(0, 2);
    }
    for (const Host* host : {from.host, to.host}) {
        const auto bytes = std::span(host->address.bytes).first(is_v6 ? 16 : 4);
        out = std::ranges::copy(bytes, out).out;
    }
    put(from.port, 2);
    put(to.port, 2);
    put(segment.seq, 4);
    put(segment.ack, 4);
    put(0x50, 1);
    put(segment.flags, 1);
    put((segment.flags & kRst) != 0 ? 0 : 500, 2);
    put((segment.seq * 31 + segment.ack * 17 + segment.flags) & 0xffff, 2);  // differs as a checksum does
    put(0, 2);
    frame.captured_length = static_cast<std::uint8_t>(out - frame.bytes);
    frame.original_length = static_cast<std::uint16_t>(frame.captured_length + segment.length);
}

}  // namespace deadpeer::test
