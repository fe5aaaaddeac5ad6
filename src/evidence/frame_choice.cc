#include "evidence/frame_choice.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "evidence/frame_words.h"
#include "report/anonymous/anonymous_sink.h"

namespace deadpeer {
namespace {

constexpr std::uint32_t kMostFiles = 64;  // of a connection that goes on from one to the next
constexpr std::size_t kReassemblyBytes = std::size_t{8} << 20;

// The latest frame that the event names.
FramePlace latest(const Proof& proof) {
    FramePlace last = {proof.file, proof.frame};
    for (const std::uint64_t frame : proof.frames()) last.frame = std::max(last.frame, frame);
    return last;
}

}  // namespace

FrameChoice::FrameChoice(Anonymiser* anonymiser)
    : anonymiser_(anonymiser), watches_(0, SeededHash(0)), reassembler_(kReassemblyBytes, 0) {}

void FrameChoice::add(std::uint32_t incident, std::uint64_t number, const Incident& what,
                      const Proofs& proofs) {
    const Proof& cause = *causes_.emplace_back(std::make_unique<Proof>(proof_of(what.cause)));
    const auto flow_of = [&](const Proof& proof) {
        return proof.stream < 0 ? nullptr : proofs.flow(static_cast<StreamNumber>(proof.stream));
    };
    std::vector<const Proof*> events = proofs.of(what);
    events.insert(events.begin(), &cause);
    for (const Proof* proof : events) mark(incident, number, *proof, flow_of(*proof));
    if (counts_.size() <= incident) counts_.resize(incident + 1);
    for (const StreamNumber stream : what.streams) {
        const ProvenFlow* flow = proofs.flow(stream);
        if (flow == nullptr) continue;
        Watch watch = {incident, stream, *flow};
        for (const Proof* proof : events) {
            if (proof->stream == static_cast<std::int64_t>(stream))
                watch.last = std::max(watch.last, latest(*proof));
        }
        if (watch.last == FramePlace{}) watch.last = latest(cause);
        watches_[flow->key].push_back(std::move(watch));
    }
}

void FrameChoice::mark(std::uint32_t incident, std::uint64_t number, const Proof& proof,
                       const ProvenFlow* flow) {
    std::vector<std::uint64_t> frames(proof.frames().begin(), proof.frames().end());
    if (proof.frame != 0) frames.push_back(proof.frame);
    if (frames.empty()) return;
    std::uint32_t from = proof.file;
    std::uint32_t to = proof.file;
    StreamNumber stream = kAnyStream;
    if (flow != nullptr && flow->first.file != flow->last.file) {
        stream = static_cast<StreamNumber>(proof.stream);
        to = flow->last.file;
        from = to - std::min(to - flow->first.file, kMostFiles - 1);
        // What stands before and behind in the inputs beside.
        files_.insert(from > flow->first.file ? from - 1 : from);
    }
    for (std::uint32_t file = from; file <= to; ++file) {
        for (const std::uint64_t frame : frames)
            marks_.push_back({{file, frame}, incident, number, stream, &proof});
        files_.insert(file);
    }
}

void FrameChoice::sort_marks() {
    if (std::exchange(sorted_, true)) return;
    std::ranges::stable_sort(marks_, {}, &Mark::place);
}

void FrameChoice::look_at(std::uint32_t file, const FrameView& frame) {
    sort_marks();
    const FramePlace place = {file, frame.number};
    while (next_mark_ < marks_.size() && marks_[next_mark_].place < place) ++next_mark_;
    auto end = next_mark_;
    while (end < marks_.size() && marks_[end].place == place) ++end;
    const auto first = marks_.begin() + static_cast<std::ptrdiff_t>(next_mark_);
    const std::span<const Mark> marks(first, end - next_mark_);

    decode_frame(frame);
    const SegmentBatch& decoded = *decoded_;
    ChosenFrame chosen = {place, 0, frame.captured_length, {}};
    for (const Segment& segment : decoded.view()) {
        const auto known = watches_.find(segment.key);
        if (known == watches_.end()) continue;
        for (Watch& watch : known->second) {
            if (place < watch.flow.first || watch.flow.last < place) continue;
            chosen.incident = watch.incident;
            const auto is_its = [&](const Mark& mark) {
                return mark.incident == watch.incident &&
                       (mark.stream == kAnyStream || mark.stream == watch.stream);
            };
            const auto its = std::ranges::find_if(marks, is_its);
            chosen.comment =
                its == marks.end() ? "" : words_of_proof(its->number, *its->proof, place.frame, decoded);
            see(watch, chosen, its != marks.end());
        }
    }
    for (const Mark& mark : marks) {
        if (mark.stream != kAnyStream && decoded.notice_count == 0) continue;
        chosen.incident = mark.incident;
        chosen.comment = words_of_proof(mark.number, *mark.proof, place.frame, decoded);
        choose(chosen, true);
    }
}

void FrameChoice::decode_frame(const FrameView& frame) {
    SegmentBatch& decoded = *decoded_;
    decoded.clear();
    decoded.reassembler = &reassembler_;
    if (!frame.rejected_by_filter) decode(frame, 0, decoded);
    if (anonymiser_ == nullptr) return;
    for (Segment& segment : std::span(decoded.segments).first(decoded.count)) hide(segment, *anonymiser_);
    for (Notice& notice : std::span(decoded.notices).first(decoded.notice_count)) {
        notice.host = anonymiser_->hidden(notice.host);
        hide(notice.quote, *anonymiser_);
    }
}

void FrameChoice::see(Watch& watch, const ChosenFrame& frame, bool is_marked) {
    if (is_marked) {
        for (const ChosenFrame& before : watch.before) choose(before, false);
        watch.before.clear();
        choose(frame, true);
        watch.after = frame.place < watch.last ? kBetween : kAround;
    } else if (watch.after > 0) {
        --watch.after;
        choose(frame, false);
    } else {
        if (watch.before.size() == kAround) watch.before.erase(watch.before.begin());
        watch.before.push_back(frame);
    }
}

void FrameChoice::choose(const ChosenFrame& frame, bool is_marked) {
    if (counts_[frame.incident] >= kMostFrames && !is_marked) return;
    ++counts_[frame.incident];
    chosen_.push_back(frame);
}

std::vector<ChosenFrame> FrameChoice::finish() {
    // Of the same frame for the same incident the one with a comment first.
    const auto same = [](const ChosenFrame& a, const ChosenFrame& b) {
        return a.place == b.place && a.incident == b.incident;
    };
    std::ranges::stable_sort(chosen_, {}, [&](const ChosenFrame& f) {
        return std::make_tuple(f.place, f.incident, f.comment.empty());
    });
    chosen_.erase(std::unique(chosen_.begin(), chosen_.end(), same), chosen_.end());
    return std::move(chosen_);
}

}  // namespace deadpeer
