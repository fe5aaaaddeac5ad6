#include "engine/train_findings.h"

#include "detect/between.h"

namespace deadpeer {
namespace {

// A finding about what `sender`'s train met, with the train's numbers.
Finding about_train(const Connection& connection, const Train& train, Direction sender, EventKind kind,
                    Severity severity, std::uint32_t file) {
    Finding finding = finding_about(connection, opposite(sender), kind, severity);
    finding.file = file;
    finding.idle = train.silence_before;
    finding.interval = train.last_gap;
    finding.count = train.length;
    finding.tries = train.tries;
    for (std::size_t i = 0; i < train.frames.count; ++i) finding.add_evidence(train.frames.frames[i]);
    return finding;
}

}  // namespace

Nanoseconds silence_of_peer(const Connection& connection, const Segment& segment) {
    const HalfStream& peer = connection.tcp.reverse(segment.direction);
    if (!peer.seen || peer.last_time == kNoTime || segment.time < peer.last_time) return kNoTime;
    return segment.time - peer.last_time;
}

Finding unanswered_finding(const Connection& connection, const Train& train, const Segment& probe,
                           std::uint32_t file) {
    Finding finding = about_train(connection, train, probe.direction, EventKind::kProbesUnanswered,
                                  Severity::kWarning, file);
    finding.confidence = Confidence::kLow;
    finding.reason = Reason::kProbesUnanswered;
    finding.time = probe.time;
    finding.frame = probe.frame;
    finding.count = train.length - 1;  // its own answer may yet come
    finding.half_open = silence_of_peer(connection, probe);
    return finding;
}

Finding recovered_finding(const Connection& connection, const Train& train, std::uint32_t unanswered,
                          const Segment& answer, std::uint32_t file) {
    Finding finding = about_train(connection, train, opposite(answer.direction), EventKind::kPeerRecovered,
                                  Severity::kInfo, file);
    finding.confidence = Confidence::kHigh;
    finding.reason = Reason::kRecovered;
    finding.time = answer.time;
    finding.frame = answer.frame;
    finding.count = unanswered;
    finding.half_open = between(connection.tcp.forward(answer.direction).last_time, answer.time);
    finding.add_evidence(answer.frame);
    return finding;
}

Finding outage_finding(const Connection& connection, const Train& train, const Segment& answer,
                       std::uint32_t file) {
    Finding finding = about_train(connection, train, opposite(answer.direction), EventKind::kOutage,
                                  Severity::kWarning, file);
    finding.confidence = Confidence::kHigh;
    finding.reason = Reason::kRecovered;
    finding.time = answer.time;
    finding.frame = answer.frame;
    finding.count = train.unheard();
    finding.half_open = between(train.unheard_since(), train.heard_again);
    if (train.last_gap != kNoTime)
        finding.interval = between(train.unheard_since(), train.last_time - train.last_gap);
    finding.add_evidence(answer.frame);
    return finding;
}

Finding mtu_finding(const Connection& connection, const LargeLoss& large, Direction sender,
                    const Segment& segment, std::uint32_t file) {
    Finding finding = finding_about(connection, opposite(sender), EventKind::kPathMtu, Severity::kWarning);
    finding.file = file;
    finding.confidence = Confidence::kMedium;
    finding.reason = Reason::kLargeUnacknowledged;
    finding.time = segment.time;
    finding.frame = segment.frame;
    finding.count = large.sent;
    finding.tries = Tries::kData;
    finding.segment_bytes = large.size;
    for (std::size_t i = 0; i < large.frames.count; ++i) finding.add_evidence(large.frames.frames[i]);
    return finding;
}

Finding restored_finding(const Connection& connection, const WentBack& back, const Segment& segment,
                         std::uint32_t file) {
    Finding finding =
        finding_about(connection, opposite(segment.direction), EventKind::kPeerRestored, Severity::kWarning);
    finding.file = file;
    finding.confidence = restored_confidence(back);
    finding.reason = Reason::kNumbersWentBack;
    finding.time = segment.time;
    finding.frame = segment.frame;
    for (std::size_t i = 0; i < back.frames.count; ++i) finding.add_evidence(back.frames.frames[i]);
    return finding;
}

}  // namespace deadpeer
