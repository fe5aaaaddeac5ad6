// FrameLabels: stream numbers and labels by frame, as tshark printed them and as the Analyzer gives them.
//
// Format: NAME.RELEASE.tsv with the columns frame, stream, labels: a frame with several TCP segments has its
//         streams joined by commas, and its labels (names joined by spaces) are those of all of them. A frame
//         without TCP has no row; a TCP header too short to be given a stream has an empty one. An ICMP
//         error that quotes TCP has a row like the segment that it quotes.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "deadpeer/labels.h"
#include "deadpeer/options.h"

namespace deadpeer::oracle {

struct FrameLabels {
    std::string streams;
    Labels labels;

    friend bool operator==(const FrameLabels&, const FrameLabels&) = default;
};
using LabelsByFrame = std::map<std::uint64_t, FrameLabels>;

// Throws what the CSV reader throws, and std::invalid_argument for a label that does not exist.
LabelsByFrame read_labels(const std::string& path);

struct Analysed {
    LabelsByFrame frames;
    std::set<std::uint64_t> quotes;  // ICMP errors whose quote takes a stream number: no segments
    std::uint64_t frames_read = 0;
};

// Opens the capture as the program does and analyses all of it. Throws std::runtime_error if it cannot be
// opened.
Analysed analyse_capture(const std::string& path, WiresharkRelease release);

// "7 0,1 keep_alive retransmission"
std::string to_string(std::uint64_t frame, const FrameLabels& labels);

}  // namespace deadpeer::oracle
