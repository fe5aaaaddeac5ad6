#include "cli/fail_on.h"

#include <fmt/format.h>

#include <string_view>

#include "core/split.h"
#include "deadpeer/names.h"

namespace deadpeer::cli {
namespace {

// True if one of the enumeration's names is `word`; its number is then set.
template <typename Enum>
bool take(std::bitset<32>& set, std::string_view word) {
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (to_string(static_cast<Enum>(i)) != word) continue;
        set.set(i);
        return true;
    }
    return false;
}

template <typename Enum>
std::string all_names() {
    std::string list;
    for (std::size_t i = 0; i < 32; ++i) {
        const std::string_view each = to_string(static_cast<Enum>(i));
        if (!each.empty()) list += fmt::format("{}{}", list.empty() ? "" : ", ", each);
    }
    return list;
}

}  // namespace

Result<FailOn> parse_fail_on(const std::string& words) {
    FailOn fail_on;
    for (const std::string_view word : split(words, ',')) {
        if (word == "any") {
            fail_on.events.set();
            continue;
        }
        const bool event = !word.empty() && take<EventKind>(fail_on.events, word);
        const bool verdict = !word.empty() && take<Verdict>(fail_on.verdicts, word);
        if (event || verdict) continue;
        return Error{fmt::format("--fail-on: '{}' is neither an event ({}) nor a verdict ({}) nor any", word,
                                 all_names<EventKind>(), all_names<Verdict>())};
    }
    return fail_on;
}

}  // namespace deadpeer::cli
