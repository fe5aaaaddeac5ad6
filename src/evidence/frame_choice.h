// FrameChoice: which frames go into which incident's evidence, found by reading the capture again.
//
//     FrameChoice choice(nullptr);
//     choice.add(0, incident, proofs);                 // each incident
//     for each input in choice.files(): for each frame of it: choice.look_at(file, frame);
//     for (const ChosenFrame& frame : choice.finish()) ...
//
// What:    the frames that the incident's events name, and of its connections the kAround segments before the
//          first of them, those between them, and the kAround after the last; of more than kBetween segments
//          between two of them the first kBetween.
// Cost:    each frame is decoded; a look-up for each of its segments.
// Memory:  kAround places for each connection, and the frames that are chosen: of an incident at most
//          kMostFrames, and those that its events name.
// Lifetime: the proofs and the anonymiser must outlive it.
// Threads: one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hash.h"
#include "deadpeer/frame.h"
#include "decode/decode.h"
#include "decode/reassembler.h"
#include "evidence/proofs.h"
#include "report/anonymous/anonymiser.h"

namespace deadpeer {

struct ChosenFrame {
    FramePlace place;
    std::uint32_t incident = 0;
    std::uint32_t bytes = 0;
    std::string comment;  // empty: it is there to be seen with the others
};

class FrameChoice {
public:
    static constexpr std::size_t kAround = 4;
    static constexpr std::size_t kBetween = 256;
    static constexpr std::size_t kMostFrames = 2048;

    // `anonymiser`: hides the addresses of frames, where those of incidents and proofs are hidden; may be
    // null.
    explicit FrameChoice(Anonymiser* anonymiser);

    // `number`: of the incident, as comments call it; `incident`: its place among those chosen for.
    void add(std::uint32_t incident, std::uint64_t number, const Incident& what, const Proofs& proofs);

    // The inputs that are to be read, in this order.
    [[nodiscard]] const std::set<std::uint32_t>& files() const { return files_; }
    // REQUIRES: in the order of inputs and frames, after the last add().
    void look_at(std::uint32_t file, const FrameView& frame);

    // In the order of inputs and frames, each once for an incident.
    [[nodiscard]] std::vector<ChosenFrame> finish();

private:
    static constexpr StreamNumber kAnyStream = ~StreamNumber{0};

    struct Mark {
        FramePlace place;
        std::uint32_t incident = 0;
        std::uint64_t number = 0;
        // Not kAnyStream: in which input the frame is, is not known; it must be a segment of this one.
        StreamNumber stream = kAnyStream;
        const Proof* proof = nullptr;
    };
    struct Watch {
        std::uint32_t incident = 0;
        StreamNumber stream = 0;
        ProvenFlow flow;
        std::vector<ChosenFrame> before = {};  // the latest segments, at most kAround
        std::size_t after = 0;                 // how many more are wanted
        FramePlace last = {};                  // the last frame that an event names
    };
    using Marks = std::vector<Mark>;

    void mark(std::uint32_t incident, std::uint64_t number, const Proof& proof, const ProvenFlow* flow);
    void decode_frame(const FrameView& frame);
    void sort_marks();
    void see(Watch& watch, const ChosenFrame& frame, bool is_marked);
    void choose(const ChosenFrame& frame, bool is_marked);

    Anonymiser* anonymiser_;
    std::vector<std::unique_ptr<Proof>> causes_;
    Marks marks_;
    std::size_t next_mark_ = 0;
    bool sorted_ = false;
    std::unordered_map<FlowKey, std::vector<Watch>, SeededHash> watches_;
    std::set<std::uint32_t> files_;
    std::vector<std::size_t> counts_;  // chosen frames, by incident
    std::vector<ChosenFrame> chosen_;
    Reassembler reassembler_;
    std::unique_ptr<SegmentBatch> decoded_ = std::make_unique<SegmentBatch>();
};

}  // namespace deadpeer
