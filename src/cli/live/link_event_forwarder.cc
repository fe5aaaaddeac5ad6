#include "cli/live/link_event_forwarder.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "cli/live/link_sentence.h"

namespace deadpeer::cli {
namespace {

constexpr std::chrono::seconds kBetweenLossNotes{60};

}  // namespace

void LinkEventForwarder::take() {
    const Clock::time_point now = Clock::now();
    report_left_out(now);
    while (const auto event = capture_.take_event()) {
        report(*event, now);
        if (event->is_gap() || begins_gap(*event)) analyzer_.capture_gap(loss_of(*event));
    }
}

void LinkEventForwarder::report(const LinkEvent& event, Clock::time_point now) {
    using Kind = LinkEvent::Kind;
    if (last_words_ && event.kind == Kind::kRemoved && event.whole_input) return;
    if (event.kind == Kind::kFramesLost) {
        // The reports have every loss; a terminal needs not.
        if (now < next_loss_note_) return;
        next_loss_note_ = now + kBetweenLossNotes;
    }
    const std::string sentence = sentence_of(event);
    if (!sentence.empty() && limit_.passes(now)) tell_(sentence);
}

void LinkEventForwarder::report_left_out(Clock::time_point now) {
    const std::uint64_t more = limit_.take_left_out(now);
    if (more == 0) return;
    tell_(fmt::format("{} more message{} about links within a minute {} left out", more, more == 1 ? "" : "s",
                      more == 1 ? "was" : "were"));
}

void LinkEventForwarder::end() {
    report_left_out(Clock::time_point::max());
    for (std::uint32_t i = 0; i < capture_.input_count(); ++i) {
        if (const auto since = capture_.blind_since(i)) {
            analyzer_.capture_gap({.input = i, .from = *since, .to = capture_.now(), .returned = false});
        }
    }
}

}  // namespace deadpeer::cli
