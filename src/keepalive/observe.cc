#include "keepalive/observe.h"

#include <algorithm>

#include "keepalive/between.h"
#include "keepalive/observe_reset.h"

namespace deadpeer {
namespace {

bool is_transmission(SegmentKind kind) {
    return kind == SegmentKind::kRetransmission || kind == SegmentKind::kZeroWindowProbe;
}

void lengthen(Train& train, const Segment& segment) {
    const Nanoseconds gap = between(train.last_time, segment.time);
    if (train.length == 1) train.first_gap = gap;
    if (train.last_gap != kNoTime && gap != kNoTime && gap < train.last_gap - train.last_gap / 5)
        train.growing = false;
    train.last_gap = gap;
    train.last_time = segment.time;
    train.frames.add(segment.frame);
    ++train.length;
}

Train begin_train(const Segment& segment, Tries tries, Nanoseconds silence_before) {
    Train train;
    train.tries = tries;
    train.length = 1;
    train.first_time = train.last_time = segment.time;
    train.silence_before = silence_before;
    train.frames.add(segment.frame);
    return train;
}

// The gaps inside a train speak for the interval; where each is twice the one before, only the first does.
void learn_interval(SideWatch& side) {
    const Train& train = side.probes;
    if (train.last_gap == kNoTime || train.last_gap == 0) return;
    const Nanoseconds expected = side.interval.cluster().gaps > 0 ? side.interval.cluster().shortest : 0;
    const bool doubled = train.length >= 3 && train.first_gap != kNoTime && train.first_gap > 0 &&
                         train.last_gap > train.first_gap * 9 / 5;
    if (doubled) {
        side.exponential = true;
        return;
    }
    if (side.exponential && expected > 0) return;
    side.interval.add(train.last_gap);
}

// Idle time runs from the peer's last segment that reached the prober and its timer. Probes do not (RFC 9293
// section 3.10.7.4: they are out of window and only answered), nor did a RST: the prober still has the
// connection.
Nanoseconds heard_from(const ConnectionView& before, const Watch& watch, Direction peer) {
    const HalfStream& half = before.tcp.forward(peer);
    if (!half.seen) return kNoTime;
    const ResetRecord& reset = watch.reset;
    const bool after_reset = reset.met() && reset.sender == peer && half.last_time == reset.time;
    const Nanoseconds heard = after_reset ? reset.sender_heard : half.last_time;
    // Perhaps a probe.
    if (watch.first_pair.open() && watch.first_pair.prober == peer && heard == watch.first_pair.asked)
        return kNoTime;
    const SideWatch& side = watch.sides[index(peer)];
    return heard == side.last_probe_copy ? side.heard_before_probe : heard;
}

void note_exchange(Watch& watch, const ConnectionView& before, const Segment& segment) {
    if (before.last_time != watch.exchange_time) watch.before_exchange = before.last_time;
    watch.exchange_time = segment.time;
}

// A mirror port's second copy of the latest packet stands for the first.
void note_copy(Watch& watch, const ConnectionView& before, const Segment& copy) {
    SideWatch& side = watch.sides[index(copy.direction)];
    if (before.tcp.forward(copy.direction).last_time == side.last_probe_copy)
        side.last_probe_copy = copy.time;
    if (before.last_time == watch.exchange_time) watch.exchange_time = copy.time;
}

// Something was sent before it, by either side, that the capture does not hold.
bool shows_loss(const ConnectionView& before, const Segment& segment) {
    const SentData& own = before.sent[index(segment.direction)];
    const SentData& peer = before.sent[index(opposite(segment.direction))];
    if (segment.has(kSyn | kRst)) return false;
    return (own.next_known && Seq(segment.seq).after(own.next)) ||
           (peer.next_known && segment.has(kAck) && Seq(segment.ack).after(peer.next));
}

// Whether the peer answers cannot be seen: each probe stands for itself.
void note_one_way_probe(SideWatch& side, const ConnectionView& before, const Segment& segment) {
    const Nanoseconds idle = between(before.last_time, segment.time);
    if (idle != kNoTime && idle > 0) side.idle.add(idle);
    side.probes = begin_train(segment, Tries::kProbes, idle);
}

void note_probe(Watch& watch, const ConnectionView& before, const Segment& segment) {
    SideWatch& side = watch.sides[index(segment.direction)];
    const HalfStream& fwd = before.tcp.forward(segment.direction);
    const HalfStream& rev = before.tcp.reverse(segment.direction);
    if (!rev.seen) {
        note_one_way_probe(side, before, segment);
    } else if (side.probes.open()) {
        lengthen(side.probes, segment);
        if (side.probes.last_gap != kNoTime && side.probes.last_gap < kSecond / 10) side.bunched = true;
        learn_interval(side);
    } else {
        const Nanoseconds idle =
            between(heard_from(before, watch, opposite(segment.direction)), segment.time);
        if (idle != kNoTime && idle > 0) side.idle.add(idle);
        side.probes = begin_train(segment, Tries::kProbes, between(before.last_time, segment.time));
        watch.longest_survived = before.longest_idle;
    }
    if (fwd.last_time != side.last_probe_copy) side.heard_before_probe = fwd.seen ? fwd.last_time : kNoTime;
    side.last_probe_time = side.last_probe_copy = segment.time;
    side.last_probe_ip_id = segment.ip_id;
    side.last_probe_tsval = segment.tsval;
    side.probe_payload = static_cast<std::uint8_t>(segment.payload_length);
    ++side.probes_sent;
    side.longest_train = std::max(side.longest_train, side.probes.length);
}

// A transmission of what the peer has not acknowledged, once more.
void note_transmission(Watch& watch, const ConnectionView& before, const Segment& segment, SegmentKind kind) {
    SideWatch& side = watch.sides[index(segment.direction)];
    const HalfStream& fwd = before.tcp.forward(segment.direction);
    const HalfStream& rev = before.tcp.reverse(segment.direction);
    const Seq seq(segment.seq);
    const bool window_probe = kind == SegmentKind::kZeroWindowProbe;
    if (!window_probe && (!rev.seen || seq != rev.last_ack)) return;
    Train& train = side.transmissions;
    if (train.open() && side.transmissions_at == seq) {
        lengthen(train, segment);
        return;
    }
    train = begin_train(segment, window_probe ? Tries::kWindowProbes : Tries::kData,
                        between(rev.last_time, segment.time));
    side.transmissions_at = seq;
    watch.longest_survived = before.longest_idle_but(train.silence_before);
    if (window_probe || fwd.next_seq_time > segment.time) return;
    // The original went out before; its frame is known if it was the connection's latest.
    train = {};
    train.tries = Tries::kData;
    train.length = 1;
    train.first_time = train.last_time = fwd.next_seq_time;
    train.silence_before = between(rev.last_time, fwd.next_seq_time);
    watch.longest_survived = before.longest_idle_but(train.silence_before);
    if (before.last_time == fwd.next_seq_time) train.frames.add(before.last_frame);
    lengthen(train, segment);
}

void take_rtt(Watch& watch, Nanoseconds rtt) {
    const auto microseconds =
        static_cast<std::uint32_t>(std::min<Nanoseconds>(rtt / kMicrosecond, UINT32_MAX));
    watch.rtts_us[watch.rtts_seen % watch.rtts_us.size()] = microseconds;
    ++watch.rtts_seen;
}

void note_answer(Watch& watch, const Segment& segment) {
    SideWatch& prober = watch.sides[index(opposite(segment.direction))];
    const Nanoseconds rtt = between(prober.probes.last_time, segment.time);
    if (rtt != kNoTime) take_rtt(watch, rtt);
    if (prober.probes.length >= 2) {
        watch.recovered = true;
        watch.recovered_time = segment.time;
    }
    ++prober.probes_answered;
    prober.probes = {};
}

}  // namespace

bool deserves_watch(SegmentKind kind, const Segment& segment) {
    return segment.has(kRst) || kind == SegmentKind::kKeepaliveProbe || is_transmission(kind);
}

Observation observe(Watch& watch, const ConnectionView& before, const Segment& segment, SegmentKind kind) {
    Observation observation;
    if (segment.time == kNoTime) return observation;
    if (before.last_time != kNoTime && segment.time < before.last_time) {
        watch.step_back = std::max(watch.step_back, elapsed(segment.time, before.last_time));
    }
    if (shows_loss(before, segment)) watch.loss_time = segment.time;
    if (segment.has(kRst)) {
        observe_reset(watch, before, segment);
        return observation;
    }
    if (kind == SegmentKind::kDuplicateFrame) {
        note_copy(watch, before, segment);
        return observation;
    }

    SideWatch& own = watch.sides[index(segment.direction)];
    SideWatch& other = watch.sides[index(opposite(segment.direction))];
    if (watch.reset.met()) observe_after_reset(watch.reset, before, segment);
    other.transmissions = {};
    if (kind == SegmentKind::kKeepaliveAck || kind == SegmentKind::kKeepaliveAnswerData) {
        note_exchange(watch, before, segment);
        observation.answered = other.probes;
        note_answer(watch, segment);
    }
    if (kind == SegmentKind::kKeepaliveProbe) {
        note_probe(watch, before, segment);
        note_exchange(watch, before, segment);
        observation.train_position = own.probes.length;
    }
    if (is_transmission(kind)) note_transmission(watch, before, segment, kind);
    own.window_probed = kind == SegmentKind::kZeroWindowProbe;
    return observation;
}

void observe_confirmed_pair(Watch& watch) {
    SideWatch& prober = watch.sides[index(watch.first_pair.prober)];
    const Nanoseconds rtt = between(watch.first_pair.asked, watch.first_pair.answered);
    if (rtt != kNoTime) take_rtt(watch, rtt);
    ++prober.probes_sent;
    ++prober.probes_answered;
    prober.longest_train = std::max(prober.longest_train, std::uint32_t{1});
}

void observe_unreachable(Watch& watch, Direction quoted_sender, std::uint64_t frame, Nanoseconds time) {
    watch.icmp_time = time;
    watch.icmp_frame = frame;
    watch.icmp_about = quoted_sender;
}

bool needs_attention(const Watch& watch) {
    const auto open = [](const SideWatch& side) {
        return side.probes.open() || side.transmissions.open() || side.window_probed;
    };
    return std::ranges::any_of(watch.sides, open) || watch.reset.met() || watch.predecessor != 0 ||
           watch.first_pair.open();
}

}  // namespace deadpeer
