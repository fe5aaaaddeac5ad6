// Watch: what is remembered of a connection beyond its TCP state, once a segment was not plain.
//
// What:     probe trains, repeated transmissions, resets and ICMP errors of one connection, both sides. Most
//           connections never get one, and few all of its records. observe.h is the writer, judge.h the
//           reader.
// Lifetime: of the pools that its records come from.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/pooled.h"
#include "core/seq.h"
#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/segment.h"
#include "deadpeer/time.h"
#include "detect/first_pair.h"
#include "detect/frame_trail.h"
#include "detect/large_loss.h"
#include "detect/silence.h"
#include "detect/timer_estimate.h"
#include "detect/timestamp_echo.h"
#include "detect/went_back.h"

namespace deadpeer {

// Transmissions of one side that found no answer yet: keepalive probes, or the same data again and again.
struct Train {
    std::uint32_t length = 0;  // 0 = no train
    Seq at;                    // of data: the SND.UNA that they begin at
    Nanoseconds first_time = kNoTime;
    Nanoseconds last_time = kNoTime;
    Nanoseconds last_gap = kNoTime;        // between the last two
    Nanoseconds first_gap = kNoTime;       // between the first two
    Nanoseconds silence_before = kNoTime;  // since the connection's last sign of life before the first
    Nanoseconds peer_heard = kNoTime;      // the other side's last segment before the first
    Nanoseconds host_spoke = kNoTime;      // since the first, the other side's host, on another connection
    Nanoseconds host_returned = kNoTime;   // since the last, likewise, while there was time for an answer
    bool growing = true;                   // no gap was clearly shorter than the one before
    bool leaps = false;  // from the third on, a gap was clearly shorter than the last, far longer or unknown
    bool nothing_arrived = false;  // at its sender, from any host, since the first; others were tried as well
    bool blind = false;            // what reached its sender since was not captured, as it acknowledged that
    bool crossed = false;          // the other side tried, too, before or meanwhile, and nobody answered
    Nanoseconds heard_again = kNoTime;  // of an outage: the other side's first segment since
    Tries tries = Tries::kNone;
    TimestampEcho echo;  // of the latest
    FrameTrail frames;

    [[nodiscard]] bool open() const { return length > 0; }
    // The first of these may have gone out before the other side's last word.
    [[nodiscard]] bool began_before_word() const { return peer_heard != kNoTime && peer_heard > first_time; }
    [[nodiscard]] Nanoseconds unheard_since() const { return began_before_word() ? peer_heard : first_time; }
    [[nodiscard]] std::uint32_t unheard() const { return began_before_word() ? length - 1 : length; }
    // The host that does not answer is up. What it said in the first half of the time does not count: it may
    // have died since.
    [[nodiscard]] bool host_is_up() const {
        return host_spoke != kNoTime && first_time != kNoTime &&
               host_spoke > first_time + (last_time - first_time) / 2;
    }
};

// What one side's keepalive probes tell.
struct Prober {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint32_t longest_train = 0;  // answered in the end or not
    std::uint32_t last_tsval = 0;
    std::uint16_t last_ip_id = 0;
    std::uint8_t payload = 0;
    bool exponential = false;
    bool bunched = false;  // probes came in bunches: something on the path held them back
    Nanoseconds last_time = kNoTime;
    Nanoseconds heard_before = kNoTime;  // the side's last segment before last_time that was no probe
    GapCluster run;  // between its latest probes, all answered, with nothing else in between
    Nanoseconds before_run = kNoTime;   // the silence before the first of these
    TimestampEcho echo;                 // of the latest
    bool answer_is_later = false;       // its answer's timestamp is later than that
    std::uint32_t unheard_answers = 0;  // of the run: the next probe does not echo their timestamps
    std::uint32_t ignored = 0;          // probes without an answer that the other side's own data came after
    TimerEstimate idle;
    TimerEstimate interval;

    // Than after the silence that made it probe, as if it had no answer.
    [[nodiscard]] bool repeats_sooner(Nanoseconds gap) const {
        return before_run != kNoTime && before_run / 8 * 7 > std::max(gap, run.longest);
    }
    // Or with the timestamp of what it got before the answers.
    [[nodiscard]] bool seems_unheard() const { return repeats_sooner(0) || unheard_answers >= 2; }
};

// What one side did.
struct SideWatch {
    Pooled<Prober> prober;        // from its first probe on
    Pooled<Train> probes;         // unanswered keepalive probes
    Pooled<Train> transmissions;  // data, FIN or window probes, the original included
    Pooled<Train> unheard;        // those of an outage, until the other side has acknowledged them
    Pooled<LargeLoss> large;      // its large segments, as long as they vanish
    bool large_reported = false;
    Pooled<WentBack> went_back;     // its numbers
    std::uint32_t pending_row = 0;  // of its latest probe, to be settled when the answer comes; 0 = none
    bool window_probed = false;     // its latest segment is a zero-window probe
    bool peer_probed = false;       // after its latest probe the other side sent one of its own
    // When the other side spoke again, after this one's tries had long found no answer and ceased: who had
    // given up answers that with a RST.
    Nanoseconds peer_returned = kNoTime;
    bool peer_asked = false;  // and said something that asks for an answer

    // Where the capture holds its latest segment more than once: the time of the first, and of the latest.
    Nanoseconds first_copy = kNoTime;
    Nanoseconds last_copy = kNoTime;

    // It still waits for an answer.
    [[nodiscard]] bool is_trying() const { return probes->open() || transmissions->open(); }
    [[nodiscard]] bool may_have_given_up() const { return peer_returned != kNoTime; }
    // An ACK that met no RST: it belongs to the connection, which both sides have.
    [[nodiscard]] bool peer_lives() const { return may_have_given_up() && !peer_asked; }
    // A time of the latest segment, as that of its first copy.
    [[nodiscard]] Nanoseconds first_seen(Nanoseconds time) const {
        return time == last_copy ? first_copy : time;
    }
};

// A sample of the round trips of probes.
struct RttSample {
    std::uint32_t seen = 0;
    std::array<std::uint32_t, 15> microseconds{};  // the latest
};

// The first FIN of a connection, where it came after a silence.
struct CloseRecord {
    Direction closer = Direction::kFromLow;
    bool spoke_last = false;  // the closer's data came after all of the other side's
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;
    Nanoseconds idle = kNoTime;          // without data of either side
    Nanoseconds acknowledged = kNoTime;  // by the other side
    Nanoseconds request_time = kNoTime;  // of the other side's first data that the FIN does not acknowledge
    std::uint64_t request_frame = 0;
    std::uint32_t request_bytes = 0;  // all that the other side has sent since
    bool request_knew = false;        // and acknowledges the FIN
    std::uint32_t tries = 0;          // of the other side's data that the FIN leaves unacknowledged
    bool reads_on = false;  // the closer has acknowledged some of that data: it closed one direction

    // Whether it was made of that segment. Each file of a capture numbers its frames anew.
    [[nodiscard]] bool is_of(const Segment& segment) const {
        return frame == segment.frame && time == segment.time;
    }
};

// What a RST that follows its sender's FIN answers.
struct LateRequest {
    enum class Kind : std::uint8_t {
        kNone,
        kMetFin,     // data that crossed the FIN, or came before it could be heeded
        kIgnoredFin  // data long after the FIN had been acknowledged
    };

    Kind kind = Kind::kNone;
    bool knew_fin = false;  // it acknowledges it
    bool small = false;     // if the side's own FIN follows it was no request, but a last word of TLS or so
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;  // 0: not known
    Nanoseconds fin_time = kNoTime;
    std::uint64_t fin_frame = 0;     // likewise
    Nanoseconds fin_idle = kNoTime;  // the silence before the FIN
};

// A RST as it was met.
struct ResetRecord {
    enum class Shape : std::uint8_t {
        kNone,
        kNoSocket,     // no ACK flag, seq = the ack it answers, window 0, no options
        kGaveUp,       // by the side whose transmissions found no answer
        kAnswersLost,  // when the next probe was due: the answers that were captured did not arrive
        kRefused,      // answers a SYN
        kHalfOpen,     // answers an ACK that answers a SYN: the other side holds an older connection
        kBySyn,        // of a connection that a SYN came into
        kAfterFin,
        kAbort,
    };

    Shape shape = Shape::kNone;
    Direction sender = Direction::kFromLow;
    Seq seq;
    std::array<Seq, 2> next;  // each side's SND.NXT, as far as the connection goes on; 0: not known
    bool ttl_differs = false;
    bool ttl_near = false;        // it does, but by so little that the route may have changed
    bool both_ends = false;       // a RST of the other side came within 50 ms
    bool out_of_window = false;   // dropped, whatever its place
    bool out_of_place = false;    // not where the other side would heed it
    bool challenged = false;      // the other side asked whether it is meant
    bool sender_after = false;    // a segment without RST that its sender sent later came
    bool target_after = false;    // one of the other side did
    bool in_handshake = false;    // the initiator had sent nothing but its SYN
    bool answers_fin = false;     // the other side's first
    bool unseen = false;          // its sender had sent what the capture does not hold: it was acknowledged
    bool by_machine = false;      // it came from the link-layer address that its sender has on this link
    bool by_scanner = false;      // by the kernel of who made its SYN by a raw socket
    bool by_other_ttl = false;    // than that of its sender's other segments, whoever made these
    bool unrequested = false;     // answers a SYN-ACK; its sender has said nothing else
    bool awaits_service = false;  // kRefused: its sender had another connection on that port
    bool served = false;          // and kept it, and accepted one soon after
    bool rebound = false;         // answers what goes on with a connection from another address or port
    bool leaked = false;          // answers what has the numbers of a connection with another peer
    bool reopened = false;        // its sender had tried to open the same connection anew
    bool at_return = false;       // kGaveUp: long before, when the other side was away
    bool when_due = false;        // kAbort: when its sender's next probe was due
    std::uint8_t ttl = 0;
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;
    std::uint64_t other_frame = 0;        // the other side's RST, if both_ends
    Nanoseconds sender_heard = kNoTime;   // the sender's last segment before it
    Nanoseconds seen_since = kNoTime;     // the connection's first segment
    Nanoseconds provoked_time = kNoTime;  // the other side's segment that it answers
    std::uint64_t provoked_frame = 0;
    Nanoseconds silence_before = kNoTime;  // before what provoked it
    Silences host_silences;       // of the sender's frames that are no TCP segments, since sender_heard
    bool sender_gave_up = false;  // what it sent so often that its stack gives up was never acknowledged
    bool ip_id_ran_on = false;    // the sender's IP ids went on where they had been
    bool address_moved = false;   // another machine claimed the sender's address since
    bool target_awake = false;    // the other side's host was heard again and again since, too
    LateRequest late_request;
    MacChange macs;             // of the sender's address, if the RST is another machine's
    bool holder_spoke = false;  // the one before sent something on the connection after it
    bool holder_after = false;  // later than what the RST may have overtaken

    // Whether it was made of that segment. Each file of a capture numbers its frames anew.
    [[nodiscard]] bool is_of(const Segment& segment) const {
        return met() && segment.has(kRst) && frame == segment.frame && time == segment.time;
    }
    // Since then at least its sender was silent, even if it was never heard.
    [[nodiscard]] Nanoseconds silent_since() const {
        return sender_heard == kNoTime ? seen_since : sender_heard;
    }
    [[nodiscard]] bool met() const { return shape != Shape::kNone; }
    // Nothing provoked it, and both sides had been silent for that long.
    [[nodiscard]] bool when_idle(Nanoseconds shortest) const {
        return shape == Shape::kAbort && !in_handshake && !out_of_window && !out_of_place && !ttl_differs &&
               silence_before != kNoTime && silence_before >= shortest && provoked_time != kNoTime &&
               time - provoked_time >= shortest;
    }
    // The connection went on, or must have: the RST was forged, stale or challenged (RFC 5961).
    [[nodiscard]] bool ignored() const {
        return out_of_window || challenged || (sender_after && target_after);
    }
};

// A verdict that was told; kNone: none was, or it was taken back.
struct ReportedVerdict {
    Verdict verdict = Verdict::kNone;
    std::optional<EventKind> event;        // none: an event about several connections tells it
    Direction side = Direction::kFromLow;  // that it is about
    Nanoseconds seen_until = kNoTime;      // the connection's latest segment when that was last judged
    bool outlived = false;                 // the side that was called dead answered
    bool in_pause = false;                 // no frame at all came while it was waited for

    [[nodiscard]] bool dead() const {
        return (verdict == Verdict::kPeerDead || verdict == Verdict::kPathDead) && !outlived;
    }
};

// What each probe touches comes first.
struct Watch {
    std::array<SideWatch, 2> sides;

    // When the latest probe or answer was met, and the latest other segment before the probes and answers
    // since.
    Nanoseconds exchange_time = kNoTime;
    Nanoseconds before_exchange = kNoTime;

    Nanoseconds longest_survived = kNoTime;  // the longest silence that the connection came through
    Pooled<ResetRecord> reset;
    Pooled<CloseRecord> close;
    Pooled<FirstPair> first_pair;
    Pooled<RttSample> rtts;
    std::uint32_t predecessor = 0;  // had the 4-tuple before, as long as its end is not told
    bool recovered = false;         // unanswered probes were answered again
    bool reopened = false;          // who reset it had sent a SYN with the same ports before
    bool only_close = false;        // it was made for its CloseRecord, and nothing else was met since
    bool syn_challenged = false;    // a SYN was answered by an ACK of something else
    bool syn_unheeded = false;      // and that went on, in the SYN's stream
    std::uint8_t refusals = 0;      // RSTs to SYNs, as many as fit

    // What few connections meet.
    std::uint8_t syn_acks_repeated = 0;  // after the handshake's final ACK, as many as fit
    std::uint8_t syns_repeated = 0;      // after the SYN-ACK, likewise
    Nanoseconds syn_ack_time = kNoTime;  // of the latest of these
    std::uint64_t syn_ack_frame = 0;
    Direction icmp_about = Direction::kFromLow;  // who sent what could not be delivered
    bool icmp_of_host = false;                   // it says that the host is not there, not only the way
    Nanoseconds icmp_time = kNoTime;             // the latest ICMP unreachable for the flow
    std::uint64_t icmp_frame = 0;
    Nanoseconds loss_time = kNoTime;  // the latest sign that the capture lost a segment
    std::array<Nanoseconds, 2> unseen_time{kNoTime, kNoTime};  // likewise, by side that had sent it
    Nanoseconds step_back = 0;              // the furthest that time went back from one segment to the next
    std::array<std::uint64_t, 2> resets{};  // RSTs by side

    // Live: the verdict that was told as an event, and what other connections told of the host then.
    ReportedVerdict reported;
    std::optional<EventKind> shared_event;  // whose loss it counts in: host_rebooted, address_moved, …
    Signs host_signs = 0;
};

// Where Watches get their records.
struct WatchPools {
    RecordPool<Train> trains;
    RecordPool<Prober> probers;
    RecordPool<LargeLoss> large_losses;
    RecordPool<WentBack> went_back;
    RecordPool<FirstPair> first_pairs;
    RecordPool<ResetRecord> resets;
    RecordPool<CloseRecord> closes;
    RecordPool<RttSample> rtts;

    // Takes back all that the Watch holds.
    void release(Watch& watch);

    [[nodiscard]] std::size_t memory() const {
        return trains.memory() + probers.memory() + large_losses.memory() + went_back.memory() +
               first_pairs.memory() + resets.memory() + closes.memory() + rtts.memory();
    }
};

inline void WatchPools::release(Watch& watch) {
    for (SideWatch& side : watch.sides) {
        side.prober.release(probers);
        side.probes.release(trains);
        side.transmissions.release(trains);
        side.unheard.release(trains);
        side.large.release(large_losses);
        side.went_back.release(went_back);
    }
    watch.first_pair.release(first_pairs);
    watch.reset.release(resets);
    watch.close.release(closes);
    watch.rtts.release(rtts);
}

}  // namespace deadpeer
