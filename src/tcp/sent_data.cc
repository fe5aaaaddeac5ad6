#include "tcp/sent_data.h"

#include <algorithm>

namespace deadpeer {
namespace {

// Beyond so many holes a late segment is no longer told from a repeated one.
constexpr std::size_t kMaxHoles = 256;

// RFC 7323 section 2.3: no peer can have accepted more than this beyond what it acknowledged before.
constexpr std::int32_t kLargestWindow = 1 << 30;

// Closes what [from, to) closes of the holes, and tells how many octets that is.
std::uint32_t fill(RangeList& holes, Seq from, Seq to, RangePool& pool) {
    std::uint32_t filled = 0;
    std::size_t kept = 0;
    SeqRange split{};
    bool has_split = false;
    const std::span<SeqRange> ranges = pool.ranges(holes);
    for (const SeqRange hole : ranges) {
        const Seq start = from.after(hole.start) ? from : hole.start;
        const Seq end = to.before(hole.end) ? to : hole.end;
        if (!start.before(end)) {
            ranges[kept++] = hole;
            continue;
        }
        filled += static_cast<std::uint32_t>(start.distance_to(end));
        const SeqRange left{hole.start, start};
        const SeqRange right{end, hole.end};
        const bool has_left = left.start != left.end;
        const bool has_right = right.start != right.end;
        if (has_left) ranges[kept++] = left;
        if (has_right && !has_left) ranges[kept++] = right;
        if (has_right && has_left) {
            split = right;
            has_split = true;
        }
    }
    pool.truncate(holes, kept);
    if (has_split && kept < kMaxHoles) pool.append(holes, split);
    return filled;
}

// What lies between SND.NXT and `end` was sent but not seen.
void open_hole(SentData& sent, Seq end, RangePool& pool) {
    pool.append(sent.holes, {sent.next, end}, kMaxHoles);
}

}  // namespace

void count_elsewhere(SentData& sent, const Segment& segment, RangePool& pool) {
    const Seq start = Seq(segment.seq) + (segment.has(kSyn) ? 1 : 0);
    const Seq data_end = start + segment.payload_length;
    const Seq end = data_end + (segment.has(kFin) ? 1 : 0);
    if (sent.next_known == 0) {
        sent.next = start;
        sent.next_known = 1;
    }
    if (start.before(sent.next) && !sent.holes.empty()) {
        sent.payload_bytes += fill(sent.holes, start, data_end, pool);
    }
    const Seq from = start.before(sent.next) ? sent.next : start;
    if (data_end.after(from)) sent.payload_bytes += static_cast<std::uint32_t>(from.distance_to(data_end));
    if (start.after(sent.next)) open_hole(sent, start, pool);
    if (end.after(sent.next)) sent.next = end;
}

void reach(SentData& sent, Seq next, RangePool& pool) {
    if (!next.after(sent.next)) return;
    open_hole(sent, next, pool);
    sent.next = next;
}

void acknowledge_unseen(SentData& sent, const Segment& segment, RangePool& pool) {
    if (segment.has(kRst) || !segment.has(kAck)) return;
    const Seq ack(segment.ack);
    if (sent.next_known == 0) {
        sent.next = ack;
        sent.next_known = 1;
    } else if (sent.next.distance_to(ack) <= kLargestWindow) {
        reach(sent, ack, pool);
    }
}

void renumber(SentData& sent, const Segment& syn, RangePool& pool) {
    pool.clear(sent.holes);
    sent.next = Seq(syn.seq) + 1;
}

}  // namespace deadpeer
