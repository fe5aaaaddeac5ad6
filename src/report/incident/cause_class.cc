#include "report/incident/cause_class.h"

#include <algorithm>

namespace deadpeer {

std::optional<CauseClass> class_of(const Finding& finding) {
    if (finding.left_out != 0) return std::nullopt;
    switch (finding.kind) {
        case EventKind::kHostRebooted:
        case EventKind::kPeerRebooted:
            return CauseClass::kReboot;
        case EventKind::kPeerDead:
            return finding.reason == Reason::kAnswersLost ? CauseClass::kAnswersLost : CauseClass::kDead;
        case EventKind::kPathDead:
            return (finding.signs & kSignNothingArrived) != 0 ? CauseClass::kCutOff : CauseClass::kPath;
        case EventKind::kPathMtu:
            return CauseClass::kMtu;
        case EventKind::kIdleTimeoutOnPath:
            return CauseClass::kIdleTimeout;
        case EventKind::kAddressMoved:
        case EventKind::kAddressConflict:
            return CauseClass::kAddress;
        case EventKind::kCapacityWarning:
            return CauseClass::kCapacity;
        case EventKind::kMiddleboxRestarted:
            return CauseClass::kRestart;
        case EventKind::kMiddleboxReset:
            return CauseClass::kMiddleboxReset;
        case EventKind::kPeerLostState:
        case EventKind::kPeerRestored:
            return CauseClass::kLostState;
        case EventKind::kHandshakeIncomplete:
            return CauseClass::kHandshake;
        case EventKind::kHeartbeatStopped:
            return CauseClass::kHeartbeat;
        case EventKind::kReuseRace:
        case EventKind::kRequestAfterFin:
        case EventKind::kIdleClose:
            return CauseClass::kClose;
        case EventKind::kProbesUnanswered:
        case EventKind::kPeerRecovered:
        case EventKind::kOutage:
            return CauseClass::kOutage;
        case EventKind::kCaptureGap:
            return CauseClass::kGap;
        case EventKind::kPeerReset:
        case EventKind::kNoAnswer:
        case EventKind::kScan:
        case EventKind::kVerdictChanged:
            break;
    }
    return std::nullopt;
}

bool is_of_a_moment(CauseClass c) {
    switch (c) {
        case CauseClass::kMtu:
        case CauseClass::kIdleTimeout:
        case CauseClass::kCapacity:
        case CauseClass::kMiddleboxReset:
        case CauseClass::kHandshake:
        case CauseClass::kClose:
        case CauseClass::kGap:
            return false;
        default:
            return true;
    }
}

Window window_of(const Finding& finding, CauseClass c) {
    if (finding.time == kNoTime) return {0, 0};
    // It lies in the silences of the connections that it took; the longest of those is told.
    const bool of_several = finding.kind == EventKind::kHostRebooted || c == CauseClass::kRestart;
    const Nanoseconds silence = of_several                    ? 0
                                : c == CauseClass::kHeartbeat ? finding.idle
                                                              : finding.half_open;
    return {finding.time - std::max<Nanoseconds>(silence, 0), finding.time};
}

CaseKey host_key(CauseClass c, const IpAddress& host, Nanoseconds from) {
    return {.cause = c, .host = host, .other = {}, .detail = 0, .from = is_of_a_moment(c) ? from : 0};
}

CaseKey pair_key(CauseClass c, const IpAddress& a, const IpAddress& b, Nanoseconds from) {
    CaseKey key = host_key(c, std::min(a, b), from);
    key.other = std::max(a, b);
    return key;
}

CaseKey key_of(const Finding& finding, CauseClass c, Nanoseconds from) {
    const IpAddress& host = is_of_other_end(c) ? finding.peer.address : finding.subject.address;
    switch (c) {
        case CauseClass::kPath:
        case CauseClass::kAnswersLost:
        case CauseClass::kMtu:
        case CauseClass::kIdleTimeout:
        case CauseClass::kMiddleboxReset:
        case CauseClass::kHandshake:
            return pair_key(c, host, finding.peer.address, from);
        case CauseClass::kCapacity:
        case CauseClass::kClose: {
            CaseKey key = host_key(c, host, from);
            key.detail = finding.subject.port;
            return key;
        }
        case CauseClass::kGap: {
            IpAddress link;
            std::ranges::copy(finding.link, link.bytes.begin());
            CaseKey key = host_key(c, link, from);
            key.detail = std::uint64_t{finding.file} << 8 | static_cast<std::uint64_t>(finding.reason);
            return key;
        }
        default:
            return host_key(c, host, from);
    }
}

}  // namespace deadpeer
