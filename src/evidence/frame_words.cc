#include "evidence/frame_words.h"

#include "deadpeer/names.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

// Whether the event says that nobody answered this try. That which follows unanswered ones may yet be.
bool is_unanswered(const Proof& proof, std::uint64_t frame) {
    if (proof.kind == EventKind::kProbesUnanswered) return frame != proof.frame;
    const bool silent = proof.kind == EventKind::kPeerDead || proof.kind == EventKind::kPathDead;
    return silent && proof.reason != Reason::kAnswersLost;
}

// What the event counts; empty if the segment is none of them.
std::string_view name_of_try(const Proof& proof, const Segment& segment) {
    if (segment.source() != proof.peer || segment.has(kRst)) return {};
    const bool is_probe = !segment.has(kSyn | kFin) && segment.payload_length <= 1;
    switch (proof.tries) {
        case Tries::kProbes:
            return is_probe ? "keepalive probe" : "";
        case Tries::kWindowProbes:
            return is_probe ? "window probe" : "";
        case Tries::kData:
            return segment.payload_length > 0 ? "data" : segment.has(kFin) ? "FIN" : "";
        case Tries::kSyns:
            return segment.has(kSyn) ? "SYN" : "";
        case Tries::kNone:
            return {};
    }
    return {};
}

void say_segment(std::string& out, const Proof& proof, const Segment& segment) {
    const std::string_view name = name_of_try(proof, segment);
    if (!name.empty()) {
        say(out, name);
    } else if (segment.has(kSyn)) {
        say(out, segment.has(kAck) ? "SYN-ACK" : "SYN");
    } else if (segment.has(kRst)) {
        say(out, "RST");
    } else if (segment.has(kFin)) {
        say(out, "FIN");
    } else if (segment.payload_length > 0) {
        say(out, Count{segment.payload_length, "byte", "bytes"}, " of data");
    } else {
        say(out, "segment without data");
    }
    const Endpoint source = segment.source();
    const Endpoint destination = segment.destination();
    say(out, " from ", Side{source}, " to ", Side{destination});
    if (!name.empty() && is_unanswered(proof, segment.frame)) say(out, ", one of those that found no answer");
}

void say_notice(std::string& out, const Notice& notice) {
    switch (notice.kind) {
        case Notice::Kind::kArpAnnouncement:
            return say(out, "ARP by which ", notice.host, " announces itself");
        case Notice::Kind::kDhcp:
            return say(out, "DHCP of ", notice.host, ", as a host sends that comes up");
        case Notice::Kind::kDhcpRenewal:
            return say(out, "DHCP by which ", notice.host, " renews its lease");
        case Notice::Kind::kAddressCheck:
            return say(out, "IPv6 address check or advertisement of ", notice.host);
        case Notice::Kind::kHostUnreachable:
            return say(out, "ICMP error that calls a host unreachable");
        case Notice::Kind::kPathUnreachable:
            return say(out, "ICMP error that says that a segment did not arrive");
        case Notice::Kind::kQuote:
            return say(out, "ICMP error that quotes a segment");
    }
}

}  // namespace

std::string words_of_proof(std::uint64_t incident, const Proof& proof, std::uint64_t frame,
                           const SegmentBatch& decoded) {
    std::string out;
    const bool decides = frame == proof.frame;
    say(out, decides ? "Decides incident " : "Evidence for incident ", incident, " (", to_string(proof.kind));
    if (proof.confidence != Confidence::kNone) say(out, ", ", to_string(proof.confidence), " confidence");
    say(out, "): ");
    if (decoded.count > 0) {
        say_segment(out, proof, decoded.segments[0]);
    } else if (decoded.notice_count > 0) {
        say_notice(out, decoded.notices[0]);
    } else {
        say(out, "this frame");
    }
    say(out, ".");
    if (decides) say(out, " ", proof.what);
    return out;
}

}  // namespace deadpeer
