#include "detect/observe.h"

#include <algorithm>

#include "detect/between.h"
#include "detect/give_up_timeout.h"
#include "detect/large_loss.h"
#include "detect/observe_close.h"
#include "detect/observe_reset.h"
#include "detect/tries.h"

namespace deadpeer {
namespace {

bool is_transmission(SegmentKind kind) {
    return kind == SegmentKind::kRetransmission || kind == SegmentKind::kZeroWindowProbe;
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
void note_loss(Watch& watch, const ConnectionView& before, const Segment& segment) {
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        if (!shows_unseen(before.sent[index(side)], segment, side == segment.direction)) continue;
        watch.loss_time = watch.unseen_time[index(side)] = segment.time;
    }
}

void take_rtt(RttSample& rtts, Nanoseconds rtt) {
    const auto microseconds =
        static_cast<std::uint32_t>(std::min<Nanoseconds>(rtt / kMicrosecond, UINT32_MAX));
    rtts.microseconds[rtts.seen % rtts.microseconds.size()] = microseconds;
    ++rtts.seen;
}

// What was told of a side that did not answer is over.
void end(Watch& watch, WatchPools& pools, Pooled<Train>& train) {
    if (train->open() && watch.reported.dead()) watch.reported.outlived = true;
    train.release(pools.trains);
}

// For no shorter time a side that is not heard is worth a word; its first losses are no outage yet.
constexpr Nanoseconds kShortestOutage = 10 * kSecond;
constexpr std::uint32_t kFewestOfOutage = 4;

// Timers of the sender that ran on all the time show that it was awake, and not just its clock set.
bool is_outage(const Watch& watch, const Train& train, Nanoseconds heard_again) {
    const Nanoseconds length = between(train.unheard_since(), heard_again);
    const bool hastened = watch.icmp_time != kNoTime && watch.icmp_time >= train.first_time;  // RFC 6069
    return train.open() && train.unheard() >= kFewestOfOutage && length != kNoTime &&
           length >= kShortestOutage && (!train.leaps || hastened);
}

// The other side was heard, at that time.
void end_transmissions(Watch& watch, WatchPools& pools, SideWatch& side, Nanoseconds heard) {
    if (side.transmissions->open() && watch.reported.dead()) watch.reported.outlived = true;
    if (!side.large->shown() && is_outage(watch, *side.transmissions, heard)) {
        side.transmissions.in(pools.trains).heard_again = heard;
        std::swap(side.transmissions, side.unheard);
    }
    side.transmissions.release(pools.trains);
}

// An outage is over once what was lost in it is acknowledged.
Train end_outage(WatchPools& pools, SideWatch& side, const Segment& segment) {
    const Train unheard = *side.unheard;
    if (!unheard.open() || !segment.has(kAck) || !Seq(segment.ack).after(unheard.at)) return {};
    side.unheard.release(pools.trains);
    return unheard;
}

void note_answer(Watch& watch, WatchPools& pools, const Segment& segment) {
    SideWatch& side = watch.sides[index(opposite(segment.direction))];
    const Nanoseconds rtt = between(side.probes->last_time, segment.time);
    if (rtt != kNoTime) take_rtt(watch.rtts.in(pools.rtts), rtt);
    if (side.probes->length >= 2) watch.recovered = true;
    Prober& prober = side.prober.in(pools.probers);
    ++prober.answered;
    prober.answer_is_later =
        segment.has_timestamps && prober.echo.known && Seq(segment.tsval).after(prober.echo.tsecr);
    end(watch, pools, side.probes);
}

// A side that was not answered had not given up; answers its tries.
Train take_back(Watch& watch, WatchPools& pools, SideWatch& side) {
    const Train tries = side.probes->open() || !watch.reported.dead() ? *side.probes : *side.transmissions;
    if (side.probes->length >= 2) watch.recovered = true;
    end(watch, pools, side.probes);
    end_transmissions(watch, pools, side, side.peer_returned);
    side.peer_returned = kNoTime;
    return tries;
}

// Something that was sent after all that it had acknowledged before.
bool acknowledges_more(const ConnectionView& before, const Segment& segment) {
    const HalfStream& own = before.tcp.forward(segment.direction);
    return segment.has(kAck) && own.seen && Seq(segment.ack).after(own.last_ack);
}

// It repeats its own data, and has not heard the other side's: each is alone with what it sends.
bool tries_too(const ConnectionView& before, const SideWatch& other, const Segment& segment,
               SegmentKind kind) {
    const bool in_vain = !Seq(before.tcp.reverse(segment.direction).last_ack).after(Seq(segment.seq));
    return other.transmissions->open() && is_transmission(kind) && kind != SegmentKind::kZeroWindowProbe &&
           in_vain && !acknowledges_more(before, segment);
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

// The handshake's final ACK was sent, but its receiver does not act upon it.
bool repeats_syn_ack(const ConnectionView& before, const Segment& segment) {
    constexpr std::uint16_t kSynAck = kSyn | kAck;
    const HalfStream& own = before.tcp.forward(segment.direction);
    const HalfStream& initiator = before.tcp.reverse(segment.direction);
    return (segment.flags & (kSynAck | kRst)) == kSynAck && before.syn_ack_seen &&
           segment.direction != before.initiator && own.isn_set && own.isn == Seq(segment.seq) &&
           own.first_ack && initiator.seen && !initiator.first_ack;
}

// The SYN was answered, but its sender does not act upon that.
bool repeats_syn(const ConnectionView& before, const Segment& segment) {
    const HalfStream& own = before.tcp.forward(segment.direction);
    return segment.has(kSyn) && !segment.has(kAck | kRst) && before.syn_ack_seen &&
           segment.direction == before.initiator && own.isn_set && own.isn == Seq(segment.seq) &&
           own.first_ack;
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
    note_loss(watch, before, segment);
    if (kind == SegmentKind::kDuplicateFrame) {
        note_copy(watch, before, segment);
        return observation;
    }
    if (segment.has(kRst)) {
        observe_reset(watch, pools, before, segment);
        return observation;
    }
    note_close(watch, pools, before, segment);

    if (watch.reset.held() && observe_after_reset(watch, pools, before, segment)) {
        if (kind == SegmentKind::kKeepaliveProbe) note_late_probe(watch, pools, before, segment, observation);
        return observation;
    }
    if (repeats_syn_ack(before, segment) && kind != SegmentKind::kReordered) {
        if (watch.syn_acks_repeated < UINT8_MAX) ++watch.syn_acks_repeated;
        watch.syn_ack_time = segment.time;
        watch.syn_ack_frame = segment.frame;
    }
    if (repeats_syn(before, segment) && kind != SegmentKind::kReordered && watch.syns_repeated < UINT8_MAX)
        ++watch.syns_repeated;
    watch.syn_challenged = watch.syn_challenged || challenges_syn(before, segment);

    SideWatch& own = watch.sides[index(segment.direction)];
    SideWatch& other = watch.sides[index(opposite(segment.direction))];
    if (other.went_back.held()) observation.went_back = note_refusal(watch, pools, segment);
    if (own.went_back.held() || is_transmission(kind))
        note_old_numbers(watch, pools, before, segment, is_transmission(kind));
    if (other.large.held())
        observation.large_vanish = note_small(watch, pools, before, segment, is_transmission(kind));
    if (own.may_have_given_up()) take_back(watch, pools, own);
    if (has_not_given_up(other, segment)) observation.outlived = take_back(watch, pools, other);
    if (other.may_have_given_up() ||
        has_given_up(other, patient_since(before, other, segment), watch.step_back, segment.time)) {
        note_return(other, segment, kind);
        if (kind == SegmentKind::kKeepaliveProbe) note_late_probe(watch, pools, before, segment, observation);
        return observation;
    }
    if (tries_too(before, other, segment, kind)) {
        other.transmissions.in(pools.trains).crossed = true;
    } else {
        if (watch.reported.dead()) observation.outlived = *other.transmissions;
        end_transmissions(watch, pools, other, segment.time);
    }
    if (other.unheard.held()) observation.bridged = end_outage(pools, other, segment);
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
    if (is_transmission(kind)) {
        note_transmission(watch, pools, before, segment, kind);
        if (note_large(watch, pools, before, segment)) observation.large_vanish = true;
    }
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

void note_reached(Watch& watch, WatchPools& pools, Direction trying, const Reached& reached) {
    constexpr Nanoseconds kOnItsWay = kSecond;
    SideWatch& side = watch.sides[index(trying)];
    for (Pooled<Train>* each : {&side.probes, &side.transmissions}) {
        if (!(*each)->open()) continue;
        const Nanoseconds since = (*each)->unheard_since();
        const bool nothing = reached.seen != kNoTime && reached.seen <= since + kOnItsWay;
        const bool blind = nothing && reached.unseen != kNoTime && reached.unseen > since;
        const bool cut_off = nothing && !blind && reached.several_tried;
        if (cut_off == (*each)->nothing_arrived && blind == (*each)->blind) continue;
        Train& train = each->in(pools.trains);
        train.nothing_arrived = cut_off;
        train.blind = blind;
    }
}

void note_host_returned(Watch& watch, WatchPools& pools, Direction trying, Nanoseconds heard) {
    if (watch.reset->met() && !watch.reset->ignored()) return;
    SideWatch& side = watch.sides[index(trying)];
    const auto note = [&](Pooled<Train>& train, Nanoseconds patience) {
        if (!train->open() || patience == kNoTime || heard <= train->last_time) return;
        const Nanoseconds waited = between(train->last_time, heard);
        if (waited != kNoTime && waited - watch.step_back <= patience)
            train.in(pools.trains).host_returned = heard;
    };
    note(side.probes, longest_patience(*side.probes, *side.prober));
    note(side.transmissions, longest_patience(*side.transmissions));
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

void observe_unreachable(Watch& watch, Direction quoted_sender, bool of_host, std::uint64_t frame,
                         Nanoseconds time) {
    watch.icmp_time = time;
    watch.icmp_frame = frame;
    watch.icmp_about = quoted_sender;
    watch.icmp_of_host = of_host;
}

bool must_inspect(const Watch& watch) {
    const auto open = [](const SideWatch& side) {
        return side.probes.held() || side.transmissions.held() || side.unheard.held() || side.large.held() ||
               side.went_back.held() || side.window_probed;
    };
    return std::ranges::any_of(watch.sides, open) || watch.reset.held() || watch.close.held() ||
           watch.predecessor != 0 || watch.first_pair.held();
}

}  // namespace deadpeer
