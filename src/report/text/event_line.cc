#include "report/text/event_line.h"

#include <array>
#include <string_view>

#include "deadpeer/names.h"
#include "report/text/explanation.h"
#include "report/text/text.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

// "2026-11-21 06:50:00.123 UTC".
void append_time(std::string& out, Nanoseconds time) {
    if (time == kNoTime) return;
    std::array<char, kTimeTextCapacity> text{};
    write_utc(text.data(), time);
    const std::string_view iso(text.data(), text.size());
    say(out, iso.substr(0, 10), " ", iso.substr(11, 12), " UTC  ");
}

void append_padded(std::string& out, std::string_view word, std::size_t width) {
    say(out, word);
    out.append(width > word.size() ? width - word.size() : 0, ' ');
    say(out, "  ");
}

}  // namespace

void describe_event(std::string& out, const Finding& finding, std::string_view input, const Named& named) {
    append_time(out, finding.time);
    append_padded(out, to_string(finding.severity), to_string(Severity::kCritical).size());
    append_padded(out, to_string(finding.kind), 0);
    if (finding.subject.port != 0) {
        say(out, named(finding.subject), "  ");
    } else if (finding.subject != Endpoint{}) {
        say(out, named(finding.subject.address), "  ");
    } else {
        say(out, printable(input), "  ");
    }
    Explanation explanation;
    explain(explanation, finding);
    say(out, explanation.what, " ", explanation.advice, "\n");
}

}  // namespace deadpeer
