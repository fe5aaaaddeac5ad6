// The table of causes by itself: each pair of one ending is told apart, or known to look the same.
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "report/cause/cause_glossary.h"
#include "report/cause/cause_names.h"
#include "report/cause/hypotheses.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

struct Pair {
    Ending ending;
    Cause a;
    Cause b;
};

// What no capture at one point tells apart.
constexpr auto kLooksTheSame = std::to_array<Pair>({
    {Ending::kSynAckRepeated, Cause::kAcceptQueueFull, Cause::kFirewallDrops},
    {Ending::kNoBeat, Cause::kApplicationHangs, Cause::kPathDown},
});

bool looks_the_same(const Hypothesis& a, const Hypothesis& b) {
    return std::ranges::any_of(kLooksTheSame, [&](const Pair& pair) {
        return pair.ending == a.ending &&
               ((pair.a == a.cause && pair.b == b.cause) || (pair.a == b.cause && pair.b == a.cause));
    });
}

// Some clue raises the one above the other, and some clue the other above the one, or excludes it.
bool wins_by_a_clue(const Hypothesis& a, const Hypothesis& b) {
    for (std::size_t bit = 0; bit < kClueCount; ++bit) {
        const Clues clue = Clues{1} << bit;
        if (a.is_possible(clue | a.needs_one_of) && !b.is_possible(clue | a.needs_one_of)) return true;
        if (a.score(clue) - a.prior > b.score(clue) - b.prior) return true;
    }
    return false;
}

std::string names(const Hypothesis& a, const Hypothesis& b) {
    return std::string(to_string(a.cause)) + " and " + std::string(to_string(b.cause));
}

TEST_CASE("each pair of causes of one ending is told apart by a clue, or listed as looking the same") {
    std::size_t pairs = 0;
    for (const Hypothesis& a : hypotheses()) {
        for (const Hypothesis& b : hypotheses()) {
            if (a.ending != b.ending || &a >= &b) continue;
            ++pairs;
            INFO(names(a, b));
            const bool apart = wins_by_a_clue(a, b) || wins_by_a_clue(b, a);
            CHECK(apart != looks_the_same(a, b));
        }
    }
    CHECK(pairs > 20);
}

TEST_CASE("all alternatives of an ending have room, and each cause stands once in it") {
    for (const Hypothesis& one : hypotheses()) {
        const auto same = [&](const Hypothesis& other) { return other.ending == one.ending; };
        CHECK(static_cast<std::size_t>(std::ranges::count_if(hypotheses(), same)) <=
              Weighed::kMostAlternatives);
        CHECK(std::ranges::count_if(hypotheses(), [&](const Hypothesis& other) {
                  return same(other) && other.cause == one.cause;
              }) == 1);
    }
}

TEST_CASE("every cause and every clue that is shown has a name and a meaning") {
    const auto is_explained = [](std::string_view code, const auto& glossary) {
        return !code.empty() && std::ranges::find(glossary, code, &GlossaryEntry::code) != glossary.end();
    };
    for (const Hypothesis& one : hypotheses()) {
        CHECK(is_explained(to_string(one.cause), kCauseGlossary));
        for (Clues shown = one.strongly_for | one.weakly_for | one.against; shown != 0; shown &= shown - 1) {
            INFO("bit of " << (shown & -shown));
            CHECK(is_explained(clue_name(shown & -shown), kClueGlossary));
        }
    }
}

Weighed weighed(Verdict verdict, Reason reason, Signs signs, Nanoseconds silence) {
    FlowSummary flow;
    flow.verdict = verdict;
    flow.reason = reason;
    flow.signs = signs;
    flow.half_open = silence;
    flow.idle_at_failure = silence;
    return weigh(ended(flow));
}

TEST_CASE("a host that forgot a connection: what the signs leave") {
    const auto open = weighed(Verdict::kPeerLostState, Reason::kNoSocketReset, kSignHostSilent, 60 * kSecond);
    CHECK(open.alternatives[0] == Cause::kHostRebooted);
    CHECK(open.alternatives[1] == Cause::kIdleTimeoutOnPath);
    CHECK(open.alternatives[2] == Cause::kMiddleboxReset);
    CHECK(open.alternatives[3] == Cause::kNatRebinding);
    CHECK(open.alternatives[4] == Cause::kNone);

    const auto heard = weighed(Verdict::kPeerLostState, Reason::kNoSocketReset, kSignHostHeard, 10 * kSecond);
    CHECK(heard.alternatives[0] == Cause::kMiddleboxReset);
    CHECK(heard.alternatives[1] == Cause::kNatRebinding);
    CHECK(heard.alternatives[2] == Cause::kNone);
    CHECK(heard.evidence_for == kSignHostHeard);

    const auto rebooted = weighed(Verdict::kPeerRebooted, Reason::kNoSocketReset,
                                  kSignHostSilent | kSignAnnouncement | kSignManyHosts, 60 * kSecond);
    CHECK(rebooted.evidence_for == (kSignHostSilent | kSignAnnouncement));
    CHECK(rebooted.evidence_against == kSignManyHosts);
}

bool leaves_open(const Weighed& weighed, Cause cause) {
    return std::ranges::find(weighed.alternatives, cause) != weighed.alternatives.end();
}

TEST_CASE("who answered a probe before does not ignore them") {
    FlowSummary flow;
    flow.verdict = Verdict::kPeerDead;
    flow.reason = Reason::kProbesExhausted;
    flow.tries = Tries::kProbes;
    CHECK(leaves_open(weigh(ended(flow)), Cause::kProbesIgnored));
    flow.signs = kSignAnsweredBefore;
    CHECK_FALSE(leaves_open(weigh(ended(flow)), Cause::kProbesIgnored));
}

TEST_CASE("a RST when a probe was due: the application's timer, unless the answers did not arrive") {
    const auto open = weighed(Verdict::kPeerDead, Reason::kAnswersLost, kSignResetWhenDue, kNoTime);
    CHECK(open.alternatives[0] == Cause::kApplicationAborted);
    CHECK(open.evidence_for == kSignResetWhenDue);
    const auto proven =
        weighed(Verdict::kPeerDead, Reason::kAnswersLost, kSignResetWhenDue | kSignAnswersUnheard, kNoTime);
    CHECK(proven.alternatives[0] == Cause::kNone);
    CHECK(leaves_open(weighed(Verdict::kPeerReset, Reason::kAborted, kSignResetWhenDue, kNoTime),
                      Cause::kAnswersLost));
    CHECK_FALSE(leaves_open(weighed(Verdict::kPeerReset, Reason::kAborted, 0, kNoTime), Cause::kAnswersLost));
}

TEST_CASE("who had given up, who had closed and who scans is told so by what it did before") {
    const auto gave_up =
        weighed(Verdict::kPeerLostState, Reason::kNoSocketReset, kSignProberReset, 60 * kSecond);
    CHECK(gave_up.evidence_for == kClueGaveUpBefore);
    CHECK(leaves_open(gave_up, Cause::kProcessEnded));
    const auto closed = weighed(Verdict::kClosed, Reason::kFinThenGone, 0, kNoTime);
    CHECK(closed.evidence_for == kClueFinBefore);
    CHECK(leaves_open(closed, Cause::kHostDown));
    const auto scan = weighed(Verdict::kScan, Reason::kSynScan, kSignTtlDiffers, kNoTime);
    CHECK(scan.evidence_for == (kClueRawSyn | kSignTtlDiffers));
    CHECK(scan.alternatives[0] == Cause::kNone);
    CHECK(
        leaves_open(weighed(Verdict::kPeerReset, Reason::kNoSocketReset, 0, kNoTime), Cause::kStaleSegment));
}

TEST_CASE("numbers that belong to another connection, or went back, leave no other cause") {
    const auto rebound = weighed(Verdict::kPeerReset, Reason::kNatRebinding, 0, kNoTime);
    CHECK(rebound.alternatives[0] == Cause::kNone);
    CHECK(rebound.evidence_for == kClueSameNumbers);
    const auto restored = weighed(Verdict::kPeerRestored, Reason::kNumbersWentBack, 0, kNoTime);
    CHECK(restored.alternatives[0] == Cause::kNone);
    CHECK(restored.evidence_for == kClueNumbersWentBack);
}

TEST_CASE("several hosts whose connections are reset at once: a firewall may reject them on purpose") {
    const auto restarted =
        weighed(Verdict::kMiddleboxRestarted, Reason::kNoSocketReset, kSignLostTogether, 3 * kSecond);
    CHECK(leaves_open(restarted, Cause::kFirewallRejects));
    const Signs rejects = kSignLostTogether | kSignRefusedSince;
    const auto lost = weighed(Verdict::kPeerLostState, Reason::kNoSocketReset, rejects, 3 * kSecond);
    CHECK(lost.alternatives[0] == Cause::kFirewallRejects);
    CHECK_FALSE(leaves_open(lost, Cause::kMiddleboxRestarted));
    const auto rejected =
        weighed(Verdict::kMiddleboxReset, Reason::kTtlDiffers, rejects | kSignTtlDiffers, 3 * kSecond);
    CHECK(rejected.evidence_for == (rejects | kSignTtlDiffers));
    CHECK_FALSE(leaves_open(rejected, Cause::kMiddleboxRestarted));
}

TEST_CASE("what was closed in order leaves nothing to choose from") {
    const auto closed = weighed(Verdict::kClosed, Reason::kFinExchanged, 0, 60 * kSecond);
    CHECK(closed.alternatives[0] == Cause::kNone);
    CHECK(closed.evidence_for == 0);
}

}  // namespace
}  // namespace deadpeer::test
