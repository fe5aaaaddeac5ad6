#include "detect/observe_close.h"

#include <algorithm>

#include "detect/between.h"
#include "detect/give_up_timeout.h"

namespace deadpeer {
namespace {

// So long after it acknowledged the FIN an application may send without having seen the end of the stream.
constexpr Nanoseconds kTimeToHeed = 50 * kMillisecond;
// After that it does not look. In between it may have been busy.
constexpr Nanoseconds kHeeded = 2 * kSecond;
// Large enough for the last word of TLS or HTTP/2 before the FIN; and for both.
constexpr std::uint32_t kMostGoodbye = 64;
constexpr std::uint32_t kMostGoodbyes = 128;

bool has_fin(std::uint8_t fin_seen, Direction side) {
    return (fin_seen >> index(side) & 1U) != 0;
}

bool is_new_data(const ConnectionView& before, const Segment& segment) {
    const SentData& sent = before.sent[index(segment.direction)];
    return segment.payload_length > 0 && sent.next_known != 0 &&
           Seq(segment.seq + segment.payload_length).after(sent.next);
}

// A last small message, and then the FIN: the silence is that before the message.
Nanoseconds idle_before_goodbye(const ConnectionView& before, const Segment& fin) {
    const HalfStream& own = before.tcp.forward(fin.direction);
    const HalfStream& other = before.tcp.reverse(fin.direction);
    const bool in_fin = fin.payload_length > 0 && fin.payload_length <= kMostGoodbye;
    const Nanoseconds said = between(own.next_seq_time, fin.time);
    const bool small = own.raising_length > 0 && own.raising_length <= kMostGoodbye && said != kNoTime &&
                       said <= kSecond / 10;
    const Nanoseconds since = between(other.next_seq_time, fin.time);
    const Nanoseconds silence = before.longest_idle;
    if (!(in_fin || small) || since == kNoTime || silence == kNoTime) return kNoTime;
    // Nearly all the time since the other side's last data passed in one silence.
    return silence >= since - since / 8 ? std::min(since, silence) : kNoTime;
}

// The other side's data that the FIN meets on its way.
bool crosses_data(const ConnectionView& before, const Segment& fin) {
    const SentData& other = before.sent[index(opposite(fin.direction))];
    const Nanoseconds age = between(before.tcp.reverse(fin.direction).next_seq_time, fin.time);
    return fin.has(kAck) && other.next_known != 0 && Seq(fin.ack).before(other.next) && age != kNoTime &&
           age <= std::max(kSecond, 2 * before.round_trip());
}

Nanoseconds idle_before(const ConnectionView& before, const Segment& fin, bool crosses) {
    const Nanoseconds own = before.tcp.forward(fin.direction).next_seq_time;
    const Nanoseconds other = before.tcp.reverse(fin.direction).next_seq_time;
    if (fin.payload_length > 0) return idle_before_goodbye(before, fin);
    const Nanoseconds idle = between(crosses ? own : std::max(own, other), fin.time);
    if (crosses || idle == kNoTime || idle >= kShortestIdleClose) return idle;
    return idle_before_goodbye(before, fin);
}

// The closer has acknowledged none of the data that it was sent after its FIN.
bool is_unread(const ConnectionView& before, Direction closer) {
    const HalfStream& half = before.tcp.forward(closer);
    const SentData& other = before.sent[index(opposite(closer))];
    return half.rcv_next_known && other.next_known != 0 && half.rcv_next().before(other.next);
}

bool is_answer(const ConnectionView& before, const Segment& reset) {
    const HalfStream& other = before.tcp.reverse(reset.direction);
    const Nanoseconds delay = other.seen ? between(other.last_time, reset.time) : kNoTime;
    return delay != kNoTime && delay <= std::max(kAnswerDelay, 2 * before.round_trip());
}

LateRequest::Kind kind_of_request(const CloseRecord& close, const ConnectionView& before) {
    using Kind = LateRequest::Kind;
    // What the FIN left unread was no request for the next time, or nobody knows.
    if (!close.request_knew) return close.spoke_last ? Kind::kMetFin : Kind::kNone;
    const Nanoseconds since = close.acknowledged < close.request_time ? close.acknowledged : close.time;
    const Nanoseconds late = between(since, close.request_time);
    if (late == kNoTime) return Kind::kNone;
    if (late <= kTimeToHeed + before.round_trip()) return close.spoke_last ? Kind::kMetFin : Kind::kNone;
    return late > kHeeded ? Kind::kIgnoredFin : Kind::kNone;
}

// Of a FIN that came at the end of an exchange: nothing of it is recorded.
LateRequest after_plain_fin(const ConnectionView& before, const Segment& reset) {
    const HalfStream& closer = before.tcp.forward(reset.direction);
    const HalfStream& other = before.tcp.reverse(reset.direction);
    const SentData& sent = before.sent[index(reset.direction)];
    // The FIN was the closer's last word, and the other side has it.
    const bool last_word = closer.last_time == closer.next_seq_time && sent.next_known != 0;
    const bool known = other.rcv_next_known && !other.rcv_next().before(sent.next);
    const Nanoseconds late = between(closer.next_seq_time, other.next_seq_time);
    if (!last_word || !known || late == kNoTime || late <= kHeeded + before.round_trip()) return {};
    LateRequest request;
    request.kind = LateRequest::Kind::kIgnoredFin;
    request.time = other.next_seq_time;
    if (before.last_time == request.time) request.frame = before.last_frame;
    request.small = other.raising_length <= kMostGoodbye;
    request.fin_time = closer.next_seq_time;
    return request;
}

}  // namespace

std::optional<CloseRecord> close_after_idle(const ConnectionView& before, const Segment& segment) {
    if (!segment.has(kFin) || segment.has(kSyn | kRst) || before.fin_seen != 0) return std::nullopt;
    const HalfStream& own = before.tcp.forward(segment.direction);
    const HalfStream& other = before.tcp.reverse(segment.direction);
    const SentData& sent = before.sent[index(segment.direction)];
    if (!own.seen || !other.seen || sent.next_known == 0 || sent.next != Seq(segment.seq))
        return std::nullopt;
    if (shows_unseen(before.sent[index(opposite(segment.direction))], segment, false)) return std::nullopt;
    const bool crosses = crosses_data(before, segment);
    CloseRecord close;
    close.idle = idle_before(before, segment, crosses);
    if (close.idle == kNoTime || close.idle < kShortestIdleClose) return std::nullopt;
    close.closer = segment.direction;
    close.time = segment.time;
    close.frame = segment.frame;
    close.spoke_last = crosses || own.next_seq_time >= other.next_seq_time;
    if (crosses) {
        close.request_time = other.next_seq_time;
        const Seq end = before.sent[index(opposite(segment.direction))].next;
        close.request_bytes = static_cast<std::uint32_t>(Seq(segment.ack).distance_to(end));
        if (before.last_time == close.request_time) close.request_frame = before.last_frame;
    }
    return close;
}

void note_close(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment) {
    if (!watch.close.held()) {
        const auto close = close_after_idle(before, segment);
        if (!close) return;
        watch.close.in(pools.closes) = *close;
        const Train& tries = *watch.sides[index(opposite(segment.direction))].transmissions;
        const bool left = tries.open() && tries.tries == Tries::kData && !Seq(segment.ack).after(tries.at);
        if (left) watch.close.in(pools.closes).tries = tries.length;
        return;
    }
    CloseRecord& close = watch.close.in(pools.closes);
    if (segment.direction == close.closer) {
        const HalfStream& own = before.tcp.forward(segment.direction);
        const bool more = segment.has(kAck) && own.rcv_next_known && Seq(segment.ack).after(own.rcv_next());
        if (more && close.request_time != kNoTime) close.reads_on = true;
        return;
    }
    const SentData& sent = before.sent[index(close.closer)];
    const bool knows = segment.has(kAck) && sent.next_known != 0 && !Seq(segment.ack).before(sent.next);
    if (knows && close.acknowledged == kNoTime) close.acknowledged = segment.time;
    if (!is_new_data(before, segment)) return;
    close.request_bytes += segment.payload_length;
    if (close.request_time != kNoTime) return;
    close.request_time = segment.time;
    close.request_frame = segment.frame;
    close.request_knew = knows;
}

bool closes_in_order(const Watch& watch, const ConnectionView& before, const Segment& segment) {
    return watch.close.held() && watch.close->request_time == kNoTime && watch.close->tries == 0 &&
           segment.has(kFin) && segment.direction != watch.close->closer &&
           has_fin(before.fin_seen, watch.close->closer) && segment.payload_length == 0;
}

LateRequest late_request(const Watch& watch, const ConnectionView& before, const Segment& reset) {
    const Direction closer = reset.direction;
    // Requests are the initiator's: what a server sends to a client that has gone is an answer.
    if (!has_fin(before.fin_seen, closer) || closer == before.initiator) return {};
    if (!is_unread(before, closer) || !is_answer(before, reset)) return {};
    const CloseRecord& close = *watch.close;
    if (!watch.close.held() || close.closer != closer) {
        return has_fin(before.fin_seen, opposite(closer)) ? LateRequest{} : after_plain_fin(before, reset);
    }
    if (close.request_time == kNoTime || close.reads_on) return {};
    LateRequest request;
    request.small = close.request_bytes <= kMostGoodbyes;
    if (request.small && has_fin(before.fin_seen, opposite(closer))) return {};
    request.kind = kind_of_request(close, before);
    request.knew_fin = close.request_knew;
    request.time = close.request_time;
    request.frame = close.request_frame;
    request.fin_time = close.time;
    request.fin_frame = close.frame;
    request.fin_idle = close.idle;
    return request;
}

}  // namespace deadpeer
