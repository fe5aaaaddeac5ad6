#include "detect/kind.h"

#include <algorithm>

#include "detect/between.h"
#include "detect/give_up_timeout.h"

namespace deadpeer {
namespace {

constexpr std::uint16_t kControl = kSyn | kFin | kRst;

// A mirror port, or a bridge whose ports are captured as well, hands out a packet twice within moments.
constexpr Nanoseconds kMirrorDelay = 5 * kMillisecond;

// A router holds a packet no longer than that between two of its interfaces.
constexpr Nanoseconds kForwardingDelay = kSecond;

// No stack's retransmission timeout is shorter (Linux: TCP_RTO_MIN).
constexpr Nanoseconds kShortestTimeout = 200 * kMillisecond;

struct View {
    const ConnectionView& before;
    const Segment& segment;
    const Watch* watch;

    const HalfStream& fwd = before.tcp.forward(segment.direction);
    const HalfStream& rev = before.tcp.reverse(segment.direction);
    const SentData& sent = before.sent[index(segment.direction)];
    Seq seq{segment.seq};

    [[nodiscard]] bool at_last_octet() const {
        return segment.payload_length <= 1 && !segment.has(kControl) && sent.next_known &&
               seq == sent.next - 1;
    }
    [[nodiscard]] bool window_closed() const { return rev.window_closed; }
    [[nodiscard]] bool in_flight() const { return rev.rcv_next_known && rev.rcv_next().before(sent.next); }
};

// Hosts give each packet a number of its own, but for those that number none. Over IPv6 the checksum tells
// packets apart as far as their time stamps do.
bool is_numbered(const Segment& segment) {
    return segment.ip_id != 0 && (!segment.key.is_v6() || segment.has_timestamps);
}

// Behind a router: what repeats a packet later, and with fewer hops to go than the side has sent.
bool was_forwarded(const View& v) {
    return v.segment.ttl < v.sent.ttl_high && is_numbered(v.segment);
}

// So soon after a packet that is alike, it is that packet.
bool is_soon_after(const View& v, Nanoseconds earlier) {
    const Nanoseconds gap = between(earlier, v.segment.time);
    return gap != kNoTime && gap <= (was_forwarded(v) ? kForwardingDelay : kMirrorDelay);
}

bool repeats_last_probe(const View& v) {
    if (v.watch == nullptr) return false;
    const Prober& prober = *v.watch->sides[index(v.segment.direction)].prober;
    return is_soon_after(v, prober.last_time) && v.segment.ip_id == prober.last_ip_id &&
           v.segment.tsval == prober.last_tsval;
}

// The same packet once more.
bool repeats_last_packet(const View& v) {
    if (v.sent.segments == 0 || !v.fwd.seen) return false;
    const bool cut = v.segment.key.is_v6() && v.segment.ip_id == 0;  // before what tells packets apart
    return !cut && v.segment.ip_id == v.sent.last_ip_id && is_soon_after(v, v.fwd.last_time) &&
           Seq(v.segment.ack) == v.fwd.last_ack && v.segment.window == v.fwd.window;
}

// Of a host that does not number its packets only what ends at its SND.NXT can be the last once more.
bool repeats_last_octets(const View& v) {
    const bool occupies_more = v.segment.has(kSyn) || v.segment.has(kFin);
    const Seq end = v.seq + v.segment.payload_length + (occupies_more ? 1 : 0);
    return repeats_last_packet(v) && (v.segment.ip_id != 0 || end == v.sent.next);
}

// The side's latest segment is its probe, of the octet before this one.
bool follows_own_probe(const View& v) {
    if (v.watch == nullptr) return false;
    const Prober& prober = *v.watch->sides[index(v.segment.direction)].prober;
    return prober.last_time != kNoTime && prober.last_time == v.fwd.last_time && v.seq == v.sent.next;
}

// Hosts that do not number their packets may send duplicate ACKs that are alike to the last bit; where
// packets are held more than once those are copies, too: Linux numbers all but the last ACK of a connection.
bool repeats_last_ack(const View& v, Labels labels, bool holds_copies) {
    const bool told_apart = v.segment.key.is_v6() ? was_forwarded(v) : v.segment.ip_id != 0 || holds_copies;
    return (told_apart || labels.has(Label::kKeepAliveAck)) && repeats_last_packet(v) &&
           !follows_own_probe(v);
}

bool is_zero_window_probe(const View& v) {
    if (!v.window_closed() || v.segment.has(kControl)) return false;
    // Linux repeats the octet before SND.UNA, without it; others send one new octet.
    return v.at_last_octet() ||
           (v.segment.payload_length == 1 && v.sent.next_known && v.seq == v.sent.next) ||
           (v.segment.payload_length == 1 && v.rev.expects(v.seq));
}

// A host without the connection sends RSTs in bursts that are all alike but for the sequence number.
bool repeats_reset(const View& v) {
    if (v.watch == nullptr || !v.watch->reset->met()) return false;
    const ResetRecord& reset = *v.watch->reset;
    const SideWatch& side = v.watch->sides[index(v.segment.direction)];
    return reset.sender == v.segment.direction && reset.time == side.first_seen(v.fwd.last_time) &&
           reset.seq == v.seq && repeats_last_packet(v);
}

// So far apart, or across a step of the capture's clock: no path delivers segments that far out of order.
bool apart(Nanoseconds one, Nanoseconds other, Nanoseconds limit) {
    return std::max(one, other) - std::min(one, other) >= limit;
}

// The pair has been silent, probes and their answers not counted: each side probes on a schedule of its own.
bool after_silence(const View& v, Nanoseconds minimum_silence) {
    Nanoseconds last = v.before.last_time;
    if (v.watch != nullptr && last == v.watch->exchange_time) last = v.watch->before_exchange;
    if (last == kNoTime || !apart(last, v.segment.time, minimum_silence)) return false;
    if (v.watch == nullptr) return true;
    const SideWatch& side = v.watch->sides[index(v.segment.direction)];
    const Prober& prober = *side.prober;
    // Exponential spacing may begin with the retransmission timeout.
    const Nanoseconds least =
        side.probes->open() ? std::min(minimum_silence, kShortestTimeout) : minimum_silence;
    if (prober.last_time == kNoTime || apart(prober.last_time, v.segment.time, least)) return true;
    // Sent at another time and held back on the way: its time stamp tells.
    return v.segment.has_timestamps && v.segment.tsval != prober.last_tsval;
}

SegmentKind kind_at_last_octet(const View& v, Nanoseconds minimum_silence) {
    if (repeats_last_probe(v) || repeats_last_packet(v)) return SegmentKind::kDuplicateFrame;
    const bool silent = after_silence(v, minimum_silence);
    if (v.segment.payload_length == 1 && (v.in_flight() || !silent)) return SegmentKind::kRetransmission;
    if (!silent) return SegmentKind::kReordered;
    return v.in_flight() ? SegmentKind::kOrdinary : SegmentKind::kKeepaliveProbe;
}

// No answer that takes longer was ever seen to be one.
constexpr Nanoseconds kLatestAnswer = 3 * kSecond;

// Data long after the last probe, from a side that never answered one: its application's, no answer.
bool comes_by_itself(const SideWatch& prober, const Segment& data) {
    const Nanoseconds delay = between(prober.probes->last_time, data.time);
    return prober.prober->answered == 0 && delay != kNoTime && delay > kLatestAnswer;
}

// What answers an open train of probes of the other side, or one of its window probes.
SegmentKind kind_of_answer(const View& v) {
    if (v.watch == nullptr || v.segment.has(kSyn | kRst) || !v.segment.has(kAck))
        return SegmentKind::kOrdinary;
    const SideWatch& prober = v.watch->sides[index(opposite(v.segment.direction))];
    const SentData& probed = v.before.sent[index(opposite(v.segment.direction))];
    // What was decided stays decided.
    const bool over = (v.watch->reset->met() && !v.watch->reset->ignored()) || prober.may_have_given_up() ||
                      has_given_up(prober, prober.peer_probed ? v.fwd.last_time : kNoTime, v.watch->step_back,
                                   v.segment.time);
    const bool acknowledges = probed.next_known && !Seq(v.segment.ack).before(probed.next);
    if (prober.probes->open() && acknowledges && !over) {
        const bool says_more = v.segment.payload_length > 0 || v.segment.has(kFin);
        if (!says_more) return SegmentKind::kKeepaliveAck;
        return comes_by_itself(prober, v.segment) ? SegmentKind::kOrdinary
                                                  : SegmentKind::kKeepaliveAnswerData;
    }
    if (prober.window_probed && v.segment.payload_length == 0 && v.segment.window == 0) {
        return SegmentKind::kZeroWindowProbeAck;
    }
    return SegmentKind::kOrdinary;
}

}  // namespace

SegmentKind kind_of(const ConnectionView& before, const Segment& segment, Labels labels, const Watch* watch,
                    Nanoseconds minimum_silence, bool holds_copies) {
    if (segment.time == kNoTime) return SegmentKind::kOrdinary;
    const View view{before, segment, watch};
    if (segment.has(kRst)) return repeats_reset(view) ? SegmentKind::kDuplicateFrame : SegmentKind::kOrdinary;
    if (is_zero_window_probe(view)) {
        return repeats_last_packet(view) ? SegmentKind::kDuplicateFrame : SegmentKind::kZeroWindowProbe;
    }
    if (view.at_last_octet()) return kind_at_last_octet(view, minimum_silence);

    const bool occupies = segment.payload_length > 0 || segment.has(kSyn | kFin);
    if (occupies && view.sent.next_known && view.seq.before(view.sent.next)) {
        if (repeats_last_octets(view)) return SegmentKind::kDuplicateFrame;
        if (labels.has(Label::kOutOfOrder)) return SegmentKind::kReordered;
        return labels.has(Label::kRetransmission) ? SegmentKind::kRetransmission : SegmentKind::kOrdinary;
    }
    if (!occupies && repeats_last_ack(view, labels, holds_copies)) return SegmentKind::kDuplicateFrame;
    return kind_of_answer(view);
}

}  // namespace deadpeer
