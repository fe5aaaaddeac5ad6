// Compares what tshark printed for a capture with what the Analyzer gives.
#pragma once

#include <string>
#include <vector>

#include "oracle/frame_labels.h"

namespace deadpeer::oracle {

// How a capture may differ.
enum class Allowance {
    kNone,
    // An application dissector of Wireshark takes stream numbers for itself: ours are others, but the same
    // frames belong together. Labels must be equal.
    kOtherNumbers,
    // The same, but the dissector also gives a connection another number in its midst: several of tshark's
    // streams may be one of ours.
    kSplitStreams,
    // Some frames' TCP lies in an encapsulation that is not decoded. Up to the first of them all must be
    // equal; after it other numbers will do, and streams that such a frame belongs to are not compared.
    kUncoveredFrames,
};

struct Comparison {
    std::vector<std::string> differences;  // one sentence each
    bool allowance_used = false;           // without it there would be differences
};

Comparison compare(const LabelsByFrame& tshark, const LabelsByFrame& ours, Allowance allowance);

}  // namespace deadpeer::oracle
