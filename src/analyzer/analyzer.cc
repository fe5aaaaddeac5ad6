#include "deadpeer/analyzer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <vector>

#include "analyzer/beats.h"
#include "analyzer/capture_clock.h"
#include "analyzer/connection.h"
#include "analyzer/dispensability.h"
#include "analyzer/input_tally.h"
#include "analyzer/predecessors.h"
#include "analyzer/verdicts.h"
#include "analyzer/watcher.h"
#include "decode/decode.h"
#include "flow/flow_table.h"
#include "keepalive/census.h"
#include "tcp/advance.h"
#include "tcp/classify.h"

namespace deadpeer {
class Analyzer::Impl {
public:
    Impl(const AnalyzerOptions& options, ReportSink& sink)
        : options_(options),
          rules_(rules_of(options.wireshark)),
          sink_(sink),
          flows_(options.hash_seed),
          watcher_(options_, sink),
          beats_(options_),
          census_(options_.connection_limits, options_.memory_cap / 16, options_.hash_seed),
          predecessors_(watcher_),
          verdicts_(options_, watcher_, beats_, sink) {}

    void begin_input(const std::string& name) {
        assert(file_ < kMaxInputs);
        sink_.on_input_begin(file_, name);
        input_.emplace(name);
    }

    void consume(std::span<const FrameView> frames) {
        assert(frames.size() <= FrameBatch::kCapacity);
        frames_ = frames;
        decode_all(frames);
        const std::span<const Segment> segments = segments_.view();
        for (std::size_t i = 0; i < segments.size(); ++i) {
            hashes_[i] = flows_.hash(segments[i].key);
            flows_.prefetch_slot(hashes_[i]);
        }
        for (std::size_t i = 0; i < segments.size(); ++i) flows_.prefetch_record(hashes_[i]);

        std::span<const Notice> notices = segments_.notice_view();
        for (std::size_t i = 0; i < segments.size(); ++i) {
            while (!notices.empty() && notices.front().frame < segments[i].frame) {
                take_notice(notices.front());
                notices = notices.subspan(1);
            }
            analyse(segments[i], hashes_[i]);
        }
        for (const Notice& notice : notices) take_notice(notice);
    }

    void end_input(const PacketSource& source, InputSummary::Outcome outcome) {
        const InputSummary summary = input_->finish(source, outcome);
        const std::uint64_t lost = summary.source.dropped_by_capture.value_or(0);
        if (lost > 0) tell_lost_frames(lost, summary.last_time);
        sink_.on_input_end(file_, summary);
        input_.reset();
        ++file_;
    }

    Status finish() {
        const std::vector<Verdicts::Ended> connections = all_in_order();
        verdicts_.tell_all(connections, capture_facts());

        RunSummary run;
        run.connections = told_early_ + connections.size();
        run.evicted_flows = evicted_;
        run.peak_memory_bytes = memory();
        return sink_.finish(run);
    }

private:
    // The capture says how many frames it lost, not when: the event stands at its end.
    void tell_lost_frames(std::uint64_t lost, Nanoseconds last_time) {
        lost_frames_ = true;
        Finding finding;
        finding.kind = EventKind::kCaptureGap;
        finding.severity = Severity::kWarning;
        finding.confidence = Confidence::kHigh;
        finding.reason = Reason::kFramesLost;
        finding.time = last_time;
        finding.file = file_;
        finding.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(lost, UINT32_MAX));
        sink_.on_finding(finding);
    }

    void decode_all(std::span<const FrameView> frames) {
        segments_.clear();
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const FrameView& frame = frames[i];
            const std::size_t before = segments_.count;
            SkipReason reason = frame.rejected_by_filter
                                    ? SkipReason::kFiltered
                                    : decode(frame, static_cast<std::uint8_t>(i), segments_);
            if (reason == SkipReason::kNone && too_short_for_stream(segments_.segments[before])) {
                segments_.count = before;
                reason = SkipReason::kCutHeader;
            }
            input_->count(frame, reason, segments_.view().subspan(before));
            if (frame.time != kNoTime && !frame.rejected_by_filter) clock_.advance(frame.time);
        }
    }

    [[nodiscard]] bool too_short_for_stream(const Segment& segment) const {
        constexpr unsigned kBytesUpToWindow = 16;
        return segment.cut_before_window && rules_.header_bytes_for_stream >= kBytesUpToWindow;
    }

    void analyse(const Segment& segment, std::uint64_t hash) {
        Connection& connection = connection_of(segment.key, hash);
        Labels labels = start(connection, segment);
        SegmentNature nature;
        const bool of_predecessor = connection.attention && ask_predecessor(connection, segment);
        if (segment.analysed) {
            labels |= classify(connection.tcp, segment, rules_, ranges_);
            if (!of_predecessor && !Watcher::is_plain(connection, segment, labels)) {
                nature = watcher_.look(connection, segment, labels, file_);
            }
            if (beats_.concern(connection, segment)) beats_.look(connection, segment, payload_of(segment));
        }
        const Labels shown = printed(labels, segment, rules_);
        if (watcher_.wants(shown, nature)) watcher_.report(connection, segment, shown, nature, file_);

        tally(connection, segment, file_, ranges_);
        if (segment.analysed) advance(connection.tcp, segment, labels, rules_, ranges_);
        learn_options(connection.tcp, segment, rules_);
        if (census_.active() && segment.analysed) take_census(connection, segment);
    }

    [[nodiscard]] std::span<const std::uint8_t> payload_of(const Segment& segment) const {
        const std::span<const std::uint8_t> bytes = frames_[segment.batch_index].bytes();
        return bytes.subspan(segment.payload_offset, segment.captured_payload);
    }

    // Counts the connection at its server from when both sides were heard until it ends.
    void take_census(const Connection& connection, const Segment& segment) {
        if (connection.rst_seen || connection.fin_seen == 3) {
            census_.closed(connection.key, connection.initiator);
            return;
        }
        if (is_one_way(connection) || connection.sent[index(segment.direction)].segments > 1) return;
        CensusEntry entry;
        entry.key = connection.key;
        entry.initiator = connection.initiator;
        entry.file = connection.first.file;
        entry.first_frame = connection.first.frame;
        entry.frame = segment.frame;
        entry.time = segment.time;
        if (!census_.opened(entry)) return;
        sink_.on_finding(census_.warning(entry, options_.idle_after, [this](const FlowKey& key) {
            const Connection* other = flows_.find(key, flows_.hash(key));
            return other == nullptr ? kNoTime : other->last_time();
        }));
    }

    // What a SYN does to the streams of its 4-tuple.
    Labels start(Connection& connection, const Segment& segment) {
        if (!segment.has(kSyn)) return {};
        const StreamStart start = stream_start(connection.tcp, segment, rules_);
        if (start == StreamStart::kNewStream) {
            supersede(connection, segment);
            return Label::kReusedPorts;
        }
        const bool renumbered = start == StreamStart::kRenumbered;
        if (renumbered) renumber(connection.sent[index(segment.direction)], segment, ranges_);
        begin(connection.tcp, segment, renumbered);
        return renumbered ? Labels(Label::kReusedPorts) : Labels();
    }

    void take_notice(const Notice& notice) {
        if (!notice.is_quote()) {
            const bool unknown = notice.host == IpAddress{};
            if (!unknown) verdicts_.announce(notice.host, notice.time, file_, notice.frame);
            return;
        }
        // Wireshark numbers the stream of a quoted header, but does not take it for a segment.
        const bool numbers_stream = notice.header_quoted && !too_short_for_stream(notice.quote);
        const std::uint64_t hash = flows_.hash(notice.quote.key);
        if (!numbers_stream && flows_.find(notice.quote.key, hash) == nullptr) return;
        Connection& connection = connection_of(notice.quote.key, hash);
        if (numbers_stream) {
            start(connection, notice.quote);
            learn_options(connection.tcp, notice.quote, rules_);
        }
        if (notice.kind == Notice::Kind::kUnreachable) {
            watcher_.unreachable(connection, notice.quote.direction, notice.frame, notice.time);
        }
    }

    Connection& connection_of(const FlowKey& key, std::uint64_t hash) {
        Connection* const known = flows_.find(key, hash);
        return known != nullptr ? *known : new_connection(key, hash);
    }

    [[gnu::noinline]] Connection& new_connection(const FlowKey& key, std::uint64_t hash) {
        if (!flows_.has_room() && memory() + flows_.next_growth() > options_.memory_cap &&
            flows_.size() > 0) {
            evict_one(key);
        }
        Connection& connection = *flows_.find_or_insert(key, hash).record;
        connection.tcp.number = next_stream_++;
        return connection;
    }

    // The 4-tuple is used again: the old connection ends here, or has ended unseen.
    void supersede(Connection& connection, const Segment& syn) {
        tell_predecessor(connection);
        const Connection old = connection;
        connection = Connection{};
        connection.key = old.key;
        connection.tcp.number = next_stream_++;
        if (Predecessors::may_be_forgotten(old, syn)) {
            predecessors_.keep(old, connection);
        } else {
            end_early(old, true);
        }
    }

    std::vector<Verdicts::Ended> all_in_order() {
        std::vector<Verdicts::Ended> all;
        all.reserve(flows_.size() + forgotten_.size());
        const auto add = [&](const Connection& connection, bool superseded) {
            // One that only an ICMP error mentions has a number, but was not seen.
            if (connection.first.frame != 0) all.push_back({&connection, superseded});
        };
        for (const Connection& connection : forgotten_) add(connection, true);
        flows_.for_each([&](const Connection& connection) {
            add(connection, false);
            if (const Connection* old = predecessors_.of(connection)) add(*old, true);
        });
        std::ranges::sort(all, {}, [](const Verdicts::Ended& ended) { return ended.connection->tcp.number; });
        return all;
    }

    // Whether the segment belongs to the end of the connection that had the 4-tuple before.
    bool ask_predecessor(Connection& connection, const Segment& segment) {
        Connection* old = predecessors_.of(connection);
        if (old == nullptr) return false;
        switch (predecessors_.ask(connection, segment, file_)) {
            case Predecessors::Answer::kWait:
                return false;
            case Predecessors::Answer::kNothing:
                tell_predecessor(connection);
                return false;
            case Predecessors::Answer::kEnded:
                break;
        }
        forgotten_.push_back(*old);
        predecessors_.release(connection);
        return true;
    }

    void tell_predecessor(Connection& connection) {
        const Connection* old = predecessors_.of(connection);
        if (old == nullptr) return;
        end_early(*old, true);
        predecessors_.release(connection);
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
        tell_predecessor(*victim);
        end_early(*victim, false);
        flows_.erase(victim->key);
        ++evicted_;
    }

    void end_early(Connection connection, bool superseded) {
        if (connection.first.frame != 0) {
            verdicts_.tell_early(connection, superseded, capture_facts());
            ++told_early_;
        }
        if (census_.active()) census_.closed(connection.key, connection.initiator);
        beats_.release(connection);
        watcher_.release(connection);
        release(connection, ranges_);
    }

    [[nodiscard]] CaptureFacts capture_facts() const { return {clock_.now(), lost_frames_}; }
    [[nodiscard]] std::size_t memory() const {
        return flows_.memory() + ranges_.memory() + watcher_.memory() + predecessors_.memory() +
               beats_.memory() + census_.memory();
    }

    const AnalyzerOptions options_;
    const Rules rules_;
    ReportSink& sink_;
    FlowTable<Connection> flows_;
    RangePool ranges_;
    Watcher watcher_;
    Beats beats_;
    Census census_;
    Predecessors predecessors_;
    Verdicts verdicts_;
    std::vector<Connection> forgotten_;  // predecessors that their host has reset
    std::span<const FrameView> frames_;  // of the batch at hand
    SegmentBatch segments_;
    std::array<std::uint64_t, SegmentBatch::kCapacity> hashes_;
    std::optional<InputTally> input_;
    CaptureClock clock_;
    bool lost_frames_ = false;
    std::uint32_t file_ = 0;
    std::uint32_t next_stream_ = 0;
    std::uint64_t evicted_ = 0;
    std::uint64_t told_early_ = 0;
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
