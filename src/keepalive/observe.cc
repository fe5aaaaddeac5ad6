#include "keepalive/observe.h"

#include <algorithm>

#include "keepalive/between.h"
#include "keepalive/observe_reset.h"
#include "keepalive/patience.h"

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
    if (train.length < UINT32_MAX) ++train.length;
}

Train begin_train(const Segment& segment, Tries tries, Nanoseconds silence_before, const HalfStream& peer) {
    Train train;
    train.tries = tries;
    train.length = 1;
    train.peer_heard = peer.seen ? peer.last_time : kNoTime;
    train.first_time = train.last_time = segment.time;
    train.silence_before = silence_before;
    train.frames.add(segment.frame);
    return train;
}

// The gaps inside a train speak for the interval; where each is twice the one before, only the first does.
void learn_interval(Prober& prober, const Train& train) {
    if (train.last_gap == kNoTime || train.last_gap == 0) return;
    const Nanoseconds expected = prober.interval.cluster().gaps > 0 ? prober.interval.cluster().shortest : 0;
    const bool doubled = train.length >= 3 && train.first_gap != kNoTime && train.first_gap > 0 &&
                         train.last_gap > train.first_gap * 9 / 5;
    if (doubled) {
        prober.exponential = true;
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

void note_exchange(Watch& watch, const ConnectionView& before, const Segment& segment) {
    if (before.last_time != watch.exchange_time) watch.before_exchange = before.last_time;
    watch.exchange_time = segment.time;
}

// A second copy of the latest packet stands for the first.
void note_copy(Watch& watch, const ConnectionView& before, const Segment& copy) {
    SideWatch& side = watch.sides[index(copy.direction)];
    side.first_copy = side.first_seen(before.tcp.forward(copy.direction).last_time);
    side.last_copy = copy.time;
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

// The peer may have let it go without an answer, as it had just sent one.
bool may_be_passed_over(const Train& probes) {
    return probes.length == 1 && probes.silence_before != kNoTime && probes.silence_before < kAnswerPause;
}

// The gaps between probes while all are answered and nothing else passes.
void note_run(const Watch& watch, const ConnectionView& before, Prober& prober, const Segment& segment) {
    const bool open = watch.sides[index(segment.direction)].probes->open();
    const Nanoseconds gap = between(prober.last_time, segment.time);
    if (open || gap == kNoTime || before.last_time != watch.exchange_time) {
        prober.run = {};
        return;
    }
    const Nanoseconds slack = std::max(50 * kMillisecond, gap / 100 * 3);
    const bool differs = std::max(gap, prober.run.longest) - std::min(gap, prober.run.shortest) > slack;
    if (prober.run.gaps > 0 && differs) prober.run = {};
    prober.run.add(gap);
}

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
    } else if (peer_seen && train.open() && !may_be_passed_over(train)) {
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
    prober.payload = static_cast<std::uint8_t>(segment.payload_length);
    ++prober.sent;
    prober.longest_train = std::max(prober.longest_train, train.length);
}

// A transmission of what the peer has not acknowledged, once more.
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
        lengthen(train, segment);
        return;
    }
    train = begin_train(segment, window_probe ? Tries::kWindowProbes : Tries::kData,
                        between(rev.last_time, segment.time), rev);
    train.at = seq;
    watch.longest_survived = before.longest_idle_but(train.silence_before);
    if (window_probe || fwd.next_seq_time > segment.time) return;
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

void take_rtt(RttSample& rtts, Nanoseconds rtt) {
    const auto microseconds =
        static_cast<std::uint32_t>(std::min<Nanoseconds>(rtt / kMicrosecond, UINT32_MAX));
    rtts.microseconds[rtts.seen % rtts.microseconds.size()] = microseconds;
    ++rtts.seen;
}

bool was_told_dead(const Watch& watch) {
    return watch.told == Verdict::kPeerDead || watch.told == Verdict::kPathDead;
}

// What was told of a side that did not answer is over.
void end(Watch& watch, WatchPools& pools, Pooled<Train>& train) {
    if (train->open() && was_told_dead(watch)) watch.told = Verdict::kNone;
    train.release(pools.trains);
}

void note_answer(Watch& watch, WatchPools& pools, const Segment& segment) {
    SideWatch& side = watch.sides[index(opposite(segment.direction))];
    const Nanoseconds rtt = between(side.probes->last_time, segment.time);
    if (rtt != kNoTime) take_rtt(watch.rtts.in(pools.rtts), rtt);
    if (side.probes->length >= 2) watch.recovered = true;
    ++side.prober.in(pools.probers).answered;
    end(watch, pools, side.probes);
}

// A side that was not answered had not given up; answers its tries.
Train take_back(Watch& watch, WatchPools& pools, SideWatch& side) {
    const Train tries = side.probes->open() || !was_told_dead(watch) ? *side.probes : *side.transmissions;
    side.peer_returned = kNoTime;
    if (side.probes->length >= 2) watch.recovered = true;
    end(watch, pools, side.probes);
    end(watch, pools, side.transmissions);
    return tries;
}

// Something that was sent after all that it had acknowledged before.
bool acknowledges_more(const ConnectionView& before, const Segment& segment) {
    const HalfStream& own = before.tcp.forward(segment.direction);
    return segment.has(kAck) && own.seen && Seq(segment.ack).after(own.last_ack);
}

// Who had given up answers the first word of the other side with a RST.
bool has_not_given_up(const SideWatch& side, const Segment& word) {
    return side.peer_lives() && word.time - side.peer_returned > kAnswerDelay;
}

void note_return(SideWatch& side, const Segment& word, SegmentKind kind) {
    if (side.may_have_given_up()) return;
    side.peer_returned = word.time;
    side.peer_asked =
        word.payload_length > 0 || word.has(kSyn | kFin) || kind == SegmentKind::kKeepaliveProbe;
}

// No answer, but a sign of life of the side that was probed.
void note_sign_of_life(Watch& watch, WatchPools& pools, SideWatch& prober, const Segment& segment,
                       SegmentKind kind) {
    if (kind == SegmentKind::kKeepaliveProbe) {
        prober.peer_probed = true;
        return;
    }
    if (segment.payload_length == 0) return;
    prober.prober.in(pools.probers).ignored += prober.probes->length;
    end(watch, pools, prober.probes);
}

// What answers a SYN out of an older connection, or in nobody's (RFC 9293 section 3.5.1, RFC 5961 section 4).
bool challenges_syn(const ConnectionView& before, const Segment& segment) {
    constexpr std::uint32_t kNear = 1U << 16;  // more than that is hardly data that the capture lost
    const Direction target = opposite(segment.direction);
    const Seq ack(segment.ack);
    return segment.has(kAck) && !segment.has(kSyn | kRst) &&
           state_of(before.ends(), target) == TcpState::kSynSent &&
           (ack.at_or_before(before.tcp.forward(target).isn) ||
            ack.after(before.sent[index(target)].next + kNear));
}

// The patience of a side that tries begins with its latest segment, and anew with each probe of the other
// side's own.
Nanoseconds patient_since(const ConnectionView& before, const SideWatch& trying, const Segment& segment) {
    const HalfStream& own = before.tcp.reverse(segment.direction);
    const Nanoseconds spoke = own.seen ? own.last_time : kNoTime;
    return trying.peer_probed ? std::max(spoke, before.tcp.forward(segment.direction).last_time) : spoke;
}

// What became of the connection was decided before, but the probe tells of its sender's keepalive.
void note_late_probe(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                     Observation& observation) {
    const Nanoseconds survived = watch.longest_survived;
    note_probe(watch, pools, before, segment);
    watch.longest_survived = survived;
    observation.train_position = watch.sides[index(segment.direction)].probes->length;
}

}  // namespace

bool deserves_watch(SegmentKind kind, const ConnectionView& before, const Segment& segment) {
    return segment.has(kRst) || kind == SegmentKind::kKeepaliveProbe || is_transmission(kind) ||
           challenges_syn(before, segment);
}

Observation observe(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                    SegmentKind kind) {
    Observation observation;
    if (segment.time == kNoTime) return observation;
    if (before.last_time != kNoTime && segment.time < before.last_time) {
        watch.step_back = std::max(watch.step_back, before.last_time - segment.time);
    }
    if (shows_loss(before, segment)) watch.loss_time = segment.time;
    if (kind == SegmentKind::kDuplicateFrame) {
        note_copy(watch, before, segment);
        return observation;
    }
    if (segment.has(kRst)) {
        observe_reset(watch, pools, before, segment);
        return observation;
    }

    if (watch.reset.held() && observe_after_reset(watch, pools, before, segment)) {
        if (kind == SegmentKind::kKeepaliveProbe) note_late_probe(watch, pools, before, segment, observation);
        return observation;
    }
    watch.syn_challenged = watch.syn_challenged || challenges_syn(before, segment);

    SideWatch& own = watch.sides[index(segment.direction)];
    SideWatch& other = watch.sides[index(opposite(segment.direction))];
    if (own.may_have_given_up()) take_back(watch, pools, own);
    if (has_not_given_up(other, segment)) observation.outlived = take_back(watch, pools, other);
    if (other.may_have_given_up() ||
        has_given_up(other, patient_since(before, other, segment), watch.step_back, segment.time)) {
        note_return(other, segment, kind);
        if (kind == SegmentKind::kKeepaliveProbe) note_late_probe(watch, pools, before, segment, observation);
        return observation;
    }
    if (was_told_dead(watch)) observation.outlived = *other.transmissions;
    end(watch, pools, other.transmissions);
    if (kind == SegmentKind::kKeepaliveAck || kind == SegmentKind::kKeepaliveAnswerData) {
        note_exchange(watch, before, segment);
        observation.answered = *other.probes;
        note_answer(watch, pools, segment);
    } else if (other.probes->open() && acknowledges_more(before, segment)) {
        observation.outlived = take_back(watch, pools, other);
    } else if (other.probes->open()) {
        note_sign_of_life(watch, pools, other, segment, kind);
    }
    if (kind == SegmentKind::kKeepaliveProbe) {
        note_probe(watch, pools, before, segment);
        note_exchange(watch, before, segment);
        observation.train_position = own.probes->length;
    }
    if (is_transmission(kind)) note_transmission(watch, pools, before, segment, kind);
    own.window_probed = kind == SegmentKind::kZeroWindowProbe;
    return observation;
}

void note_host_heard(Watch& watch, WatchPools& pools, Direction trying, Nanoseconds here, Nanoseconds heard) {
    SideWatch& side = watch.sides[index(trying)];
    for (Pooled<Train>* train : {&side.probes, &side.transmissions}) {
        const bool silent_here = (*train)->open() && here <= (*train)->first_time;
        if (silent_here && heard > (*train)->first_time) train->in(pools.trains).host_spoke = heard;
    }
}

void observe_confirmed_pair(Watch& watch, WatchPools& pools) {
    const FirstPair& pair = *watch.first_pair;
    Prober& prober = watch.sides[index(pair.prober)].prober.in(pools.probers);
    const Nanoseconds rtt = between(pair.asked, pair.answered);
    if (rtt != kNoTime) take_rtt(watch.rtts.in(pools.rtts), rtt);
    ++prober.sent;
    ++prober.answered;
    prober.longest_train = std::max(prober.longest_train, std::uint32_t{1});
}

void observe_unreachable(Watch& watch, Direction quoted_sender, std::uint64_t frame, Nanoseconds time) {
    watch.icmp_time = time;
    watch.icmp_frame = frame;
    watch.icmp_about = quoted_sender;
}

bool needs_attention(const Watch& watch) {
    const auto open = [](const SideWatch& side) {
        return side.probes.held() || side.transmissions.held() || side.window_probed;
    };
    return std::ranges::any_of(watch.sides, open) || watch.reset.held() || watch.predecessor != 0 ||
           watch.first_pair.held();
}

}  // namespace deadpeer
