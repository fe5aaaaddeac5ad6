#include "report/html/ladder_book.h"

#include <algorithm>

namespace deadpeer {
namespace {

using Kind = Step::Kind;

constexpr std::size_t kOverhead = 96;  // of a connection in the map
constexpr std::size_t kLargest = kOverhead + LadderBook::kMostSteps * sizeof(Step);
constexpr std::size_t kStaySingle = 12;  // the latest segments
constexpr Nanoseconds kApart = 2 * kSecond;

Kind kind_of(const SegmentRow& row) {
    switch (row.kind) {
        case SegmentKind::kKeepaliveProbe:
            return Kind::kProbe;
        case SegmentKind::kKeepaliveAck:
        case SegmentKind::kKeepaliveAnswerData:
            return Kind::kAnswer;
        case SegmentKind::kZeroWindowProbe:
            return Kind::kWindowProbe;
        case SegmentKind::kRetransmission:
            return Kind::kRetransmission;
        default:
            return Kind::kSegment;
    }
}

bool can_be_exchange(const Step& step) {
    return step.kind == Kind::kExchange ||
           (step.kind == Kind::kSegment && (step.flags & (kSyn | kFin | kRst)) == 0);
}

// A probe or several, the place of the last one, and then its answer.
bool can_be_keepalives(const Step& a, const Step& b) {
    return a.kind == Kind::kProbe && b.kind == Kind::kAnswer && a.direction != b.direction;
}

void take_in(Step& into, const Step& step, Kind kind) {
    into.kind = kind;
    into.bytes += step.bytes;
    into.last_time = step.last_time;
}

// Draws together what can be among the first `end` steps.
void draw_together(std::vector<Step>& steps, std::size_t end) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const bool may = i < end && kept > 0;
        Step* before = may ? &steps[kept - 1] : nullptr;
        if (may && can_be_exchange(*before) && can_be_exchange(steps[i]) &&
            steps[i].time - before->last_time < kApart) {
            before->count += steps[i].count;
            take_in(*before, steps[i], Kind::kExchange);
            continue;
        }
        if (may && can_be_keepalives(*before, steps[i])) {
            take_in(*before, steps[i], Kind::kKeepalives);
            before->count = 1;
            Step* earlier = kept > 1 ? &steps[kept - 2] : nullptr;
            if (earlier != nullptr && earlier->kind == Kind::kKeepalives &&
                earlier->direction == before->direction) {
                earlier->count += before->count;
                take_in(*earlier, *before, Kind::kKeepalives);
                --kept;
            }
            continue;
        }
        steps[kept++] = steps[i];
    }
    steps.resize(kept);
}

void drop_first(std::vector<Step>& steps, std::size_t count) {
    steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void LadderBook::add(const SegmentRow& row) {
    if (row.kind == SegmentKind::kDuplicateFrame || row.segment.time == kNoTime) return;
    const bool full = bytes_ + kLargest > kMostBytes && !make_room();
    const auto found = ladders_.find(row.stream);
    if (found == ladders_.end() && full) return;
    if (found == ladders_.end()) bytes_ += kOverhead;
    Ladder& ladder = found == ladders_.end() ? ladders_[row.stream] : found->second;
    Step step;
    step.time = step.last_time = row.segment.time;
    step.frame = row.segment.frame;
    step.bytes = row.segment.payload_length;
    step.file = row.file;
    step.train_position = row.train_position;
    step.flags = row.segment.flags;
    step.kind = kind_of(row);
    step.direction = row.segment.direction;
    if (row.segment.has(kFin))
        (step.direction == Direction::kFromLow ? ladder.low_fin : ladder.high_fin) = true;
    append(ladder.steps, step, full);
}

void LadderBook::append(std::vector<Step>& steps, const Step& step, bool full) {
    if (steps.size() == kMostSteps) {
        draw_together(steps, kMostSteps - kStaySingle);
        constexpr std::size_t kAtOnce = 8;
        if (steps.size() + kAtOnce > kMostSteps) drop_first(steps, kAtOnce);
    }
    if (steps.size() == steps.capacity() && full) drop_first(steps, (steps.size() + 1) / 2);
    if (steps.size() == steps.capacity()) {
        bytes_ -= steps.capacity() * sizeof(Step);
        steps.reserve(std::min(kMostSteps, std::max<std::size_t>(4, 2 * steps.size())));
        bytes_ += steps.capacity() * sizeof(Step);
    }
    steps.push_back(step);
}

// Whether there is some afterwards. It takes a look at all connections, so not too often.
bool LadderBook::make_room() {
    constexpr unsigned kNotAgainFor = 1U << 18;
    if (adds_until_next_ > 0) return --adds_until_next_, false;
    std::erase_if(ladders_, [this](const auto& entry) {
        const Ladder& ladder = entry.second;
        const bool closed = ladder.low_fin && ladder.high_fin;
        if (closed) bytes_ -= size_of(ladder);
        return closed;
    });
    for (auto& [stream, ladder] : ladders_) {
        if (bytes_ < kMostBytes / 4 * 3) break;
        if (ladder.steps.size() <= kStaySingle) continue;
        bytes_ -= size_of(ladder);
        drop_first(ladder.steps, ladder.steps.size() - kStaySingle);
        ladder.steps.shrink_to_fit();
        bytes_ += size_of(ladder);
    }
    const bool is_room = bytes_ < kMostBytes / 8 * 7;
    if (!is_room) adds_until_next_ = kNotAgainFor;
    return is_room;
}

std::size_t LadderBook::size_of(const Ladder& ladder) {
    return kOverhead + ladder.steps.capacity() * sizeof(Step);
}

void LadderBook::on_flow(const FlowSummary& flow) {
    const bool is_harmless = flow.verdict == Verdict::kClosed || flow.verdict == Verdict::kPeerReset ||
                             flow.verdict == Verdict::kNoAnswer || flow.verdict == Verdict::kScan;
    if (live_ && is_harmless && flow.closed != Closed::kOpen) forget(flow.stream);
}

void LadderBook::forget(StreamNumber stream) {
    const auto found = ladders_.find(stream);
    if (found == ladders_.end()) return;
    bytes_ -= size_of(found->second);
    ladders_.erase(found);
}

const std::vector<Step>* LadderBook::of(StreamNumber stream) const {
    const auto found = ladders_.find(stream);
    return found == ladders_.end() || found->second.steps.empty() ? nullptr : &found->second.steps;
}

}  // namespace deadpeer
