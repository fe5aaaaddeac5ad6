#include "report/headlines.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "deadpeer/names.h"
#include "report/text.h"
#include "report/words.h"

namespace deadpeer {
namespace {

struct Headline {
    EventKind kind;
    std::string_view label;
    void (*say)(std::string& out, const Finding& finding, const Named& named);
};

void say_held(std::string& out, const Finding& f) {
    if (f.half_open != kNoTime) say(out, ", ", Span{f.half_open}, " after its last segment");
}

void say_dead(std::string& out, const Finding& f, const Named& named) {
    if (f.reason == Reason::kAnswersLost) {
        return say(out, named(f.subject), " answered, but its answers did not reach ", named(f.peer));
    }
    say(out, named(f.subject), " stopped responding; ", named(f.peer), " gave up");
    if (f.half_open != kNoTime) say(out, " ", Span{f.half_open}, " after its last segment");
}
void say_cut(std::string& out, const Finding& f, const Named& named) {
    say(out, "between ", named(f.peer), " and ", named(f.subject));
    if (f.half_open != kNoTime) say(out, ", given up ", Span{f.half_open}, " after the last answer");
}
void say_host(std::string& out, const Finding& f, const Named& named) {
    say(out, named(f.subject.address), " lost ", Count{f.count, "connection", "connections"});
    say_held(out, f);
}
void say_address(std::string& out, const Finding& f, const Named& named) {
    const MacChange& macs = f.macs;
    const bool both = f.kind == EventKind::kAddressConflict;
    say(out, named(f.subject.address), both ? " of " : " from ", MacText{macs.before},
        both ? " and " : " to ", MacText{macs.now}, ", ", Count{f.count, "connection", "connections"},
        " lost");
}
void say_without_state(std::string& out, const Finding& f, const Named& named) {
    say(out, named(f.subject), " no longer has state for its connection with ", named(f.peer));
    say_held(out, f);
}
void say_path(std::string& out, const Finding& f, const Named& named) {
    say(out, named(f.peer.address), " to ", named(f.subject.address), " drops connections after ",
        Span{f.idle}, f.reason == Reason::kKnownTimeout ? " of silence or more" : " of silence");
}
void say_capacity(std::string& out, const Finding& f, const Named& named) {
    say(out, named(f.subject), " has ", std::uint64_t{f.count}, " of ", std::uint64_t{f.limit},
        " connections open, ", std::uint64_t{f.idle_count}, " of them idle");
}
void say_middlebox(std::string& out, const Finding& f, const Named& named) {
    say(out, "the connection of ", named(f.peer), " to ", named(f.subject));
    if (f.idle != kNoTime) say(out, ", after ", Span{f.idle}, " of silence");
}
void say_restart(std::string& out, const Finding& f, const Named& named) {
    say(out, "between ", named(f.peer.address), " and ", Count{f.hosts, "host", "hosts"}, ", ",
        Count{f.count, "connection", "connections"}, " lost");
}
void say_heartbeat(std::string& out, const Finding& f, const Named& named) {
    say(out, named(f.subject), " to ", named(f.peer), ", silent for ", Span{f.idle});
}

void say_outage(std::string& out, const Finding& f, const Named& named) {
    say(out, named(f.peer), " did not hear ", named(f.subject), " for ", Span{f.half_open});
}
void say_reuse(std::string& out, const Finding& f, const Named& named) {
    say(out, "a request of ", named(f.peer), " met the close of ", named(f.subject));
    if (f.idle != kNoTime) say(out, " after ", Span{f.idle}, " of silence");
}
void say_late_request(std::string& out, const Finding& f, const Named& named) {
    say(out, named(f.peer), " sent to ", named(f.subject));
    if (f.idle != kNoTime) say(out, " ", Span{f.idle}, " after it had closed");
}

// The worst kinds first; those that are not here make no headline.
constexpr std::array<Headline, 15> kHeadlines = {{
    {EventKind::kHostRebooted, "rebooted host", say_host},
    {EventKind::kPeerDead, "dead peer", say_dead},
    {EventKind::kPathDead, "dead path", say_cut},
    {EventKind::kPeerRebooted, "possible reboot", say_without_state},
    {EventKind::kAddressConflict, "address conflict", say_address},
    {EventKind::kAddressMoved, "address moved", say_address},
    {EventKind::kIdleTimeoutOnPath, "path timeout", say_path},
    {EventKind::kCapacityWarning, "capacity", say_capacity},
    {EventKind::kMiddleboxRestarted, "restarted middlebox", say_restart},
    {EventKind::kMiddleboxReset, "middlebox reset", say_middlebox},
    {EventKind::kPeerLostState, "lost state", say_without_state},
    {EventKind::kHeartbeatStopped, "heartbeat stopped", say_heartbeat},
    {EventKind::kOutage, "outage", say_outage},
    {EventKind::kReuseRace, "reuse race", say_reuse},
    {EventKind::kRequestAfterFin, "request after FIN", say_late_request},
}};

const Headline* headline_of(const Finding& finding) {
    // Reboots that are likely are told of the host.
    if (finding.kind == EventKind::kPeerRebooted && finding.confidence > Confidence::kLow) return nullptr;
    const auto* found = std::ranges::find(kHeadlines, finding.kind, &Headline::kind);
    return found == kHeadlines.end() ? nullptr : found;
}

// Kind, confidence, how long it went unnoticed, then the order in time.
bool worse(const Finding& a, const Finding& b) {
    const auto key = [](const Finding& f) {
        return std::make_tuple(headline_of(f), -static_cast<int>(f.confidence),
                               -std::max<Nanoseconds>(f.half_open, 0), f.time);
    };
    return key(a) < key(b);
}

void say_place(std::string& out, const Finding& finding, std::span<const InputSummary> inputs) {
    const std::uint64_t frame = finding.frame != 0            ? finding.frame
                                : finding.evidence_count != 0 ? finding.evidence[finding.evidence_count - 1U]
                                                              : 0;
    say(out, " (");
    if (frame != 0) {
        say(out, "frame ", frame);
        if (inputs.size() > 1 && finding.file < inputs.size()) {
            say(out, " of ", printable(base_name(inputs[finding.file].name)));
        }
        say(out, ", ");
    }
    say(out, to_string(finding.confidence), " confidence)\n");
}

}  // namespace

void Headlines::add(const Finding& finding) {
    if (finding.kind == EventKind::kVerdictChanged) {
        count_ -= std::erase_if(worst_, [&](const Finding& one) {
            return one.stream == finding.stream && one.kind == finding.taken_back;
        });
        return;
    }
    if (headline_of(finding) == nullptr) return;
    ++count_;
    const auto place = std::ranges::upper_bound(worst_, finding, worse);
    if (place == worst_.end() && worst_.size() == kMost) return;
    worst_.insert(place, finding);
    if (worst_.size() > kMost) worst_.pop_back();
}

void Headlines::tell(std::string& out, std::span<const InputSummary> inputs, const Named& named) const {
    for (const Finding& finding : worst_) {
        const Headline& headline = *headline_of(finding);
        say(out, "  ", headline.label, ": ");
        headline.say(out, finding, named);
        say_place(out, finding, inputs);
    }
    if (count_ > worst_.size()) say(out, "  and ", count_ - worst_.size(), " more (events.csv)\n");
}

}  // namespace deadpeer
