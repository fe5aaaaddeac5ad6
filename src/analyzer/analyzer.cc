#include "deadpeer/analyzer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <vector>

#include "analyzer/connection.h"
#include "analyzer/input_tally.h"
#include "decode/decode.h"
#include "flow/flow_table.h"
#include "tcp/advance.h"
#include "tcp/classify.h"

namespace deadpeer {
namespace {

constexpr Labels kProbeLabels =
    Label::kKeepAlive | Label::kKeepAliveAck | Label::kZeroWindowProbe | Label::kZeroWindowProbeAck;

// How much worse than another a connection can be spared when memory runs out: half-open and one-way ones
// first, then those that ended, then the longest silent.
struct Dispensability {
    int rank;
    Nanoseconds last_time;

    [[nodiscard]] bool more_than(const Dispensability& other) const {
        return rank != other.rank ? rank > other.rank : last_time < other.last_time;
    }
};

Dispensability dispensability(const Connection& connection) {
    const bool one_way = connection.sent[0].segments == 0 || connection.sent[1].segments == 0;
    const bool ended = connection.rst_seen || connection.fin_seen == 3;
    return {one_way ? 2 : ended ? 1 : 0, connection.last_time()};
}

}  // namespace

class Analyzer::Impl {
public:
    Impl(const AnalyzerOptions& options, ReportSink& sink)
        : options_(options), rules_(rules_of(options.wireshark)), sink_(sink), flows_(options.hash_seed) {}

    void begin_input(const std::string& name) {
        sink_.on_input_begin(file_, name);
        input_.emplace(name);
    }

    void consume(std::span<const FrameView> frames) {
        assert(frames.size() <= FrameBatch::kCapacity);
        decode_all(frames);
        const std::span<const Segment> segments = segments_.view();
        for (std::size_t i = 0; i < segments.size(); ++i) {
            hashes_[i] = flows_.hash(segments[i].key);
            flows_.prefetch_slot(hashes_[i]);
        }
        for (std::size_t i = 0; i < segments.size(); ++i) flows_.prefetch_record(hashes_[i]);
        for (std::size_t i = 0; i < segments.size(); ++i) analyse(segments[i], hashes_[i]);
    }

    void end_input(const PacketSource& source, InputSummary::Outcome outcome) {
        sink_.on_input_end(file_, input_->finish(source, outcome));
        input_.reset();
        ++file_;
    }

    Status finish() {
        std::vector<const Connection*> connections;
        connections.reserve(flows_.size());
        flows_.for_each([&](const Connection& connection) { connections.push_back(&connection); });
        std::ranges::sort(connections, {},
                          [](const Connection* connection) { return connection->tcp.number; });
        for (const Connection* connection : connections) sink_.on_flow(summarize(*connection, false));

        RunSummary run;
        run.connections = next_stream_;
        run.evicted_flows = evicted_;
        run.peak_memory_bytes = memory();
        return sink_.finish(run);
    }

private:
    void decode_all(std::span<const FrameView> frames) {
        segments_.clear();
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const FrameView& frame = frames[i];
            const std::size_t before = segments_.count;
            const SkipReason reason = frame.rejected_by_filter
                                          ? SkipReason::kFiltered
                                          : decode(frame, static_cast<std::uint8_t>(i), segments_);
            input_->count(frame, reason, segments_.count - before);
        }
    }

    void analyse(const Segment& segment, std::uint64_t hash) {
        Connection& connection = connection_of(segment, hash);
        const StreamStart start = stream_start(connection.tcp, segment, rules_);
        Labels labels;
        if (start == StreamStart::kNewStream) {
            supersede(connection);
            labels |= Label::kReusedPorts;
        } else if (segment.has(kSyn)) {
            const bool renumbered = start == StreamStart::kRenumbered;
            if (renumbered) {
                renumber(connection.sent[index(segment.direction)], segment, ranges_);
                labels |= Label::kReusedPorts;
            }
            begin(connection.tcp, segment, renumbered);
        }
        tally(connection, segment, file_, ranges_);
        if (segment.analysed) {
            const Labels found = classify(connection.tcp, segment, rules_, ranges_) | labels;
            advance(connection.tcp, segment, found, rules_, ranges_);
            labels = found;
        }
        learn_options(connection.tcp, segment);
        report(connection, segment, printed(labels, segment, rules_));
    }

    Connection& connection_of(const Segment& segment, std::uint64_t hash) {
        if (!flows_.has_room() && memory() + flows_.next_growth() > options_.memory_cap &&
            flows_.size() > 0) {
            evict_one(segment.key);
        }
        const auto [connection, inserted] = flows_.find_or_insert(segment.key, hash);
        if (inserted) connection->tcp.number = next_stream_++;
        return *connection;
    }

    // The 4-tuple is used again: the old connection ends here.
    void supersede(Connection& connection) {
        sink_.on_flow(summarize(connection, true));
        const FlowKey key = connection.key;
        release(connection, ranges_);
        connection = Connection{};
        connection.key = key;
        connection.tcp.number = next_stream_++;
    }

    void evict_one(const FlowKey& needed) {
        constexpr std::size_t kSample = 32;
        Connection* victim = nullptr;
        flows_.clock(kSample, [&](Connection& candidate) {
            if (candidate.key == needed) return;
            if (victim == nullptr || dispensability(candidate).more_than(dispensability(*victim))) {
                victim = &candidate;
            }
        });
        if (victim == nullptr) return;
        sink_.on_flow(summarize(*victim, false));
        release(*victim, ranges_);
        flows_.erase(victim->key);
        ++evicted_;
    }

    void report(const Connection& connection, const Segment& segment, Labels labels) {
        if (options_.segments == SegmentSelection::kNone) return;
        if (options_.segments == SegmentSelection::kKeepalive && !labels.any_of(kProbeLabels)) return;
        SegmentRow row;
        row.segment = segment;
        row.file = file_;
        row.stream = connection.tcp.number;
        row.labels = labels;
        sink_.on_segment(row);
    }

    [[nodiscard]] std::size_t memory() const { return flows_.memory() + ranges_.memory(); }

    const AnalyzerOptions options_;
    const Rules rules_;
    ReportSink& sink_;
    FlowTable<Connection> flows_;
    RangePool ranges_;
    SegmentBatch segments_;
    std::array<std::uint64_t, SegmentBatch::kCapacity> hashes_;
    std::optional<InputTally> input_;
    std::uint32_t file_ = 0;
    std::uint32_t next_stream_ = 0;
    std::uint64_t evicted_ = 0;
};

Analyzer::Analyzer(const AnalyzerOptions& options, ReportSink& sink)
    : impl_(std::make_unique<Impl>(options, sink)) {}
Analyzer::~Analyzer() = default;
void Analyzer::begin_input(const std::string& name) {
    impl_->begin_input(name);
}
void Analyzer::consume(std::span<const FrameView> frames) {
    impl_->consume(frames);
}
void Analyzer::end_input(const PacketSource& source, InputSummary::Outcome outcome) {
    impl_->end_input(source, outcome);
}
Status Analyzer::finish() {
    return impl_->finish();
}

}  // namespace deadpeer
