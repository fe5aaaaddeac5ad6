#include "scenario/statements.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "deadpeer/names.h"
#include "report/cause/cause_names.h"
#include "support/print_segment.h"

namespace deadpeer::test {
namespace {

std::string or_dash(std::string_view text) {
    return text.empty() ? "-" : std::string(text);
}

std::string number(std::uint64_t value) {
    return value == 0 ? "-" : std::to_string(value);
}

// "7200", "0.25", "-" for unknown.
std::string seconds(Nanoseconds value) {
    if (value == kNoTime) return "-";
    std::string text =
        fmt::format("{}{}.{:09}", value < 0 ? "-" : "", std::abs(value / kSecond), std::abs(value % kSecond));
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string signs_text(Signs signs) {
    std::string text;
    for (; signs != 0; signs &= signs - 1) {
        text.append(text.empty() ? "" : ",").append(clue_name(Clues{signs & -signs}));
    }
    return or_dash(text);
}

std::string evidence_text(const Finding& finding) {
    std::string text;
    for (std::size_t i = 0; i < finding.evidence_count; ++i) {
        text += (i == 0 ? "" : ",") + std::to_string(finding.evidence[i]);
    }
    return or_dash(text);
}

bool is_verdict(EventKind kind) {
    switch (kind) {
        case EventKind::kPeerDead:
        case EventKind::kPeerRebooted:
        case EventKind::kPeerLostState:
        case EventKind::kMiddleboxReset:
        case EventKind::kPeerReset:
        case EventKind::kPathDead:
        case EventKind::kNoAnswer:
        case EventKind::kHandshakeIncomplete:
        case EventKind::kReuseRace:
        case EventKind::kRequestAfterFin:
        case EventKind::kScan:
            return true;
        default:
            return false;
    }
}

// Reads "KEY VALUE" after "KEY VALUE".
using Getters = std::map<std::string, std::function<std::string()>>;

class Comparison {
public:
    Comparison(const Scenario& scenario, const RecordingSink& told) : scenario_(scenario), told_(told) {
        for (std::size_t i = 0; i < scenario.frames.size(); ++i) {
            for (const std::string& word : scenario.frames[i].expected.value_or(Words{})) {
                if (word.starts_with('@')) names_[word] = i + 1;
            }
        }
    }

    std::vector<std::string> run() {
        for (const SegmentRow& row : told_.segments) compare_frame(row);
        for (const ScenarioStatement& statement : scenario_.expectations) compare_statement(statement);
        for (const FlowSummary& flow : told_.flows) {
            if (!judged_.contains(flow.stream)) {
                say("no statement about the verdict of stream {}: {} {}", flow.stream,
                    to_string(flow.verdict), to_string(flow.reason));
            }
        }
        for (std::size_t i = 0; i < told_.findings.size(); ++i) {
            const Finding& finding = told_.findings[i];
            if (covered_.contains(i) || (is_verdict(finding.kind) && finding.stream >= 0)) continue;
            say("no statement about the event {} of stream {}, frame {}", to_string(finding.kind),
                finding.stream, finding.frame);
        }
        return std::move(contradictions_);
    }

private:
    template <typename... Arguments>
    void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
        contradictions_.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
    }

    // A frame's number, however it is written. `from`: the frame that `+N` counts from.
    [[nodiscard]] std::string frame_of(const std::string& text, std::uint64_t from) const {
        if (text.starts_with('+')) return std::to_string(from + std::stoull(text.substr(1)));
        if (!text.starts_with('@')) return text;
        const auto found = names_.find(text);
        return found == names_.end() ? "unknown frame " + text : std::to_string(found->second);
    }

    [[nodiscard]] std::string frames_of(const std::string& text) const {
        std::string result;
        for (std::size_t from = 0; from <= text.size();) {
            const std::size_t comma = std::min(text.find(',', from), text.size());
            result += (from == 0 ? "" : ",") + frame_of(text.substr(from, comma - from), 0);
            from = comma + 1;
        }
        return result;
    }

    [[nodiscard]] std::string name_of(const Endpoint& endpoint) const {
        for (const auto& [letter, text] : scenario_.endpoints) {
            if (text == print_endpoint(endpoint)) return letter;
            const std::size_t port = text.rfind(':');
            if (endpoint.port == 0 && print_endpoint(endpoint).substr(0, port) == text.substr(0, port))
                return letter;
        }
        return print_endpoint(endpoint);
    }

    [[nodiscard]] Nanoseconds since_start(Nanoseconds time) const {
        return time == kNoTime ? kNoTime : time - scenario_.frames.front().time;
    }

    void compare_frame(const SegmentRow& row) {
        const ScenarioFrame& frame = scenario_.frames.at(row.segment.frame - 1);
        std::map<std::string, std::string> expected{{"kind", "ordinary"}};
        for (const std::string& word : frame.expected.value_or(Words{})) {
            const std::size_t equals = word.find('=');
            if (word.starts_with('@')) continue;
            if (equals == std::string::npos) {
                expected["kind"] = word;
            } else {
                expected[word.substr(0, equals)] = word.substr(equals + 1);
            }
        }
        expected.try_emplace("answered_by", "-");
        expected["answered_by"] = frame_of(expected["answered_by"], row.segment.frame);
        const Getters actual{
            {"kind",
             [&] {
                 return row.kind == SegmentKind::kOrdinary ? "ordinary" : std::string(to_string(row.kind));
             }},
            {"train", [&] { return number(row.train_position); }},
            {"answered_by", [&] { return number(row.answered_by_frame); }},
            {"rtt", [&] { return seconds(row.rtt); }},
            {"idle", [&] { return seconds(row.idle_before); }},
        };
        for (const auto& [key, value] : expected) compare(frame.line, actual, key, value);
    }

    void compare(unsigned line, const Getters& actual, const std::string& key, const std::string& expected) {
        const auto getter = actual.find(key);
        if (getter == actual.end()) return say("line {}: '{}' is no key here", line, key);
        const std::string is = getter->second();
        if (is != expected) say("line {}: {} is {}, expected {}", line, key, is, expected);
    }

    void compare_statement(const ScenarioStatement& statement) {
        const Words& words = statement.words;
        if (words.size() >= 2 && words[0] == "stream") {
            compare_stream(statement);
        } else if (words.size() >= 2 && words[0] == "event") {
            compare_event(statement);
        } else {
            say("line {}: a statement is about a stream or an event", statement.line);
        }
    }

    void compare_stream(const ScenarioStatement& statement) {
        const auto flow =
            std::ranges::find(told_.flows, std::stoull(statement.words[1]), &FlowSummary::stream);
        if (flow == told_.flows.end()) return say("line {}: there is no such stream", statement.line);
        const Finding* event = nullptr;
        for (const Finding& finding : told_.findings) {
            if (is_verdict(finding.kind) && finding.stream == static_cast<std::int64_t>(flow->stream))
                event = &finding;
        }
        const SideSummary* prober = nullptr;
        for (std::size_t i = 2; i + 1 < statement.words.size(); i += 2) {
            const std::string& key = statement.words[i];
            const std::string& value = statement.words[i + 1];
            if (key == "verdict") judged_.insert(flow->stream);
            if (key == "prober") {
                prober = name_of(flow->key.sender(flow->initiator)) == value ? &flow->initiator_side
                                                                             : &flow->responder_side;
            } else if (prober != nullptr) {
                compare(statement.line, of_prober(*prober), key, value);
            } else {
                compare(statement.line, of_flow(*flow, event), key, resolved(key, value));
            }
        }
    }

    [[nodiscard]] std::string resolved(const std::string& key, const std::string& value) const {
        return (key == "frame" || key == "evidence") && value != "-" ? frames_of(value) : value;
    }

    [[nodiscard]] Getters of_flow(const FlowSummary& flow, const Finding* event) const {
        const Direction failed = flow.failed_side_initiator ? flow.initiator : opposite(flow.initiator);
        return {
            {"verdict", [&flow] { return or_dash(to_string(flow.verdict)); }},
            {"reason", [&flow] { return or_dash(to_string(flow.reason)); }},
            {"confidence", [&flow] { return or_dash(to_string(flow.confidence)); }},
            {"opened", [&flow] { return or_dash(to_string(flow.opened)); }},
            {"closed", [&flow] { return or_dash(to_string(flow.closed)); }},
            {"side", [this, &flow,
                      failed] { return flow.failed_side_known ? name_of(flow.key.sender(failed)) : "-"; }},
            {"frame", [&flow] { return number(flow.verdict_frame); }},
            {"at", [this, &flow] { return seconds(since_start(flow.verdict_time)); }},
            {"half_open", [&flow] { return seconds(flow.half_open); }},
            {"idle_at_failure", [&flow] { return seconds(flow.idle_at_failure); }},
            {"survived", [&flow] { return seconds(flow.idle_survived); }},
            {"unanswered", [&flow] { return number(flow.unanswered); }},
            {"signs", [&flow] { return signs_text(flow.signs); }},
            {"evidence", [event] { return event == nullptr ? "no event" : evidence_text(*event); }},
        };
    }

    static Getters of_prober(const SideSummary& side) {
        return {
            {"probes", [&side] { return std::to_string(side.probes); }},
            {"answered", [&side] { return std::to_string(side.probes_answered); }},
            {"idle", [&side] { return seconds(side.keepalive.idle); }},
            {"interval", [&side] { return seconds(side.keepalive.interval); }},
            {"count", [&side] { return number(side.keepalive.count); }},
            {"payload", [&side] { return std::to_string(side.probe_payload); }},
            {"spacing", [&side] { return side.keepalive.exponential ? "doubling" : "fixed"; }},
        };
    }

    [[nodiscard]] Getters of_event(const Finding& finding) const {
        return {
            {"stream", [&finding] { return finding.stream < 0 ? "-" : std::to_string(finding.stream); }},
            {"subject", [this, &finding] { return name_of(finding.subject); }},
            {"frame", [&finding] { return number(finding.frame); }},
            {"at", [this, &finding] { return seconds(since_start(finding.time)); }},
            {"confidence", [&finding] { return or_dash(to_string(finding.confidence)); }},
            {"reason", [&finding] { return or_dash(to_string(finding.reason)); }},
            {"count", [&finding] { return number(finding.count); }},
            {"ports", [&finding] { return number(finding.ports); }},
            {"hosts", [&finding] { return number(finding.hosts); }},
            {"idle", [&finding] { return seconds(finding.idle); }},
            {"interval", [&finding] { return seconds(finding.interval); }},
            {"survived", [&finding] { return seconds(finding.survived); }},
            {"half_open", [&finding] { return seconds(finding.half_open); }},
            {"signs", [&finding] { return signs_text(finding.signs); }},
            {"evidence", [&finding] { return evidence_text(finding); }},
        };
    }

    // The first event of the kind, and of the stream if it names one, that no statement was about yet.
    void compare_event(const ScenarioStatement& statement) {
        const Words& words = statement.words;
        std::string stream;
        for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
            if (words[i] == "stream") stream = words[i + 1];
        }
        for (std::size_t i = 0; i < told_.findings.size(); ++i) {
            const Finding& finding = told_.findings[i];
            if (to_string(finding.kind) != words[1] || covered_.contains(i)) continue;
            if (!stream.empty() && std::to_string(finding.stream) != stream) continue;
            covered_.insert(i);
            for (std::size_t j = 2; j + 1 < words.size(); j += 2) {
                compare(statement.line, of_event(finding), words[j], resolved(words[j], words[j + 1]));
            }
            return;
        }
        say("line {}: there is no such event", statement.line);
    }

    const Scenario& scenario_;
    const RecordingSink& told_;
    std::map<std::string, std::uint64_t> names_;
    std::set<std::uint64_t> judged_;
    std::set<std::size_t> covered_;
    std::vector<std::string> contradictions_;
};

}  // namespace

std::vector<std::string> contradictions(const Scenario& scenario, const RecordingSink& told) {
    return Comparison(scenario, told).run();
}

}  // namespace deadpeer::test
