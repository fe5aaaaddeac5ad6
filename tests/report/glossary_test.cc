// Every code that a report can show has a meaning.
#include "report/glossary.h"

#include <algorithm>
#include <set>
#include <string>

#include "deadpeer/names.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

const GlossarySection& section_of(std::string_view kind) {
    const auto found = std::ranges::find(glossary(), kind, &GlossarySection::kind);
    REQUIRE(found != glossary().end());
    return *found;
}

// The names of an enumeration, and the codes of its section, are the same.
template <typename Enum>
void check_complete(std::string_view kind, std::string_view no_code = "") {
    std::set<std::string_view> names;
    for (unsigned i = 0; i < 256; ++i) names.insert(to_string(static_cast<Enum>(i)));
    names.erase("");
    names.erase(no_code);
    std::set<std::string_view> codes;
    for (const GlossaryEntry& entry : section_of(kind).entries) {
        INFO(entry.code);
        CHECK(codes.insert(entry.code).second);
        CHECK(entry.meaning.ends_with('.'));
        CHECK((entry.advice.empty() || entry.advice.ends_with('.')));
        CHECK(entry.severity.empty() == (kind != "event"));
    }
    CHECK(codes == names);
}

}  // namespace

TEST_CASE("every code of the reports is in the glossary, once") {
    check_complete<Verdict>("verdict");
    check_complete<Reason>("reason");
    check_complete<EventKind>("event");
    check_complete<Confidence>("confidence");
    check_complete<SegmentKind>("kind");
    check_complete<SkipReason>("skip reason", to_string(SkipReason::kNone));
}

TEST_CASE("a code is explained for each kind that has it") {
    const std::string text = explain_code("peer_dead").value();
    CHECK(text.find("peer_dead (verdict; flows.csv, verdict)\n") == 0);
    CHECK(text.find("peer_dead (event, critical; events.csv, event)\n") != std::string::npos);
    CHECK(!explain_code("analysed"));
    CHECK(!explain_code(""));
}
