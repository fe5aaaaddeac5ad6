#include "oracle/compare_labels.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace deadpeer::oracle {
namespace {

std::vector<std::string> split_streams(const std::string& streams) {
    std::vector<std::string> numbers;
    std::istringstream text(streams);
    for (std::string number; std::getline(text, number, ',');) numbers.push_back(number);
    return numbers;
}

// A correspondence of stream numbers that is learnt as it is used: each of theirs is one of ours and, if
// one-to-one, the other way round.
class Renumbering {
public:
    explicit Renumbering(bool one_to_one) : one_to_one_(one_to_one) {}

    // Whether `theirs` can be `ours`, given all pairs before.
    bool accept(const std::string& theirs, const std::string& ours) {
        const auto [forward, new_theirs] = forward_.emplace(theirs, ours);
        const auto [backward, new_ours] = backward_.emplace(ours, theirs);
        return forward->second == ours && (!one_to_one_ || backward->second == theirs);
    }

private:
    const bool one_to_one_;
    std::map<std::string, std::string> forward_;
    std::map<std::string, std::string> backward_;
};

const FrameLabels& at_or_none(const LabelsByFrame& frames, std::uint64_t frame) {
    static const FrameLabels kNone;
    const auto found = frames.find(frame);
    return found == frames.end() ? kNone : found->second;
}

bool uncovered(const FrameLabels& theirs, const FrameLabels& ours) {
    return split_streams(ours.streams).size() < split_streams(theirs.streams).size();
}

class Comparer {
public:
    Comparer(const LabelsByFrame& tshark, const LabelsByFrame& ours, Allowance allowance)
        : tshark_(tshark),
          ours_(ours),
          allowance_(allowance),
          numbering_(allowance != Allowance::kSplitStreams) {
        if (allowance == Allowance::kUncoveredFrames) find_uncovered();
    }

    Comparison compare() {
        std::set<std::uint64_t> frames;
        for (const auto& [frame, labels] : tshark_) frames.insert(frame);
        for (const auto& [frame, labels] : ours_) frames.insert(frame);
        for (const std::uint64_t frame : frames) compare_frame(frame);
        return std::move(result_);
    }

private:
    void find_uncovered() {
        for (const auto& [frame, theirs] : tshark_) {
            if (!uncovered(theirs, at_or_none(ours_, frame))) continue;
            first_uncovered_ = std::min(first_uncovered_, frame);
            for (const std::string& stream : split_streams(theirs.streams)) broken_streams_.insert(stream);
        }
    }

    void compare_frame(std::uint64_t frame) {
        const FrameLabels& theirs = at_or_none(tshark_, frame);
        const FrameLabels& ours = at_or_none(ours_, frame);
        const bool equal = theirs == ours;
        if (!equal && allowance_ != Allowance::kNone) result_.allowance_used = true;
        const bool strict = allowance_ == Allowance::kNone ||
                            (allowance_ == Allowance::kUncoveredFrames && frame < first_uncovered_);
        if (!strict ? agree(theirs, ours) : equal) return;
        result_.differences.push_back("tshark: " + to_string(frame, theirs) +
                                      ", deadpeer: " + to_string(frame, ours));
    }

    bool agree(const FrameLabels& theirs, const FrameLabels& ours) {
        const std::vector<std::string> their_streams = split_streams(theirs.streams);
        const std::vector<std::string> our_streams = split_streams(ours.streams);
        const bool broken = std::ranges::any_of(
            their_streams, [&](const std::string& stream) { return broken_streams_.contains(stream); });
        if (broken) return true;
        if (their_streams.size() != our_streams.size() || theirs.labels != ours.labels) return false;
        for (std::size_t i = 0; i < our_streams.size(); ++i) {
            if (!numbering_.accept(their_streams[i], our_streams[i])) return false;
        }
        return true;
    }

    const LabelsByFrame& tshark_;
    const LabelsByFrame& ours_;
    const Allowance allowance_;
    std::uint64_t first_uncovered_ = UINT64_MAX;
    std::set<std::string> broken_streams_;
    Renumbering numbering_;
    Comparison result_;
};

}  // namespace

Comparison compare(const LabelsByFrame& tshark, const LabelsByFrame& ours, Allowance allowance) {
    return Comparer(tshark, ours, allowance).compare();
}

}  // namespace deadpeer::oracle
