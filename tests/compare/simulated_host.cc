#include "compare/simulated_host.h"

#include <algorithm>

#include "core/seq.h"

namespace deadpeer::simulated {

void SimulatedHost::send(std::uint32_t seq, std::uint32_t length, std::uint16_t flags) {
    Packet packet;
    packet.connection = habits_.connection;
    packet.from_client = habits_.client;
    packet.seq = seq;
    packet.ack = (flags & kAck) != 0 ? expected_ : 0;
    packet.length = length;
    packet.flags = flags;
    packet.ip_id =
        habits_.zero_ip_ids ? std::uint16_t{0} : static_cast<std::uint16_t>(habits_.first_ip_id + ++ip_ids_);
    packet.tsval = habits_.timestamps ? clock() : 0;
    packet.tsecr = habits_.timestamps ? peer_tsval_ : 0;
    send_(packet);
}

void SimulatedHost::connect() {
    syn_sent_ = true;
    next_ = una_ + 1;
    send(una_, 0, kSyn);
    arm_retransmission();
}

void SimulatedHost::write(std::uint32_t bytes) {
    if (!is_open() || fin_sent_) return;
    while (bytes > 0) {
        const std::uint32_t length = std::min(bytes, kMss);
        send(next_, length, kAck);
        next_ += length;
        bytes -= length;
    }
    arm_retransmission();
}

void SimulatedHost::finish() {
    if (!is_open() || fin_sent_) return;
    fin_sent_ = true;
    fin_ = next_++;
    send(fin_, 0, kFin | kAck);
    arm_retransmission();
}

// The first that is not acknowledged.
void SimulatedHost::retransmit() {
    if (!established_ && syn_sent_) {
        send(una_, 0, habits_.client ? kSyn : std::uint16_t{kSyn | kAck});
    } else if (fin_sent_ && una_ == fin_) {
        send(fin_, 0, kFin | kAck);
    } else {
        const std::uint32_t end = fin_sent_ ? fin_ : next_;
        send(una_, std::min(end - una_, kMss), kAck);
    }
}

void SimulatedHost::arm_retransmission() {
    const std::uint64_t mine = ++timer_;
    agenda_.after((200 * kMillisecond) << tries_, [this, mine] {
        if (dead_ || mine != timer_ || una_ == next_) return;
        if (++tries_ > kMostTries) {
            dead_ = true;
            return;
        }
        retransmit();
        arm_retransmission();
    });
}

void SimulatedHost::arm_keepalive() {
    if (!habits_.keepalive) return;
    const std::uint64_t mine = ++keepalive_timer_;
    agenda_.after(probes_ == 0 ? habits_.keepalive_idle : habits_.keepalive_interval, [this, mine] {
        if (dead_ || mine != keepalive_timer_ || fin_sent_ || una_ != next_) return;
        if (++probes_ > kMostProbes) {
            send(next_, 0, kRst | kAck);
            dead_ = true;
            return;
        }
        send(next_ - 1, 0, kAck);
        arm_keepalive();
    });
}

void SimulatedHost::take_ack(const Packet& packet) {
    const Seq ack(packet.ack);
    if (Seq(una_).before(ack) && ack.at_or_before(Seq(next_))) {
        una_ = packet.ack;
        tries_ = duplicates_ = 0;
        ++timer_;
        if (una_ != next_) arm_retransmission();
    } else if (packet.ack == una_ && una_ != next_ && packet.length == 0 && ++duplicates_ == 3) {
        retransmit();
    }
}

void SimulatedHost::take_octets(const Packet& packet) {
    const std::uint32_t length = packet.length + ((packet.flags & kFin) != 0 ? 1U : 0U);
    const Seq end(packet.seq + length);
    if (length == 0) {
        if (Seq(packet.seq).before(Seq(expected_))) send_ack();  // a probe
        return;
    }
    if (Seq(expected_).before(Seq(packet.seq))) {
        std::uint32_t& to = early_[packet.seq];
        if (to == 0 || Seq(to).before(end)) to = end.value();
    } else if (Seq(expected_).before(end)) {
        expected_ = end.value();
        if ((packet.flags & kFin) != 0) peer_finished_ = true;
        for (auto it = early_.begin(); it != early_.end();) {
            if (Seq(expected_).before(Seq(it->first))) {
                ++it;
                continue;
            }
            if (Seq(expected_).before(Seq(it->second))) expected_ = it->second;
            it = early_.erase(it);
        }
    }
    send_ack();
}

void SimulatedHost::receive(const Packet& packet) {
    if (dead_) return;
    if ((packet.flags & kRst) != 0) {
        dead_ = true;
        return;
    }
    if (habits_.timestamps) peer_tsval_ = packet.tsval;
    probes_ = 0;
    if ((packet.flags & kSyn) != 0) {
        expected_ = packet.seq + 1;
        if (habits_.client) {
            take_ack(packet);
            established_ = true;
            send_ack();
        } else if (!established_) {
            syn_sent_ = true;
            next_ = una_ + 1;
            send(una_, 0, kSyn | kAck);
            arm_retransmission();
        }
        arm_keepalive();
        return;
    }
    if (!habits_.client && !established_ && syn_sent_) established_ = packet.ack == next_;
    if (!established_) return;
    take_ack(packet);
    take_octets(packet);
    arm_keepalive();
    if (peer_finished_ && !fin_sent_) finish();
}

}  // namespace deadpeer::simulated
