// What a page of the incident report is made from.
//
// Lifetime: refers to what its owner keeps.
// Threads:  plain values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "deadpeer/names.h"
#include "deadpeer/options.h"
#include "deadpeer/sink.h"
#include "knowledge/inventory.h"
#include "knowledge/knowledge.h"
#include "report/csv/host_table.h"
#include "report/death.h"
#include "report/html/ladder_book.h"
#include "report/incident/incident.h"

namespace deadpeer {

inline constexpr std::size_t kVerdictKinds = std::tuple_size_v<decltype(detail::kVerdictNames)>;

struct HtmlOptions {
    const Knowledge* knowledge = nullptr;  // must be given
    const Inventory* inventory = nullptr;  // may be null
    bool stream_numbers = true;
    std::uint16_t community_id_seed = 0;
    std::string version;
    AnalyzerOptions analyzer = {};
};

struct PageData {
    HtmlOptions options = {};
    const LadderBook* ladders = nullptr;
    std::vector<InputSummary> inputs = {};
    std::vector<Incident> incidents = {};  // the worst first
    std::string left_out = {};             // a sentence about incidents without room; may be empty
    std::vector<FlowSummary> flows = {};   // the worst first, not all
    std::array<std::uint64_t, kVerdictKinds> verdicts{};
    std::uint64_t connections = 0;
    std::uint64_t deaths = 0;          // connections that died, with medium or high confidence
    std::uint64_t maybe_deaths = 0;    // with low confidence
    std::uint64_t unacknowledged = 0;  // closed, but data was never acknowledged
    Nanoseconds longest_half_open = kNoTime;
    HostTable* hosts = nullptr;

    [[nodiscard]] std::uint64_t count(Verdict verdict) const {
        return verdicts[static_cast<std::size_t>(verdict)];
    }
    [[nodiscard]] Nanoseconds begin() const {
        Nanoseconds first = kNoTime;
        for (const InputSummary& input : inputs) {
            if (input.first_time == kNoTime) continue;
            first = first == kNoTime ? input.first_time : std::min(first, input.first_time);
        }
        return first;
    }
    [[nodiscard]] Nanoseconds end() const {
        Nanoseconds last = kNoTime;
        for (const InputSummary& input : inputs) last = std::max(last, input.last_time);
        return last;
    }
};

}  // namespace deadpeer
