#include <cassert>
#include <limits>

#include "analyzer/facts.h"
#include "analyzer/impl.h"
#include "decode/link_source.h"
#include "engine/same_numbers.h"
#include "engine/tally.h"
#include "tcp/advance.h"
#include "tcp/prediction.h"

namespace deadpeer {
namespace {

// In order, and within less than a pause. REQUIRES: there are some.
bool are_in_quick_succession(std::span<const FrameView> frames) {
    constexpr std::uint64_t kPause{CapturePauses::kShortest};
    const auto first = static_cast<std::uint64_t>(frames.front().time);
    std::uint64_t before = first;
    bool quick = frames.front().time != kNoTime;
    for (const FrameView& frame : frames) {
        // Backwards, and of a frame without a time, it is a large number.
        const std::uint64_t passed = static_cast<std::uint64_t>(frame.time) - before;
        quick &= passed < kPause && !frame.rejected_by_filter;
        before += passed;
    }
    return quick && before - first < kPause;
}

}  // namespace

void Analyzer::Impl::decode(std::span<const FrameView> frames, DecodedFrames::Content& decoded) const {
    decode_all(frames, decoded);
}

void Analyzer::Impl::consume(std::span<const FrameView> frames, std::uint32_t input, Nanoseconds read_at) {
    assert(frames.size() <= FrameBatch::kCapacity && inputs_.is_open(input));
    file_ = input;
    frames_ = frames;
    read_at_ = read_at;
    may_go_on_ = true;
    decode_all(frames, own_);
    analyse_all(own_);
}

// Fragments are put together in the order in which all frames are consumed.
void Analyzer::Impl::consume(std::span<const FrameView> frames, const DecodedFrames::Content& decoded,
                             std::uint32_t input) {
    if (decoded.segments.lacked_reassembler) return consume(frames, input, kLatestTime);
    assert(frames.size() <= FrameBatch::kCapacity && inputs_.is_open(input));
    file_ = input;
    frames_ = frames;
    read_at_ = kLatestTime;
    analyse_all(decoded);
}

void Analyzer::Impl::decode_all(std::span<const FrameView> frames, DecodedFrames::Content& decoded) const {
    SegmentBatch& batch = decoded.segments;
    batch.clear();
    decoded.skipped_count = 0;
    batch.scope = options_.scope;
    const auto decode_one = batch.scope.interface ? decode_in_interface : deadpeer::decode;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const std::size_t before = batch.count;
        SkipReason reason = decode_one(frames[i], static_cast<std::uint8_t>(i), batch);
        if (reason == SkipReason::kNone && too_short_for_stream(batch.segments[before])) {
            batch.cut_back(before);
            reason = SkipReason::kCutHeader;
        }
        if (reason != SkipReason::kNone) decoded.skipped[decoded.skipped_count++] = reason;
    }
    const std::span<const Segment> segments = batch.view();
    for (std::size_t i = 0; i < segments.size(); ++i) decoded.hashes[i] = flows_.hash(segments[i].key);
}

void Analyzer::Impl::analyse_all(const DecodedFrames::Content& decoded) {
    count_frames(decoded);
    note_times(frames_);
    const SegmentBatch& batch = decoded.segments;
    const std::span<const Segment> segments = batch.view();
    const std::span<const std::uint64_t> hashes(decoded.hashes);
    for (std::size_t i = 0; i < segments.size(); ++i) flows_.prefetch_slot(hashes[i]);
    for (const Heard& heard : batch.heard_view()) life_.prefetch(heard);
    displaced_before_ = flows_.displaced();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        guesses_[i] = flows_.prefetch_record(hashes[i]);
        life_.prefetch(segments[i]);
    }

    OtherFrames others;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (others.come_before(segments[i].frame, batch)) take_others(others, segments[i].frame, batch);
        analyse(segments[i], hashes[i], i);
    }
    take_others(others, std::numeric_limits<std::uint64_t>::max(), batch);
    at_hand_ = kNoTime;
    watcher_.report_settled();
}

// The frames before that one which are not TCP segments.
void Analyzer::Impl::take_others(OtherFrames& next, std::uint64_t frame, const SegmentBatch& batch) {
    for (; next.come_before(frame, batch); ++next.heard) {
        const Heard& heard = batch.heard[next.heard];
        if (!live_ && heard.time >= next_host_deadline_) note_hosts(heard.time);
        const bool known_sender = heard.mac == 0 || life_.expects(heard.mac);
        life_.hear(heard, file_);
        const bool notice =
            next.notice < batch.notice_count && batch.notices[next.notice].frame == heard.frame;
        if (notice) take_notice(batch.notices[next.notice++], heard.mac, known_sender);
    }
}

void Analyzer::Impl::count_frames(const DecodedFrames::Content& decoded) {
    InputTally& tally = inputs_.tally(file_);
    tally.count(frames_.size(), std::span(decoded.skipped).first(decoded.skipped_count));
    tally.count(decoded.segments.view());
    for (const auto& [place, network] : decoded.segments.in_network_view())
        if (shared_addresses_.note(decoded.segments.segments[place], network)) tally.count_shared();
}

// When the capture went on. Of frames in quick succession the first and the last two tell it all.
void Analyzer::Impl::note_times(std::span<const FrameView> frames) {
    if (frames.size() > 2 && are_in_quick_succession(frames)) {
        note_time(frames.front());
        frames = frames.last(2);
    }
    for (const FrameView& frame : frames) note_time(frame);
}

void Analyzer::Impl::note_time(const FrameView& frame) {
    if (frame.time == kNoTime || frame.rejected_by_filter) return;
    inputs_.tally(file_).note_time(frame.time);
    clock_.advance(frame.time);
    pauses_.advance(frame.time, live_);
}

void Analyzer::Impl::analyse(const Segment& segment, std::uint64_t hash, std::size_t place) {
    if (live_) {
        pass_time(std::min(segment.time, read_at_));
    } else if (segment.time >= next_host_deadline_) {
        note_hosts(segment.time);
    }
    at_hand_ = segment.time;
    Connection& connection = connection_of(segment.key, hash, place);
    if (live_ && scheduler_.is_in_round()) scheduler_.tell_before(connection, capture_state());
    if (connection.sent_by(segment.direction).segments == 0) meet_side(connection, segment);
    const bool predicted = is_predicted(connection.tcp, segment);
    const Labels labels = predicted ? Labels() : label(connection, segment);
    if (goes_by(connection, segment, labels)) {
        hear_host(connection, segment);
        tally(connection, segment, file_, ranges_, false);
        if (predicted) {
            take_predicted(connection.tcp, segment, ranges_);
        } else {
            follow(connection.tcp, segment, labels);
        }
        if (census_.active()) take_census(connection, segment);
    } else {
        inspect_closely(connection, segment, labels);
    }
    if (++segments_since_look_ == Watcher::kBetweenLooks) keep_within_cap();
}

Labels Analyzer::Impl::label(Connection& connection, const Segment& segment) {
    Labels labels = start(connection, segment);
    if (segment.analysed) labels |= classify(connection.tcp, segment, rules_, ranges_);
    return labels;
}

// Nearly all segments: neither a row nor anything about keepalive or heartbeats comes of them.
bool Analyzer::Impl::goes_by(const Connection& connection, const Segment& segment, Labels labels) const {
    return segment.analysed && Watcher::is_plain(connection, segment, labels) && !watcher_.wants_all() &&
           !concerns_beats(connection, segment);
}

void Analyzer::Impl::inspect_closely(Connection& connection, const Segment& segment, Labels labels) {
    const bool may_prove = watcher_.may_prove(connection, segment);
    const Owner owner = connection.needs_inspection ? owner_of(connection, segment) : Owner{connection};
    Connection& own = owner.connection;
    const bool elsewhere = &own != &connection;
    Labels own_labels = labels;
    if (elsewhere && segment.analysed) own_labels = classify(own.tcp, segment, rules_, ranges_);
    const bool within =
        is_within(own.sent_by(segment.direction), own.sent_by(opposite(segment.direction)), segment);
    const bool is_stray = !within && segment.analysed && !owner.has_ended && strays(own, segment);
    SegmentNature nature;
    if (segment.analysed && !owner.has_ended && !is_stray) nature = inspect(own, segment, own_labels);
    nature.may_prove |= may_prove;
    const Labels shown = printed(labels, segment, rules_);
    if (watcher_.wants(shown, nature))
        watcher_.report(own, segment, connection.tcp.number, shown, nature, file_);

    const bool was_reset = own.rst_seen;
    const bool is_copy = nature.kind == SegmentKind::kDuplicateFrame && count_copy(segment);
    // A box on the path may send RSTs in the name of a host.
    if (!segment.has(kRst)) hear_host(own, segment);
    if (is_stray) {
        tally_stray(own, segment, file_);
    } else {
        tally(own, segment, file_, ranges_, is_copy);
    }
    if (owner.has_ended) {
        own.rst_seen = was_reset;
        watcher_.count_reset(own, segment);
    }
    if (elsewhere) follow(connection.tcp, segment, labels);
    if (is_stray) {
        follow_stray(own.tcp, segment, own_labels);
    } else {
        follow(own.tcp, segment, own_labels);
    }
    if (census_.active() && !is_copy) take_census(own, segment);
}

// Whether the segment's receiver drops it for its numbers, so that it changes nothing of the connection. What
// a RST does is for acceptance_of(). REQUIRES: segment.analysed.
bool Analyzer::Impl::strays(Connection& connection, const Segment& segment) {
    const Numbers numbers = numbers_of(connection.ends(), segment);
    if (numbers == Numbers::kAgreed) agree(connection, segment, ranges_);
    return numbers == Numbers::kStray && !segment.has(kRst);
}

// REQUIRES: segment.analysed.
SegmentNature Analyzer::Impl::inspect(Connection& connection, const Segment& segment, Labels labels) {
    SegmentNature nature;
    bool looked = false;
    if (!Watcher::is_plain(connection, segment, labels)) {
        nature = watcher_.inspect(connection, segment, labels, file_, inputs_.tally(file_).holds_copies());
        looked = true;
        if (nature.kind != SegmentKind::kDuplicateFrame) compare_views(connection, segment);
        if (segment.has(kRst)) {
            take_reset(connection, segment);
        } else if (connection.rst_seen) {
            const FrameView& frame = frames_[segment.batch_index];
            watcher_.note_after_reset(connection, segment,
                                      decoding::link_source_of(frame, segment.source().address));
        }
    }
    if (concerns_beats(connection, segment)) {
        beats_.inspect(connection, segment, payload_of(segment));
        looked = true;
    }
    if (looked && live_) {
        verdicts_.report_outlived(connection, segment, file_);
        scheduler_.ask_later(connection, segment.time, capture_state());
    } else if (looked) {
        note_hosts_later(connection, segment.time);
    }
    return nature;
}

// Before it is counted.
void Analyzer::Impl::compare_views(const Connection& connection, const Segment& segment) {
    const SentData& peer = connection.sent_by(opposite(segment.direction));
    if (peer.next_known) seen_twice_.meet(segment, peer.next, connection.tcp.number);
}

void Analyzer::Impl::hear_host(const Connection& connection, const Segment& segment) {
    if (tells_of_host(connection, segment))
        life_.hear_segment(segment, frames_[segment.batch_index], connection.tcp.forward(segment.direction));
}

void Analyzer::Impl::follow(TcpStream& stream, const Segment& segment, Labels labels) {
    if (segment.analysed) advance(stream, segment, labels, rules_, ranges_);
    learn_options(stream, segment, rules_);
}

void Analyzer::Impl::follow_stray(TcpStream& stream, const Segment& segment, Labels labels) {
    HalfStream& side = stream.forward(segment.direction);
    const HalfStream before = side;
    follow(stream, segment, labels);
    set_ack_aside(side, before);
}

// What a SYN does to the streams of its 4-tuple.
Labels Analyzer::Impl::start(Connection& connection, const Segment& segment) {
    if (!segment.has(kSyn)) return {};
    const StreamStart start = stream_start(connection.tcp, segment, rules_);
    if (start == StreamStart::kNewStream) {
        supersede(connection, segment);
        return Label::kReusedPorts;
    }
    const bool renumbered = start == StreamStart::kRenumbered;
    if (renumbered) renumber(connection.sent[index(segment.direction)], segment, ranges_);
    begin(connection.tcp, segment, renumbered);
    return renumbered ? Labels(Label::kReusedPorts) : Labels();
}

}  // namespace deadpeer
