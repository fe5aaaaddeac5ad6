// Every explanation has three parts of whole sentences, whatever is known.

#include "report/explained.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

bool begins_like_a_sentence(std::string_view text) {
    const char first = text.empty() ? ' ' : text.front();
    return (first >= 'A' && first <= 'Z') || (first >= '0' && first <= '9');
}

// What is wrong with the sentences of a part; nothing if they are well formed.
std::string fault_of(std::string_view part) {
    constexpr std::size_t kLongest = 160;
    if (part.find_first_of(";\"\n") != std::string_view::npos) return "forbidden character";
    if (part.find("  ") != std::string_view::npos || part.find(" .") != std::string_view::npos)
        return "blank";
    for (;;) {
        const std::size_t end = part.find(". ");
        const std::string_view sentence = part.substr(0, end);
        if (!begins_like_a_sentence(sentence)) return "beginning of: " + std::string(sentence);
        if (sentence.size() > kLongest) return "length of: " + std::string(sentence);
        if (end == std::string_view::npos) return sentence.ends_with('.') ? "" : "end";
        part.remove_prefix(end + 2);
    }
}

void check(const Explanation& explanation) {
    for (const std::string* part : {&explanation.what, &explanation.evidence, &explanation.advice}) {
        const std::string fault = fault_of(*part);
        if (fault.empty()) continue;
        INFO(explanation.text);
        FAIL_CHECK(fault);
    }
    const std::string joined = explanation.what + " " + explanation.evidence + " " + explanation.advice;
    if (explanation.text != joined) FAIL_CHECK(explanation.text);
}

FlowSummary flow_with(Nanoseconds time) {
    FlowSummary flow = judged(Verdict::kNone, Reason::kNone, Confidence::kNone);
    flow.half_open = flow.idle_at_failure = flow.idle_survived = flow.unanswered_interval = time;
    flow.path_timeout = flow.silent_at_end = flow.longest_idle = flow.probe_rtt_median = time;
    flow.heartbeat_by_initiator = true;
    return flow;
}

// With none of them, each of them, all.
void check_with_all_signs(FlowSummary& flow) {
    constexpr Signs kEnd = kSignOwnAddress << 1U;
    Explanation explanation;
    const auto check_with = [&](Signs signs) {
        flow.signs = signs;
        // There is no such verdict without one of these.
        if (flow.verdict == Verdict::kMiddleboxReset) flow.signs |= kSignTtlDiffers;
        for (const auto confidence : {Confidence::kLow, Confidence::kMedium, Confidence::kHigh}) {
            for (const auto probes : {0U, 3U}) {
                flow.initiator_side.probes = probes;
                flow.confidence = confidence;
                check(explain(explanation, flow));
            }
        }
    };
    check_with(0);
    for (Signs sign = 1; sign < kEnd; sign <<= 1U) check_with(sign);
    check_with(kEnd - 1);
}

}  // namespace

TEST_CASE("explanations of verdicts are whole sentences") {
    for (int verdict = 1; verdict <= static_cast<int>(Verdict::kPeerRestored); ++verdict) {
        for (const Nanoseconds time : {kNoTime, 20 * kMillisecond, 7000 * kSecond}) {
            FlowSummary flow = flow_with(time);
            flow.verdict = static_cast<Verdict>(verdict);
            for (int reason = 0; reason <= static_cast<int>(Reason::kNumbersWentBack); ++reason) {
                flow.reason = static_cast<Reason>(reason);
                check_with_all_signs(flow);
            }
        }
    }
}

TEST_CASE("explanations of events are whole sentences") {
    Explanation explanation;
    for (int kind = 0; kind <= static_cast<int>(EventKind::kPeerRestored); ++kind) {
        for (const auto reason : {Reason::kNone, Reason::kLinkDown, Reason::kFramesLost}) {
            for (const Nanoseconds time : {kNoTime, 20 * kMillisecond, 7000 * kSecond}) {
                Finding finding = event(static_cast<EventKind>(kind), reason);
                finding.half_open = finding.idle = finding.survived = finding.path_timeout = time;
                finding.interval = time;
                finding.signs = kSignTtlDiffers;
                finding.taken_back = EventKind::kIdleTimeoutOnPath;
                finding.now = Verdict::kPeerRebooted;
                finding.name_link("-lan@1");
                for (const std::uint32_t count : {0U, 1U, 12U}) {
                    finding.count = count;
                    check(explain(explanation, finding));
                    finding.holders[0] = {finding.peer.address, count};
                    finding.left_out = count;
                    check(explain(explanation, finding));
                    finding.left_out = 0;
                }
            }
        }
    }
}

TEST_CASE("a connection that was not judged is not explained") {
    CHECK(explained(sample_flow(0)) == "\n\n");
    Explanation explanation;
    explain(explanation, judged(Verdict::kClosed, Reason::kFinExchanged, Confidence::kHigh));
    CHECK(explain(explanation, sample_flow(0)).text.empty());
}
