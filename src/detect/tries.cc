#include "detect/tries.h"

#include <algorithm>

#include "detect/between.h"
#include "detect/give_up_timeout.h"

namespace deadpeer {
namespace {

void lengthen(Train& train, const Segment& segment) {
    const Nanoseconds gap = between(train.last_time, segment.time);
    const bool known = train.last_gap != kNoTime && gap != kNoTime;
    const bool shorter = known && gap < train.last_gap - train.last_gap / 5;
    if (train.length == 1) train.first_gap = gap;
    if (shorter) train.growing = false;
    if (train.length >= 3 && (!known || shorter || gap > 3 * train.last_gap)) train.leaps = true;
    train.last_gap = gap;
    train.last_time = segment.time;
    train.host_returned = kNoTime;
    train.echo = TimestampEcho::of(segment);
    train.frames.add(segment.frame);
    if (train.length < UINT32_MAX) ++train.length;
}

Train begin_train(const Segment& segment, Tries tries, Nanoseconds silence_before, const HalfStream& peer) {
    Train train;
    train.tries = tries;
    train.length = 1;
    train.peer_heard = peer.seen ? peer.last_time : kNoTime;
    train.first_time = train.last_time = segment.time;
    train.silence_before = silence_before;
    train.echo = TimestampEcho::of(segment);
    train.frames.add(segment.frame);
    return train;
}

// The side got an answer to its latest try that the capture does not hold.
bool was_answered_unseen(const Train& train, const SideWatch& side, const Segment& segment) {
    return train.open() && !train.crossed && !side.peer_probed &&
           TimestampEcho::of(segment).moved_since(train.echo);
}

Train begin_after_unseen(Watch& watch, const Train& answered, const Segment& segment,
                         const HalfStream& peer) {
    Train train = begin_train(segment, answered.tries, between(answered.last_time, segment.time), peer);
    train.at = answered.at;
    train.peer_heard = answered.last_time;
    watch.loss_time = segment.time;
    return train;
}

// The gaps inside a train speak for the interval; where each is twice the one before, only the first does,
// which the second confirms.
void learn_interval(Prober& prober, const Train& train) {
    if (train.last_gap == kNoTime || train.last_gap == 0) return;
    const Nanoseconds expected = prober.interval.cluster().gaps > 0 ? prober.interval.cluster().shortest : 0;
    const bool doubled = train.length >= 3 && train.first_gap != kNoTime && train.first_gap > 0 &&
                         train.last_gap > train.first_gap * 9 / 5;
    if (doubled) {
        prober.exponential = true;
        if (train.length == 3) prober.interval.add(train.first_gap);
        return;
    }
    if (prober.exponential && expected > 0) return;
    prober.interval.add(train.last_gap);
}

// Idle time runs from the peer's last segment that reached the prober and its timer. Probes do not (RFC 9293
// section 3.10.7.4: they are out of window and only answered), nor did a RST: the prober still has the
// connection.
Nanoseconds heard_from(const ConnectionView& before, const Watch& watch, Direction peer) {
    const HalfStream& half = before.tcp.forward(peer);
    if (!half.seen) return kNoTime;
    const ResetRecord& reset = *watch.reset;
    const bool after_reset = reset.met() && reset.sender == peer && half.last_time == reset.time;
    const SideWatch& side = watch.sides[index(peer)];
    const Nanoseconds heard = side.first_seen(after_reset ? reset.sender_heard : half.last_time);
    // Perhaps a probe.
    const FirstPair& pair = *watch.first_pair;
    if (pair.open() && pair.prober == peer && heard == pair.asked) return kNoTime;
    const Prober& prober = *side.prober;
    return heard == prober.last_time ? prober.heard_before : heard;
}

// The peer may have let it go without an answer, as it had just sent one.
bool may_be_rate_limited(const Train& probes) {
    return probes.length == 1 && probes.silence_before != kNoTime && probes.silence_before < kAnswerPause;
}

void begin_run(Prober& prober, Nanoseconds silence) {
    prober.run = {};
    prober.before_run = silence;
    prober.unheard_answers = 0;
}

// The gaps between probes while all are answered and nothing else passes, as long as nothing shows that the
// answers arrive.
void note_run(const Watch& watch, const ConnectionView& before, Prober& prober, const Segment& segment) {
    const bool open = watch.sides[index(segment.direction)].probes->open();
    const Nanoseconds gap = between(prober.last_time, segment.time);
    const bool goes_on = !open && gap != kNoTime && before.last_time == watch.exchange_time &&
                         Seq(segment.ack) == before.tcp.forward(segment.direction).last_ack;
    const bool arrived = TimestampEcho::of(segment).moved_since(prober.echo) && !prober.repeats_sooner(gap);
    if (!goes_on || arrived) return begin_run(prober, between(before.last_time, segment.time));
    const Nanoseconds slack = std::max(50 * kMillisecond, gap / 100 * 3);
    const bool differs = std::max(gap, prober.run.longest) - std::min(gap, prober.run.shortest) > slack;
    if (prober.run.gaps > 0 && differs) begin_run(prober, prober.run.longest);
    prober.run.add(gap);
    if (prober.answer_is_later && segment.has_timestamps) ++prober.unheard_answers;
}

}  // namespace

void note_probe(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment) {
    SideWatch& side = watch.sides[index(segment.direction)];
    Prober& prober = side.prober.in(pools.probers);
    Train& train = side.probes.in(pools.trains);
    const HalfStream& fwd = before.tcp.forward(segment.direction);
    const HalfStream& rev = before.tcp.reverse(segment.direction);
    const bool peer_seen = rev.seen;
    note_run(watch, before, prober, segment);
    if (peer_seen && train.open() && side.peer_probed) {
        // The other side's own probe is a sign of life, from which the interval runs.
        train = begin_train(segment, Tries::kProbes, between(before.last_time, segment.time), rev);
        train.crossed = true;
    } else if (peer_seen && was_answered_unseen(train, side, segment)) {
        const Nanoseconds idle = between(prober.last_time, segment.time);
        if (idle != kNoTime && idle > 0) prober.idle.add(idle);
        train = begin_after_unseen(watch, train, segment, rev);
    } else if (peer_seen && train.open() && !may_be_rate_limited(train)) {
        lengthen(train, segment);
        if (train.last_gap != kNoTime && train.last_gap < kSecond / 10) prober.bunched = true;
        learn_interval(prober, train);
    } else {
        // Where only one direction is seen, so are no answers: each probe stands for itself.
        const Nanoseconds silence = between(before.last_time, segment.time);
        const Nanoseconds heard = heard_from(before, watch, opposite(segment.direction));
        const Nanoseconds idle = peer_seen ? between(heard, segment.time) : silence;
        if (idle != kNoTime && idle > 0) prober.idle.add(idle);
        train = begin_train(segment, Tries::kProbes, silence, rev);
        if (peer_seen) watch.longest_survived = before.longest_idle;
    }
    side.peer_probed = false;
    const Nanoseconds said = side.first_seen(fwd.last_time);
    if (said != prober.last_time) prober.heard_before = fwd.seen ? said : kNoTime;
    prober.last_time = segment.time;
    prober.last_ip_id = segment.ip_id;
    prober.last_tsval = segment.tsval;
    prober.echo = TimestampEcho::of(segment);
    prober.answer_is_later = false;
    prober.payload = static_cast<std::uint8_t>(segment.payload_length);
    ++prober.sent;
    prober.longest_train = std::max(prober.longest_train, train.length);
}

void note_transmission(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                       SegmentKind kind) {
    SideWatch& side = watch.sides[index(segment.direction)];
    const HalfStream& fwd = before.tcp.forward(segment.direction);
    const HalfStream& rev = before.tcp.reverse(segment.direction);
    const Seq seq(segment.seq);
    const bool window_probe = kind == SegmentKind::kZeroWindowProbe;
    if (!window_probe && !rev.expects(seq)) return;
    Train& train = side.transmissions.in(pools.trains);
    if (train.open() && train.at == seq) {
        if (was_answered_unseen(train, side, segment))
            train = begin_after_unseen(watch, train, segment, rev);
        else
            lengthen(train, segment);
        return;
    }
    train = begin_train(segment, window_probe ? Tries::kWindowProbes : Tries::kData,
                        between(rev.last_time, segment.time), rev);
    train.at = seq;
    watch.longest_survived = before.longest_idle_but(train.silence_before);
    // Something stray has gone beyond it: then nobody knows when.
    const bool strayed = fwd.next_seq.after(before.sent[index(segment.direction)].next);
    if (window_probe || strayed || fwd.next_seq_time > segment.time) return;
    // The original went out before; its frame is known if it was the connection's latest.
    train = {};
    train.tries = Tries::kData;
    train.at = seq;
    train.length = 1;
    train.peer_heard = rev.last_time;
    train.first_time = train.last_time = fwd.next_seq_time;
    train.silence_before = between(rev.last_time, fwd.next_seq_time);
    watch.longest_survived = before.longest_idle_but(train.silence_before);
    if (before.last_time == fwd.next_seq_time) train.frames.add(before.last_frame);
    lengthen(train, segment);
}

}  // namespace deadpeer
