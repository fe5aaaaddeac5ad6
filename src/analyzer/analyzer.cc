#include "deadpeer/analyzer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "analyzer/beats.h"
#include "analyzer/capture_clock.h"
#include "analyzer/connection.h"
#include "analyzer/dispensability.h"
#include "analyzer/inputs.h"
#include "analyzer/predecessors.h"
#include "analyzer/rounds.h"
#include "analyzer/verdicts.h"
#include "analyzer/watcher.h"
#include "decode/decode.h"
#include "flow/flow_table.h"
#include "keepalive/between.h"
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
          verdicts_(options_, watcher_, beats_, sink),
          inputs_(sink),
          rounds_(flows_, verdicts_) {}

    std::uint32_t begin_input(const std::string& name) {
        assert(inputs_.size() < kMaxInputs);
        return inputs_.begin(name);
    }

    void consume(std::span<const FrameView> frames, std::uint32_t input) {
        assert(frames.size() <= FrameBatch::kCapacity && inputs_.is_open(input));
        file_ = input;
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
        if (memory() > options_.memory_cap) relieve();
    }

    void end_input(std::uint32_t input, const PacketSource& source, InputSummary::Outcome outcome) {
        const std::uint64_t lost =
            inputs_.end(input, source, outcome, live_ ? std::optional(now_) : std::nullopt);
        if (!live_ && lost > 0) lost_frames_ = true;
    }

    Status finish() {
        const std::vector<Verdicts::Ended> connections = all_in_order();
        verdicts_.tell_all(connections, capture_state());
        return sink_.finish(run_summary(told_early_ + connections.size()));
    }

    void advance_time(Nanoseconds now) {
        live_ = true;
        now_ = std::max(now_, now);
        const auto deadline = rounds_.next();
        if (deadline && *deadline <= now_) {
            rounds_.go(capture_state(), [this](Connection& replaced) {
                tell_early(replaced, true);
                let_go(replaced);
            });
        }
        forget_ended();
    }

    [[nodiscard]] std::optional<Nanoseconds> next_deadline() const { return rounds_.next(); }

    void capture_gap(std::uint32_t input, Nanoseconds from, std::optional<Nanoseconds> to, Reason why,
                     std::uint64_t frames) {
        inputs_.note_gap(input, from, to, why, frames);
        if (to) rounds_.resume(*to);
    }

    Status snapshot(ReportSink& sink, std::span<const PacketSource* const> sources,
                    const std::function<void()>& meanwhile) {
        inputs_.describe_open(sink, sources);
        const std::vector<Verdicts::Ended> connections = all_in_order();
        verdicts_.describe_all(connections, capture_state(), sink, meanwhile);
        return sink.finish(run_summary(told_early_ + connections.size()));
    }

private:
    // Live: how long what will not go on stays where later segments find it, and how often all are looked at.
    static constexpr Nanoseconds kEndedStays = 120 * kSecond;
    static constexpr Nanoseconds kUnansweredStays = 300 * kSecond;
    static constexpr Nanoseconds kOnceAround = 30 * kSecond;
    static constexpr Nanoseconds kBetweenWalks = 500 * kMillisecond;

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
            inputs_.tally(file_).count(frame, reason, segments_.view().subspan(before));
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
            bool looked = false;
            if (!of_predecessor && !Watcher::is_plain(connection, segment, labels)) {
                nature = watcher_.look(connection, segment, labels, file_);
                looked = true;
            }
            if (beats_.concern(connection, segment)) {
                beats_.look(connection, segment, payload_of(segment));
                looked = true;
            }
            if (looked && live_) rounds_.ask_later(connection, capture_state());
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
        // The rest is for what the connections that are there may come to need: a flood does not take it.
        const std::size_t cap = options_.memory_cap - options_.memory_cap / 32;
        if (!flows_.has_room() && memory() + flows_.next_growth() > cap && flows_.size() > 0) {
            constexpr std::size_t kSample = 32;
            std::size_t patience = 2 * kSample;
            evict_one([&](const Connection& candidate) { return !(candidate.key == key); }, kSample,
                      patience);
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
        all.reserve(flows_.size());
        const auto add = [&](const Connection& connection, bool superseded) {
            // One that only an ICMP error mentions has a number, but was not seen.
            if (connection.first.frame != 0) all.push_back({&connection, superseded});
        };
        rounds_.for_each_replaced([&](const Connection& old) { add(old, true); });
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
        rounds_.keep(*old, now_);
        predecessors_.release(connection);
        return true;
    }

    void tell_predecessor(Connection& connection) {
        const Connection* old = predecessors_.of(connection);
        if (old == nullptr) return;
        end_early(*old, true);
        predecessors_.release(connection);
    }

    // The most dispensable of the next `sample` connections that may go. Each that is looked at is taken from
    // `patience`; false if none was met until it ended.
    template <typename MayGo>
    bool evict_one(MayGo may_go, std::size_t sample, std::size_t& patience) {
        Connection* victim = nullptr;
        for (; sample > 0 && patience > 0; --patience) {
            flows_.clock(1, [&](Connection& candidate) {
                if (!may_go(candidate)) return;
                --sample;
                if (victim == nullptr || dispensability(candidate).more_than(dispensability(*victim))) {
                    victim = &candidate;
                }
            });
        }
        if (victim == nullptr) return false;
        drop(*victim);
        ++evicted_;
        return true;
    }

    // What connections hold besides their records grows after they were let in. Once it has come to exceed
    // the cap, holders go, so that the next batch finds room in what they leave.
    [[gnu::noinline]] void relieve() {
        constexpr std::size_t kSample = 4;
        constexpr std::size_t kRangeBytes = std::size_t{128} << 10;
        const std::size_t little = options_.memory_cap / 64;
        const auto watched = [](const Connection& connection) { return connection.watch != 0; };
        std::size_t patience = 65'536;
        while (watcher_.memory() > little && watcher_.spare() < SegmentBatch::kCapacity &&
               evict_one(watched, kSample, patience)) {
        }
        while (ranges_.memory() > little && ranges_.spare() < kRangeBytes &&
               evict_one(holds_ranges, kSample, patience)) {
        }
    }

    void end_early(Connection connection, bool superseded) {
        tell_early(connection, superseded);
        if (census_.active()) census_.closed(connection.key, connection.initiator);
        let_go(connection);
    }

    void tell_early(const Connection& connection, bool superseded) {
        if (connection.first.frame == 0) return;
        verdicts_.tell_early(connection, superseded, capture_state());
        ++told_early_;
    }

    // Gives back what it holds.
    void let_go(Connection& connection) {
        rounds_.forget(connection);
        beats_.release(connection);
        watcher_.release(connection);
        release(connection, ranges_);
    }

    // Live: walks the table once in a while, and tells and drops what will not go on.
    void forget_ended() {
        const Nanoseconds passed = walked_ == kNoTime ? 0 : now_ - walked_;
        if (walked_ != kNoTime && passed < kBetweenWalks) return;
        walked_ = now_;
        const auto share = static_cast<double>(passed) / static_cast<double>(kOnceAround);
        const auto records = static_cast<std::size_t>(std::min(share, 1.0) * double(flows_.size())) + 1;
        std::vector<Connection*> gone;
        std::vector<Verdicts::Ended> ended;
        flows_.clock(std::min(records, flows_.size()), [&](Connection& connection) {
            if (!may_be_dropped(connection)) return;
            gone.push_back(&connection);
            if (connection.first.frame != 0) ended.push_back({&connection, false});
        });
        verdicts_.tell_ended(ended, rounds_.visit_all(), capture_state());
        told_early_ += ended.size();
        for (Connection* connection : gone) {
            tell_predecessor(*connection);
            if (census_.active()) census_.closed(connection->key, connection->initiator);
            let_go(*connection);
            flows_.erase(connection->key);
        }
        verdicts_.forget_old();
    }

    [[nodiscard]] bool may_be_dropped(const Connection& connection) const {
        if (connection.first.frame == 0) return true;
        const Nanoseconds silent = between(connection.last_time(), now_);
        if (silent == kNoTime) return connection.last_time() == kNoTime;
        if (is_unanswered_syn(connection)) return silent > kUnansweredStays;
        const Watch* watch = watcher_.watch_of(connection);
        const bool goes_on = watch != nullptr && watch->reset->ignored() && connection.fin_seen != 3;
        return has_ended(connection) && !goes_on && silent > kEndedStays;
    }

    void drop(Connection& connection) {
        tell_predecessor(connection);
        end_early(connection, false);
        flows_.erase(connection.key);
    }

    [[nodiscard]] CaptureState capture_state() const {
        return {std::max(now_, clock_.now()), lost_frames_, inputs_.gaps()};
    }

    [[nodiscard]] RunSummary run_summary(std::uint64_t connections) const {
        RunSummary run;
        run.connections = connections;
        run.evicted_flows = evicted_;
        run.peak_memory_bytes = memory();
        return run;
    }

    [[nodiscard]] std::size_t memory() const {
        return flows_.memory() + ranges_.memory() + watcher_.memory() + predecessors_.memory() +
               beats_.memory() + census_.memory() + rounds_.memory();
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
    std::span<const FrameView> frames_;  // of the batch at hand
    SegmentBatch segments_;
    std::array<std::uint64_t, SegmentBatch::kCapacity> hashes_;
    Inputs inputs_;
    CaptureClock clock_;
    bool lost_frames_ = false;
    std::uint32_t file_ = 0;  // the input of the batch at hand

    // Of a live capture.
    bool live_ = false;
    Nanoseconds now_ = kNoTime;
    Nanoseconds walked_ = kNoTime;
    Rounds rounds_;

    std::uint32_t next_stream_ = 0;
    std::uint64_t evicted_ = 0;
    std::uint64_t told_early_ = 0;
};

Analyzer::Analyzer(const AnalyzerOptions& options, ReportSink& sink)
    : impl_(std::make_unique<Impl>(options, sink)) {}
Analyzer::~Analyzer() = default;
std::uint32_t Analyzer::begin_input(const std::string& name) {
    return impl_->begin_input(name);
}
void Analyzer::consume(std::span<const FrameView> frames, std::uint32_t input) {
    impl_->consume(frames, input);
}
void Analyzer::end_input(std::uint32_t input, const PacketSource& source, InputSummary::Outcome outcome) {
    impl_->end_input(input, source, outcome);
}
Status Analyzer::finish() {
    return impl_->finish();
}
void Analyzer::advance_time(Nanoseconds now) {
    impl_->advance_time(now);
}
std::optional<Nanoseconds> Analyzer::next_deadline() const {
    return impl_->next_deadline();
}
void Analyzer::capture_gap(std::uint32_t input, Nanoseconds from, std::optional<Nanoseconds> to, Reason why,
                           std::uint64_t frames) {
    impl_->capture_gap(input, from, to, why, frames);
}
Status Analyzer::snapshot(ReportSink& sink, std::span<const PacketSource* const> sources,
                          const std::function<void()>& meanwhile) {
    return impl_->snapshot(sink, sources, meanwhile);
}

}  // namespace deadpeer
