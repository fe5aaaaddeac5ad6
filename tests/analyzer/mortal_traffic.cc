#include "analyzer/mortal_traffic.h"

#include <algorithm>

namespace deadpeer::test {

std::vector<MortalFrame> MortalTraffic::frames(std::uint64_t seed, unsigned connections) {
    MortalTraffic traffic(seed);
    for (unsigned i = 0; i < connections; ++i) traffic.live(i);
    std::ranges::stable_sort(traffic.frames_, {}, &MortalFrame::time);
    std::uint64_t numbers[2] = {0, 0};
    for (MortalFrame& frame : traffic.frames_) frame.number = ++numbers[frame.input];
    return std::move(traffic.frames_);
}

void MortalTraffic::live(unsigned number) {
    client_ = {{"10.0.0." + std::to_string(1 + below(4)), static_cast<std::uint16_t>(40'000 + number)}, 1};
    server_ = {{"10.0.1." + std::to_string(1 + below(3)), static_cast<std::uint16_t>(80 + below(2))}, 1};
    input_ = below(2);
    now_ = kStart + between(0, 20 * kSecond);
    open();
    switch (below(9)) {
        case 0:
        case 1:
        case 2:
            return probe_and_die();
        case 3:
            return send_and_die();
        case 4:
            return beat_and_stop();
        case 5:
            return be_reopened();
        case 6:
            return close();
        default:
            return be_forgotten();
    }
}

void MortalTraffic::open() {
    send(true, kSyn, client_.next++);
    wait(between(1, 50 * kMillisecond));
    send(false, kSyn | kAck, server_.next++);
    wait(between(1, 50 * kMillisecond));
    send(true, kAck, client_.next);
}

// What is answered late is answered about when the next probe is given up.
void MortalTraffic::probe_and_die() {
    const Nanoseconds interval = between(1, 5) * kSecond / 2;
    for (unsigned lives = 1 + below(3); lives > 0; --lives) {
        for (unsigned i = below(3); i > 0; --i) {
            wait(2 * interval);
            probe();
            wait(between(1, 200 * kMillisecond));
            answer();
        }
        for (unsigned i = 1 + below(6); i > 0; --i) {
            wait(interval);
            probe();
        }
        if (below(4) == 0) {
            wait(interval);
            return send(true, kRst | kAck, client_.next);
        }
        wait(between(interval, 2 * interval));
        if (lives > 1) answer();
    }
}

void MortalTraffic::send_and_die() {
    for (unsigned lives = 1 + below(3); lives > 0; --lives) {
        wait(between(kSecond, 5 * kSecond));
        const std::uint32_t seq = client_.next;
        say(true, 4);
        Nanoseconds timeout = between(200, 400) * kMillisecond;
        for (unsigned i = 2 + below(4); i > 0; --i, timeout *= 2) {
            wait(timeout);
            send(true, kPush | kAck, seq, 4);
        }
        wait(between(timeout, 3 * timeout));
        if (lives > 1) answer();
    }
}

void MortalTraffic::beat_and_stop() {
    const Nanoseconds period = between(1, 4) * kSecond;
    for (unsigned beats = 5 + below(6); beats > 0; --beats) {
        wait(period);
        say(true, 5);
        wait(between(1, 100 * kMillisecond));
        answer();
    }
    if (below(2) == 0) return;
    wait(between(3 * period, 4 * period));
    say(true, 5);
}

void MortalTraffic::be_forgotten() {
    wait(between(5 * kSecond, 40 * kSecond));
    if (below(2) == 0) {
        say(true, 4);
        wait(between(200, 400) * kMillisecond);
        send(true, kPush | kAck, client_.next - 4, 4);
    } else {
        probe();
    }
    wait(between(1, 3 * kSecond));
    send(false, kRst, server_.next);
}

void MortalTraffic::be_reopened() {
    wait(between(5 * kSecond, 40 * kSecond));
    const std::uint32_t old = client_.next;
    send(true, kSyn, old + 700'000);
    wait(kMillisecond);
    answer();
    wait(kMillisecond);
    if (below(3) != 0) send(true, kRst, old);
    wait(kSecond);
    client_.next = old + 700'000;
    server_.next += 500'000;
    open();
}

// Or abort; now and then who closes meets one that has forgotten the connection, or its 4-tuple is used anew.
void MortalTraffic::close() {
    for (unsigned i = below(4); i > 0; --i) {
        wait(between(1, 20 * kSecond));
        say(below(2) == 0, 30);
    }
    wait(between(1, 20 * kSecond));
    const bool by_client = below(2) == 0;
    Side& side = by_client ? client_ : server_;
    if (below(3) == 0) return send(by_client, kRst | kAck, side.next);
    send(by_client, kFin | kAck, side.next++);
    wait(between(1, 50 * kMillisecond));
    Side& other = by_client ? server_ : client_;
    if (below(4) == 0) return send(!by_client, kRst, other.next);
    send(!by_client, kFin | kAck, other.next++);
    wait(between(1, 50 * kMillisecond));
    send(by_client, kAck, side.next);
    if (below(2) == 0) return;
    wait(between(kSecond, 30 * kSecond));
    client_.next += 300'000;
    server_.next += 500'000;
    open();
    if (below(2) == 0) probe_and_die();
}

void MortalTraffic::say(bool by_client, std::size_t payload) {
    Side& side = by_client ? client_ : server_;
    send(by_client, kPush | kAck, side.next, payload);
    side.next += static_cast<std::uint32_t>(payload);
}

void MortalTraffic::send(bool by_client, std::uint16_t flags, std::uint32_t seq, std::size_t payload) {
    ScenarioPacket packet;
    packet.source = (by_client ? client_ : server_).endpoint;
    packet.destination = (by_client ? server_ : client_).endpoint;
    packet.flags = flags;
    packet.seq = seq;
    packet.ack = (flags & kAck) != 0 ? (by_client ? server_ : client_).next : 0;
    packet.window = (flags & kRst) != 0 ? 0 : 500;
    packet.payload.assign(payload, 'x');
    frames_.push_back({now_, input_, 0, to_bytes(packet)});
}

}  // namespace deadpeer::test
