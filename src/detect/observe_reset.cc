#include "detect/observe_reset.h"

#include <algorithm>

#include "detect/between.h"
#include "detect/give_up_timeout.h"
#include "detect/observe_close.h"
#include "detect/reset_ttl.h"

namespace deadpeer {
namespace {

constexpr Nanoseconds kBothEndsDelay = 50 * kMillisecond;

// The other side has just said something, so that the RST may be an answer.
bool is_provoked(const ConnectionView& before, const Segment& reset) {
    const HalfStream& target = before.tcp.reverse(reset.direction);
    const Nanoseconds delay = target.seen ? between(target.last_time, reset.time) : kNoTime;
    return delay != kNoTime && target.last_time == before.last_time &&
           delay <= std::max(kAnswerDelay, 2 * before.round_trip());
}

// RFC 9293 section 3.10.7.1: sent by a host that has no such connection. One that ends its own connection may
// look the same, but nothing provokes it.
bool answers_without_socket(const Watch& watch, const ConnectionView& before, const Segment& reset) {
    constexpr std::uint8_t kHeaderWithoutOptions = 20;
    const HalfStream& own = before.tcp.forward(reset.direction);
    const HalfStream& target = before.tcp.reverse(reset.direction);
    const bool shape = !reset.has(kAck) && reset.window == 0 && reset.header_length == kHeaderWithoutOptions;
    const bool established = !own.seen || !own.first_ack || own.last_ack != Seq{} || watch.reset->met();
    return shape && established && is_provoked(before, reset) && target.expects(Seq(reset.seq));
}

// RFC 9293 section 3.10.7.1: to a segment without ACK, as scanners send, the answer has no number of its own.
bool answers_bare_segment(const ConnectionView& before, const Segment& reset) {
    const HalfStream& own = before.tcp.forward(reset.direction);
    const HalfStream& target = before.tcp.reverse(reset.direction);
    return reset.has(kAck) && reset.seq == 0 && reset.window == 0 && !own.seen && target.seen &&
           target.last_ack == Seq{} && !before.syn_seen && is_provoked(before, reset);
}

// It answers the other side's FIN, the first: who had the connection would have acknowledged it.
bool answers_first_fin(const Watch& watch, const ConnectionView& before, const Segment& reset) {
    const Direction target = opposite(reset.direction);
    const HalfStream& own = before.tcp.forward(reset.direction);
    const bool acknowledged = own.rcv_next_known && !own.rcv_next().before(before.sent[index(target)].next);
    return before.fin_seen == 1U << index(target) && !acknowledged &&
           !watch.sides[index(target)].transmissions->open() && answers_without_socket(watch, before, reset);
}

// The sender had probed at one interval, and resets where the next probe was due: as punctually as the probes
// had come, and not after more of them than a stack sends in vain.
bool is_due_as_probe(const Watch& watch, const ConnectionView& before, const Segment& reset) {
    constexpr std::uint32_t kMostProbes = 20;
    constexpr Nanoseconds kJitter = 50 * kMillisecond;
    const Prober& prober = *watch.sides[index(reset.direction)].prober;
    const Nanoseconds gap = between(prober.last_time, reset.time);
    const std::uint32_t probes = prober.run.gaps + 1;
    if (probes < kFewestProbes || probes > kMostProbes) return false;
    if (gap == kNoTime || before.last_time != watch.exchange_time) return false;
    if (TimestampEcho::of(reset).moved_since(prober.echo) && !prober.repeats_sooner(gap)) return false;
    const Nanoseconds slack = kJitter + (prober.run.longest - prober.run.shortest);
    return gap >= prober.run.shortest - slack && gap <= prober.run.longest + slack;
}

// An application's timer may be a multiple of the interval, but hardly of as many as stacks send unless they
// are told otherwise.
bool seems_to_give_up(const Prober& prober) {
    constexpr std::uint32_t kFewestByDefault = 8;  // BSD; Linux: 9, Windows: 10
    return prober.run.gaps + 1 >= kFewestByDefault || prober.seems_unheard();
}

// Who gives up on probes does so when the timer of the next one ends; before that it is the application that
// ends the connection, whatever it has probed.
bool has_waited(const Train& probes, const Segment& reset) {
    constexpr Nanoseconds kShortestInterval = 900 * kMillisecond;  // of stacks: a second
    if (!probes.open()) return false;
    const Nanoseconds waited = between(probes.last_time, reset.time);
    const Nanoseconds interval = probes.last_gap == kNoTime ? kShortestInterval : probes.last_gap / 2;
    return waited != kNoTime && waited >= std::min(interval, kShortestInterval);
}

ResetRecord::Shape shape_of(const Watch& watch, const ConnectionView& before, const Segment& reset) {
    using Shape = ResetRecord::Shape;
    const Direction target = opposite(reset.direction);
    const SideWatch& side = watch.sides[index(reset.direction)];
    const SentData& sent = before.sent[index(reset.direction)];
    const bool first_words = sent.segments == 0;
    if (first_words && reset.has(kAck) && before.handshake_seen()) return Shape::kRefused;
    if (state_of(before.ends(), target) == TcpState::kSynSent) return Shape::kRefused;
    if (watch.syn_challenged && state_of(before.ends(), reset.direction) == TcpState::kSynSent &&
        before.tcp.forward(target).expects(Seq(reset.seq))) {
        return Shape::kHalfOpen;
    }
    if (side.may_have_given_up() && answers_without_socket(watch, before, reset)) return Shape::kGaveUp;
    if (answers_first_fin(watch, before, reset) || answers_bare_segment(before, reset))
        return Shape::kNoSocket;
    if ((before.fin_seen >> index(target) & 1U) != 0) return Shape::kAfterFin;
    const bool at_next = sent.next_known && Seq(reset.seq) == sent.next;
    if (at_next && (has_waited(*side.probes, reset) || side.transmissions->length >= 3))
        return Shape::kGaveUp;
    if (before.fin_seen != 0) return Shape::kAfterFin;
    if (answers_without_socket(watch, before, reset)) return Shape::kNoSocket;
    const bool gives_up = at_next && seems_to_give_up(*side.prober) && is_due_as_probe(watch, before, reset);
    return gives_up ? Shape::kAnswersLost : Shape::kAbort;
}

// Before the first segment that the RST leaves unanswered; before itself if nothing provoked it.
Nanoseconds silence_before(const Watch& watch, const ConnectionView& before, const Segment& reset) {
    const SideWatch& target = watch.sides[index(opposite(reset.direction))];
    if (target.probes->open()) return target.probes->silence_before;
    if (target.transmissions->open()) return target.transmissions->silence_before;
    if (!is_provoked(before, reset)) return between(before.last_time, reset.time);
    const HalfStream& own = before.tcp.forward(reset.direction);
    return own.seen ? between(own.last_time, before.last_time) : kNoTime;
}

// The longest silence that the connection came through before that one.
Nanoseconds survived_before(const Watch& watch, const ConnectionView& before, const Segment& reset,
                            Nanoseconds silence) {
    if (std::ranges::any_of(watch.sides, &SideWatch::is_trying)) return watch.longest_survived;
    return is_provoked(before, reset) ? before.longest_idle_but(silence) : before.longest_idle;
}

// Neither what the other side expects next nor the sender's SND.NXT: only a forger, or a host that has
// forgotten the connection long since, resets there. RFC 5961 section 3.2 lets the other side ask.
bool is_out_of_place(const ConnectionView& before, const Segment& reset) {
    const HalfStream& target = before.tcp.reverse(reset.direction);
    const SentData& sent = before.sent[index(reset.direction)];
    return target.seen && sent.next_known && !target.expects(Seq(reset.seq)) && Seq(reset.seq) != sent.next;
}

// The side has sent SYNs and nothing else.
bool has_sent_only_syn(const HalfStream& half) {
    return half.seen && half.first_ack && half.last_ack == Seq{};
}

// The answer to a SYN that was made by a raw socket is reset by its sender's kernel, which did not open the
// connection and puts its own TTL on what it sends. No stack of today leaves out the window scale, and only
// scanners have such small and round windows.
bool is_by_scanner(const ConnectionView& before, const Segment& reset, bool ttl_differs) {
    const HalfStream& own = before.tcp.forward(reset.direction);
    const bool answers_syn_ack = before.syn_seen && before.syn_ack_seen &&
                                 reset.direction == before.initiator && has_sent_only_syn(own) &&
                                 before.tcp.reverse(reset.direction).expects(Seq(reset.seq));
    if (!answers_syn_ack || reset.has(kAck) || reset.window != 0) return false;
    if (own.window_scale != kScaleNotUsed) return false;
    return ttl_differs || own.window == 1024 || own.window == 512;
}

// Its sender has said nothing else in the connection, which begins with a SYN-ACK.
bool is_unrequested(const Watch& watch, const ConnectionView& before, const Segment& reset) {
    const std::uint64_t resets = watch.resets[index(reset.direction)];
    return !before.syn_seen && before.syn_ack_seen && before.initiator == reset.direction &&
           before.sent[index(reset.direction)].segments + 1 == resets &&
           before.tcp.reverse(reset.direction).first_ack;
}

}  // namespace

bool ip_id_runs_on(std::uint16_t before, std::uint16_t now) {
    constexpr std::uint16_t kMostSent = 256;  // in the silence, beside the capture
    const auto follows = [](std::uint16_t first, std::uint16_t second) {
        const auto step = static_cast<std::uint16_t>(second - first);
        return step != 0 && step <= kMostSent;
    };
    // Old Windows counts in the byte order of its machine.
    const auto swapped = [](std::uint16_t id) { return static_cast<std::uint16_t>(id << 8 | id >> 8); };
    return before != 0 && now != 0 && (follows(before, now) || follows(swapped(before), swapped(now)));
}

namespace {

// What was on its way when the RST was sent: the sender's, if it lies before it; the other side's, which had
// not got it.
bool was_on_its_way(const ResetRecord& reset, const ConnectionView& before, const Segment& segment) {
    constexpr Nanoseconds kReordered = 50 * kMillisecond;
    // Earlier, too.
    const bool soon = between(reset.time, segment.time) <= std::max(kReordered, 2 * before.round_trip());
    return soon && (segment.direction != reset.sender ||
                    (Seq(segment.seq) + segment.payload_length).at_or_before(reset.seq));
}

// The connection goes on where it was; what is far from that is another that has its addresses and ports.
bool goes_on(ResetRecord& reset, const Segment& segment) {
    constexpr std::int32_t kNear = 1 << 16;
    Seq& next = reset.next[index(segment.direction)];
    if (next == Seq{}) return true;
    const std::int32_t distance = next.distance_to(Seq(segment.seq));
    if (distance <= -kNear || distance >= kNear) return false;
    const Seq end = Seq(segment.seq) + segment.payload_length;
    if (end.after(next)) next = end;
    return true;
}

// BGP sends with 1 or 255 (RFC 4271, RFC 5082), and the kernel that resets in its stead does not.
bool sets_its_ttl(const Segment& segment) {
    constexpr std::uint16_t kBgp = 179;
    return segment.key.low_port == kBgp || segment.key.high_port == kBgp;
}

ResetRecord record_of(const Watch& watch, const ConnectionView& before, const Segment& segment) {
    const SentData& sent = before.sent[index(segment.direction)];
    const HalfStream& fwd = before.tcp.forward(segment.direction);
    const HalfStream& rev = before.tcp.reverse(segment.direction);
    ResetRecord reset;
    reset.shape = shape_of(watch, before, segment);
    reset.sender = segment.direction;
    reset.sender_gave_up = reset.shape == ResetRecord::Shape::kNoSocket &&
                           watch.sides[index(segment.direction)].unheard->length >= kFewestTransmissions;
    reset.reopened = watch.reopened && reset.shape == ResetRecord::Shape::kNoSocket;
    reset.seq = Seq(segment.seq);
    reset.ttl = segment.ttl;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh})
        reset.next[index(side)] = before.sent[index(side)].next;
    reset.time = segment.time;
    reset.frame = segment.frame;
    // Who has sent a SYN and nothing else may have made it by a raw socket, with a TTL of its own: a scanner,
    // whose kernel resets what it did not open.
    const TtlChange change = sets_its_ttl(segment) ? TtlChange::kNone : ttl_change(sent, segment.ttl);
    const bool other_ttl = change != TtlChange::kNone;
    reset.ttl_differs = change == TtlChange::kOther && !has_sent_only_syn(fwd);
    reset.ttl_near = change == TtlChange::kNear && !has_sent_only_syn(fwd);
    reset.by_scanner = is_by_scanner(before, segment, other_ttl);
    reset.by_other_ttl = other_ttl;
    reset.unseen = fwd.seen && fwd.next_seq != Seq{} && sent.next_known != 0 && sent.next.after(fwd.next_seq);
    reset.unrequested = is_unrequested(watch, before, segment);
    reset.ip_id_ran_on = !segment.key.is_v6() && fwd.seen && ip_id_runs_on(sent.last_ip_id, segment.ip_id);
    reset.out_of_place = is_out_of_place(before, segment);
    reset.out_of_window = acceptance_of(before.ends(), segment) == Acceptance::kDropped;
    reset.sender_heard = fwd.seen ? fwd.last_time : kNoTime;
    reset.seen_since = before.first_time;
    reset.in_handshake =
        reset.unrequested || (before.syn_seen && reset.shape != ResetRecord::Shape::kRefused &&
                              before.tcp.forward(before.initiator).first_ack);
    reset.answers_fin = reset.shape == ResetRecord::Shape::kNoSocket && before.fin_seen != 0;
    reset.when_due = reset.shape == ResetRecord::Shape::kAbort && is_due_as_probe(watch, before, segment);
    reset.at_return = reset.shape == ResetRecord::Shape::kGaveUp &&
                      watch.sides[index(segment.direction)].may_have_given_up();
    reset.provoked_time = rev.seen ? rev.last_time : kNoTime;
    reset.provoked_frame = before.last_frame;
    reset.target_awake = before.longest_idle != kNoTime && before.longest_idle < kShortestBoot;
    reset.silence_before = silence_before(watch, before, segment);
    reset.late_request = late_request(watch, before, segment);
    const ResetRecord& earlier = *watch.reset;
    if (earlier.met() && earlier.sender == reset.sender && earlier.time == reset.sender_heard) {
        // The sender has said nothing since but that RST.
        reset.sender_heard = earlier.sender_heard;
        reset.silence_before = earlier.silence_before;
    }
    return reset;
}

}  // namespace

void observe_reset(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment) {
    ++watch.resets[index(segment.direction)];
    ResetRecord& reset = watch.reset.in(pools.resets);
    const bool again = reset.shape == ResetRecord::Shape::kRefused && reset.target_after;
    if (!reset.met() || reset.ignored() || again) {
        reset = record_of(watch, before, segment);
        if (reset.shape == ResetRecord::Shape::kRefused && !reset.out_of_window && watch.refusals < UINT8_MAX)
            ++watch.refusals;
        watch.longest_survived = survived_before(watch, before, segment, reset.silence_before);
        return;
    }
    const Nanoseconds later = between(reset.time, segment.time);
    if (segment.direction != reset.sender && later != kNoTime && later <= kBothEndsDelay) {
        reset.both_ends = true;
        reset.other_frame = segment.frame;
    }
}

bool observe_after_reset(Watch& watch, WatchPools& pools, const ConnectionView& before,
                         const Segment& segment) {
    ResetRecord& reset = watch.reset.in(pools.resets);
    // Where it ended no connection but the try for one, there may be another try.
    const bool of_a_try =
        reset.shape == ResetRecord::Shape::kRefused || reset.shape == ResetRecord::Shape::kHalfOpen;
    if (of_a_try && segment.has(kSyn)) {
        if (!segment.has(kAck)) {
            reset.target_after = true;
            return true;
        }
        watch.reset.release(pools.resets);
        return false;
    }
    if (!goes_on(reset, segment)) return !reset.ignored();
    if (segment.direction != reset.sender && segment.has(kFin) && reset.late_request.small)
        reset.late_request = {};
    const bool later = !was_on_its_way(reset, before, segment);
    if (segment.direction == reset.sender) {
        if (later) reset.sender_after = true;
        return !reset.ignored();
    }
    if (later) reset.target_after = true;
    const bool says_nothing_new = segment.payload_length == 0 && segment.has(kAck) &&
                                  !segment.has(kSyn | kFin) &&
                                  before.tcp.forward(segment.direction).expects(Seq(segment.ack));
    if (reset.out_of_place && says_nothing_new) reset.challenged = true;
    return !reset.ignored();
}

}  // namespace deadpeer
