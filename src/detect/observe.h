// observe: takes a remarkable segment into its connection's Watch; the only writer of a Watch.
//
// What:   most segments are plain: the next data, the next ACK. `is_plain` tells them apart with a few
//         comparisons, and only the others come here.
#pragma once

#include "deadpeer/finding.h"
#include "deadpeer/labels.h"
#include "deadpeer/options.h"
#include "deadpeer/segment.h"
#include "detect/connection_view.h"
#include "detect/watch.h"

namespace deadpeer {

// Nothing that keepalive analysis would have to look at: a segment at the SND.NXT of its side without FIN,
// RST and labels.
inline bool is_plain(const SentData& sent, const Segment& segment, Labels labels) {
    return labels.empty() && !segment.has(kFin | kRst) && segment.seq == sent.next.value();
}

// What is worth remembering of a segment of this kind; without it no Watch is needed.
bool deserves_watch(SegmentKind kind, const ConnectionView& before, const Segment& segment);

struct Observation {
    std::uint32_t train_position = 0;  // of a probe
    Train answered;                    // the other side's probes that this segment answers; not open if none
    // Its probes that found no answer while this side lives all the same, or its data for which this side was
    // told to be dead.
    Train outlived;
    bool large_vanish = false;  // this segment shows that large ones of one side do
    bool went_back = false;     // likewise, that the other side's numbers did
    Train bridged;              // its transmissions in an outage that is over with this segment; likewise
};

Observation observe(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                    SegmentKind kind);

// The side that does not answer that one was heard last at `here`, its host, by whatever it sent, at `heard`.
void note_host_heard(Watch& watch, WatchPools& pools, Direction trying, Nanoseconds here, Nanoseconds heard);

// What reached the host that tries.
struct Reached {
    Nanoseconds seen = kNoTime;    // when anything was last captured that did
    Nanoseconds unseen = kNoTime;  // when it last acknowledged what was not
    bool several_tried = false;    // since the former it has tried several peers
};
void note_reached(Watch& watch, WatchPools& pools, Direction trying, const Reached& reached);

// Nobody has tried since: takes down when the host that does not answer was heard while there was still time
// for an answer.
void note_host_returned(Watch& watch, WatchPools& pools, Direction trying, Nanoseconds heard);

// The first pair was a probe and its answer.
void observe_confirmed_pair(Watch& watch, WatchPools& pools);

// An ICMP error quotes a segment of the connection. `of_host`: it says that the host is not there.
void observe_unreachable(Watch& watch, Direction quoted_sender, bool of_host, std::uint64_t frame,
                         Nanoseconds time);

// Something is open: later segments must be looked at, plain or not.
bool must_inspect(const Watch& watch);

}  // namespace deadpeer
