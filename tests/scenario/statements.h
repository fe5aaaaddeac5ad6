// What stories say is to be concluded, compared with what was.
//
// About a frame, after `=>` (a frame without is of kind ordinary):
//
//   KIND [train=N] [answered_by=FRAME] [rtt=S] [idle=S] [@NAME]
//     KIND is a word of segments.csv, or `ordinary`. A probe without `answered_by` is not answered. @NAME
//     names the frame; `+N` means the Nth frame after this one.
//
// About the whole. VALUE `-` means unknown. Each connection needs its verdict, each event a statement:
//
//   expect stream N [KEY VALUE]...
//     verdict, reason, confidence, side (the failed one: A, B, ...), frame, at (seconds after the first
//     frame), half_open, idle_at_failure, survived, unanswered, signs (a,b,c), closed, and evidence F,F,F of
//     the event of that verdict, which this statement covers in any case prober X                  whom the
//     next ones are about:
//       probes N answered N idle S interval S count N payload N spacing (fixed|doubling)
//   expect event KIND [KEY VALUE]...
//     stream, subject, frame, at, confidence, reason, count, idle, interval, survived, half_open, signs,
//     evidence
#pragma once

#include <string>
#include <vector>

#include "scenario/story_file.h"
#include "support/recording_sink.h"

namespace deadpeer::test {

// Every statement that does not hold, and everything found that no statement covers, as sentences with line
// numbers; empty if all is well.
std::vector<std::string> contradictions(const Scenario& scenario, const RecordingSink& told);

}  // namespace deadpeer::test
