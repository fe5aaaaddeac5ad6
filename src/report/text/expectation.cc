#include "report/text/expectation.h"

#include <algorithm>

#include "report/text/named.h"

namespace deadpeer {
namespace {

// As closely as a timer can be told: what is inferred may have been snapped to a rounder value nearby.
bool is_as_expected(Nanoseconds expected, Nanoseconds inferred) {
    if (expected == kNoTime || inferred == kNoTime) return true;
    const Nanoseconds tolerance = std::max(expected / 100 * 3, 50 * kMillisecond);
    return inferred >= expected - tolerance && inferred <= expected + tolerance;
}

// The longest silence that a side lived through, and in which its own probe would have shown; kNoTime if none
// is known. Where the connection failed, the side that failed may have been dead in it.
Nanoseconds silence_lived_through(const FlowSummary& flow, bool of_initiator) {
    // Nor is it known where the capture or the path lost frames: a probe may have been among them.
    if (flow.one_way || flow.reason == Reason::kRecovered) return kNoTime;
    if ((flow.signs & (kSignCaptureLoss | kSignTimeWentBack)) != 0) return kNoTime;
    switch (flow.verdict) {
        case Verdict::kAlive:
            return flow.longest_idle;
        case Verdict::kIdle:
            return std::max(flow.longest_idle, flow.silent_at_end);
        case Verdict::kPeerDead:
        case Verdict::kPeerRebooted:
        case Verdict::kPeerLostState:
        case Verdict::kMiddleboxReset:
            if (!flow.failed_side_known || flow.failed_side_initiator == of_initiator) return kNoTime;
            return std::max(flow.idle_at_failure, flow.idle_survived);
        default:
            return kNoTime;
    }
}

class Differences {
public:
    Differences(std::string& out, const NamedWord<IpAddress>& host) : out_(out), host_(host) {}

    template <typename... Words>
    void add(const Words&... words) {
        begin_sentence(out_);
        if (any_) {
            say(out_, "It");
        } else {
            say(out_, host_);
        }
        say(out_, " ", words..., ".");
        any_ = true;
    }
    [[nodiscard]] bool any() const { return any_; }

private:
    std::string& out_;
    NamedWord<IpAddress> host_;
    bool any_ = false;
};

void compare_timer(Differences& differences, const KeepaliveTimer& timer, const InventoryEntry& expected) {
    if (!is_as_expected(expected.idle, timer.idle)) {
        differences.add("probes after ", Span{timer.idle}, ", expected ", Span{expected.idle});
    }
    if (!is_as_expected(expected.interval, timer.interval)) {
        differences.add("repeats probes every ", Span{timer.interval}, ", expected ",
                        Span{expected.interval});
    }
    if (expected.count != 0 && timer.count != 0 && timer.count != expected.count) {
        differences.add("gives up after ", Count{timer.count, "probe", "probes"}, ", expected ",
                        std::uint64_t{expected.count});
    }
}

bool say_side(std::string& out, const FlowSummary& flow, bool of_initiator, const Inventory& inventory) {
    const Endpoint side = of_initiator ? flow.key.sender(flow.initiator) : flow.key.receiver(flow.initiator);
    const InventoryEntry* expected = inventory.find(side.address);
    if (expected == nullptr || !expected->expects_something()) return false;
    const SideSummary& summary = of_initiator ? flow.initiator_side : flow.responder_side;
    Differences differences(out, Named(&inventory)(side.address));
    if (summary.probes != 0) {
        compare_timer(differences, summary.keepalive, *expected);
        return differences.any();
    }
    const Nanoseconds silence = silence_lived_through(flow, of_initiator);
    if (expected->idle == kNoTime || silence == kNoTime || silence < expected->idle ||
        is_as_expected(expected->idle, silence)) {
        return false;
    }
    differences.add("sent no keepalive probe in ", Span{silence}, " of silence, expected after ",
                    Span{expected->idle});
    return true;
}

}  // namespace

bool say_unexpected(std::string& out, const FlowSummary& flow, const Inventory& inventory) {
    const bool by_initiator = say_side(out, flow, true, inventory);
    const bool by_responder = say_side(out, flow, false, inventory);
    return by_initiator || by_responder;
}

}  // namespace deadpeer
