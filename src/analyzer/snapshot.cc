#include "analyzer/impl.h"
#include "analyzer/picture.h"

namespace deadpeer {
namespace {

// Between two calls of `meanwhile`: some milliseconds' work.
constexpr std::uint64_t kAtOnce = 1024;

}  // namespace

Status Analyzer::Impl::snapshot(ReportSink& sink, std::span<const PacketSource* const> sources,
                                const std::function<void()>& meanwhile) {
    inputs_.describe_open(sink, sources);
    const std::uint64_t ended_before = reported_early_;
    Picture picture(Conclusions(options_, watcher_, beats_, life_, seen_twice_), sink, next_stream_);
    verdicts_.draw(&picture);
    gather(picture, meanwhile);
    std::uint64_t turns = 0;
    while (const auto entry = picture.next()) {
        if (const auto connection = find(*entry)) verdicts_.describe(*connection, capture_state());
        if (++turns % kAtOnce == 0) meanwhile();
    }
    verdicts_.draw(nullptr);
    return sink.finish(run_summary(ended_before + picture.described()));
}

// In the order of records, which lie as they lie whatever becomes of the connections meanwhile.
void Analyzer::Impl::gather(Picture& picture, const std::function<void()>& meanwhile) {
    const auto add = [&](const Connection& connection, std::uint32_t record) {
        // One that only an ICMP error mentions has a number, but was not seen.
        if (connection.first.frame != 0) picture.add(connection, record);
    };
    for (std::uint32_t record = 0; record < flows_.record_numbers(); ++record) {
        if (record % (16 * kAtOnce) == 0) {
            picture.end_run();
            meanwhile();
        }
        const Connection* connection = flows_.at_number(record);
        if (connection == nullptr) continue;
        add(*connection, record);
        if (const Connection* old = predecessors_.of(*connection)) add(*old, record);
    }
    // Last, as a predecessor may become one of them.
    scheduler_.for_each_replaced([&](const Connection& old) { add(old, 0); });
    picture.end_run();
    picture.freeze();
}

// No value if it has ended since.
std::optional<Verdicts::Ended> Analyzer::Impl::find(const Picture::Entry& entry) {
    if (const Connection* connection = flows_.at_number(entry.record)) {
        if (const auto found = predecessors_.find(*connection, entry.stream)) return found;
    }
    const Connection* replaced = scheduler_.find_replaced(entry.stream);
    if (replaced == nullptr) return std::nullopt;
    return Verdicts::Ended{replaced, true};
}

}  // namespace deadpeer
