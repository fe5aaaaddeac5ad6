// Analyzer::Impl: the connections of a capture, from their first segment until they were told.
//
// What:     consume.cc takes frames in and follows the connections; endings.cc tells and forgets those
//           that end, are superseded, or must go for want of memory, and asks in a live capture what
//           silence decides.
// Threads:  one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/capture_clock.h"
#include "analyzer/capture_pauses.h"
#include "analyzer/deadlines.h"
#include "analyzer/decoded_content.h"
#include "analyzer/first_view_sink.h"
#include "analyzer/inputs.h"
#include "analyzer/live_scheduler.h"
#include "analyzer/predecessors.h"
#include "analyzer/verdicts.h"
#include "analyzer/watcher.h"
#include "correlate/census.h"
#include "correlate/host_life.h"
#include "correlate/services.h"
#include "correlate/shared_addresses.h"
#include "deadpeer/analyzer.h"
#include "decode/decode.h"
#include "decode/reassembler.h"
#include "engine/connection.h"
#include "engine/heartbeat_tracker.h"
#include "flow/flow_table.h"
#include "tcp/classify.h"

namespace deadpeer {

class Analyzer::Impl {
public:
    Impl(const AnalyzerOptions& options, ReportSink& sink)
        : options_(options),
          rules_(rules_of(options.wireshark)),
          sink_(seen_twice_, sink),
          flows_(options.hash_seed),
          marks_(options.hash_seed),
          reassembler_(options_.memory_cap / 64, options_.hash_seed),
          life_(options_.memory_cap / 64, options_.hash_seed),
          watcher_(options_, life_, sink_),
          beats_(options_),
          shared_addresses_(options.hash_seed),
          census_(options_.connection_limits, options_.memory_cap / 16, options_.hash_seed),
          predecessors_(watcher_),
          verdicts_(options_, watcher_, beats_, life_, seen_twice_, sink_),
          inputs_(sink_),
          scheduler_(flows_, marks_, predecessors_, verdicts_),
          next_stream_(options.first_stream) {
        own_.segments.reassembler = &reassembler_;
    }

    std::uint32_t begin_input(const std::string& name) {
        assert(inputs_.size() < kMaxInputs);
        return inputs_.begin(name);
    }
    void decode(std::span<const FrameView> frames, DecodedFrames::Content& decoded) const;
    void consume(std::span<const FrameView> frames, std::uint32_t input, Nanoseconds read_at);
    void consume(std::span<const FrameView> frames, const DecodedFrames::Content& decoded,
                 std::uint32_t input);
    void end_input(std::uint32_t input, const PacketSource& source, InputSummary::Outcome outcome);
    [[nodiscard]] ReportSink& sink() const { return sink_.behind(); }
    // All but the end of the reports.
    RunSummary report_all();

    void advance_time(Nanoseconds now);
    [[nodiscard]] std::optional<Nanoseconds> next_deadline() const { return scheduler_.next(); }
    void capture_gap(const CaptureLoss& loss);
    Status snapshot(ReportSink& sink, std::span<const PacketSource* const> sources,
                    const std::function<void()>& meanwhile);

private:
    // Frames in. These are of consume.cc alone, which inlines them.
    inline void decode_all(std::span<const FrameView> frames, DecodedFrames::Content& decoded) const;
    [[gnu::noinline]] void analyse_all(const DecodedFrames::Content& decoded);
    inline void count_frames(const DecodedFrames::Content& decoded);
    inline void note_times(std::span<const FrameView> frames);
    inline void note_time(const FrameView& frame);
    [[gnu::always_inline]] inline void analyse(const Segment& segment, std::uint64_t hash, std::size_t place);
    [[gnu::noinline]] Labels label(Connection& connection, const Segment& segment);
    [[gnu::noinline]] void meet_side(const Connection& connection, const Segment& segment);
    [[nodiscard]] bool outlives(const Services::Refusal& refusal);
    void take_refusal(const Connection& refused, const Segment& reset);
    void take_rebinding(const Connection& connection, const Segment& reset);
    void take_census(const Connection& connection, const Segment& segment);
    void leave_census(const Connection& connection);
    [[nodiscard]] Nanoseconds last_time_of(const FlowKey& key);
    Labels start(Connection& connection, const Segment& segment);
    [[gnu::always_inline]] inline bool goes_by(const Connection& connection, const Segment& segment,
                                               Labels labels) const;
    [[gnu::noinline]] void inspect_closely(Connection& connection, const Segment& segment, Labels labels);
    void compare_views(const Connection& connection, const Segment& segment);
    void take_reset(const Connection& connection, const Segment& segment);
    SegmentNature inspect(Connection& connection, const Segment& segment, Labels labels);
    [[gnu::always_inline]] inline void hear_host(const Connection& connection, const Segment& segment);
    [[gnu::always_inline]] inline void follow(TcpStream& stream, const Segment& segment, Labels labels);
    [[gnu::noinline]] void follow_stray(TcpStream& stream, const Segment& segment, Labels labels);
    [[gnu::noinline]] bool strays(Connection& connection, const Segment& segment);
    bool count_copy(const Segment& segment);
    void take_announcement(const Notice& notice, std::uint64_t mac, bool known_sender);
    void take_notice(const Notice& notice, std::uint64_t mac, bool known_sender);
    // How far into the batch's frames that are no TCP segments.
    struct OtherFrames {
        std::size_t heard = 0;
        std::size_t notice = 0;

        [[nodiscard]] bool come_before(std::uint64_t frame, const SegmentBatch& batch) const {
            return heard < batch.heard_count && batch.heard[heard].frame < frame;
        }
    };
    void take_others(OtherFrames& next, std::uint64_t frame, const SegmentBatch& batch);

    // Of segments in quick succession one in eight is enough.
    [[nodiscard]] bool tells_of_host(const Connection& connection, const Segment& segment) const {
        constexpr std::uint64_t kQuick = kSecond / 10;
        const Nanoseconds before = connection.tcp.forward(segment.direction).last_time;
        // Backwards, and where one is not known, it is a large number.
        const std::uint64_t passed =
            static_cast<std::uint64_t>(segment.time) - static_cast<std::uint64_t>(before);
        return segments_since_look_ % 8 == 0 || passed >= kQuick;
    }
    [[nodiscard]] bool too_short_for_stream(const Segment& segment) const {
        constexpr unsigned kBytesUpToWindow = 16;
        return segment.cut_before_window && rules_.header_bytes_for_stream >= kBytesUpToWindow;
    }
    [[nodiscard]] std::span<const std::uint8_t> payload_of(const Segment& segment) const {
        const std::span<const std::uint8_t> bytes = frames_[segment.batch_index].bytes();
        return bytes.subspan(segment.payload_offset, segment.captured_payload);
    }
    [[nodiscard]] bool concerns_beats(const Connection& connection, const Segment& segment) const {
        return beats_.concern(connection, segment, [&] { return payload_of(segment); });
    }

    // Of a file: what a host that does not answer on one connection says on others counts until the time
    // for an answer is over, when a live capture asks.
    void note_hosts_later(const Connection& connection, Nanoseconds segment);
    void note_hosts(Nanoseconds now);

    // Live: asks what was due before a frame of that time, each question as of the time when it was due.
    void pass_time(Nanoseconds time);

    // Of the segment at that place of the batch.
    Connection& connection_of(const FlowKey& key, std::uint64_t hash, std::size_t place) {
        // One that was moved may have left its memory.
        Connection* const guess = flows_.displaced() == displaced_before_ ? guesses_[place] : nullptr;
        return guess != nullptr && guess->key == key ? *guess : connection_by(key, hash);
    }
    Connection& connection_by(const FlowKey& key, std::uint64_t hash) {
        Connection* const known = flows_.find(key, hash);
        return known != nullptr ? *known : new_connection(key, hash);
    }
    Connection& new_connection(const FlowKey& key, std::uint64_t hash);
    void make_room();

    // Connections end.
    void supersede(Connection& connection, const Segment& syn);
    // Whose segment it is, of those that share a 4-tuple.
    struct Owner {
        Connection& connection;
        bool has_ended = false;  // it is the last word of one that is in the table no more
    };
    Owner owner_of(Connection& connection, const Segment& segment);
    void report_predecessor(Connection& connection);
    template <typename MayGo>
    bool evict_one(MayGo may_go, std::size_t sample, std::size_t& patience);
    void keep_within_cap();
    void shrink_to_cap();
    void shrink_table();
    void end_early(Connection connection, bool superseded);
    void keep_replaced(const Connection& old);
    void end_replaced(Connection& connection);
    void report_early(const Connection& connection, bool superseded);
    void release_resources(Connection& connection);
    void note_gone(const Connection& connection);
    void drop(Connection& connection);
    void forget_ended();
    bool give_back(Connection& connection);
    [[nodiscard]] bool may_be_dropped(const Connection& connection);
    std::vector<Verdicts::Ended> all_in_order();

    void gather(Picture& picture, const std::function<void()>& meanwhile);
    [[nodiscard]] std::optional<Verdicts::Ended> find(const Picture::Entry& entry);

    [[nodiscard]] RunSummary run_summary(std::uint64_t connections) const;
    // Of a file the clock has read a batch ahead of the segment at hand.
    [[nodiscard]] CaptureState capture_state() const {
        const Nanoseconds read = at_hand_ == kNoTime ? clock_.now() : std::min(clock_.now(), at_hand_);
        CaptureState state{live_ ? now_ : read, lost_frames_, inputs_.gaps(), pauses_.all(live_)};
        if (live_ && options_.may_pause_unseen) state.pauses.silent_since = pauses_.latest();
        return state;
    }
    [[nodiscard]] std::size_t memory() const {
        return pauses_.memory() + flows_.memory() + ranges_.memory() + watcher_.memory() +
               predecessors_.memory() + beats_.memory() + census_.memory() + scheduler_.memory() +
               verdicts_.memory() + services_.memory() + life_.memory() + shared_addresses_.memory() +
               reassembler_.memory() + seen_twice_.memory() + host_deadlines_.memory() + order_memory();
    }
    // What it will take to tell all connections in order, beyond a little, and to ask about their hosts.
    [[nodiscard]] std::size_t order_memory() const {
        constexpr std::size_t kLittle = std::size_t{16} << 20;
        const std::size_t order = flows_.size() * sizeof(Verdicts::Ended);
        const std::size_t hosts = std::min(HostBook::memory_for(watcher_.resets()), options_.memory_cap / 4);
        return hosts + (order > kLittle ? order - kLittle : 0);
    }

    const AnalyzerOptions options_;
    const Rules rules_;
    SeenTwice seen_twice_;
    FirstViewSink sink_;
    FlowTable<Connection> flows_;
    const HostMarks marks_;
    RangePool ranges_;
    Reassembler reassembler_;
    HostLife life_;
    Watcher watcher_;
    HeartbeatTracker beats_;
    SharedAddresses shared_addresses_;
    Census census_;
    Services services_;
    Predecessors predecessors_;
    Verdicts verdicts_;
    std::span<const FrameView> frames_;                         // of the batch at hand
    DecodedFrames::Content own_;                                // what consume() decodes itself
    std::array<Connection*, SegmentBatch::kCapacity> guesses_;  // whose segments they may be; null: not known
    std::uint64_t displaced_before_ = 0;
    Inputs inputs_;
    CaptureClock clock_;
    CapturePauses pauses_;
    Nanoseconds at_hand_ = kNoTime;  // the time of the segment that is being analysed
    bool lost_frames_ = false;
    std::uint32_t file_ = 0;  // the input of the batch at hand

    // Of a live capture.
    bool live_ = false;
    Nanoseconds now_ = kNoTime;      // all before was analysed, and asked
    Nanoseconds read_at_ = kNoTime;  // when the batch at hand was
    bool may_go_on_ = true;          // with a round that is too large for one call, in this one
    Nanoseconds walked_ = kNoTime;   // when the table was walked last for what has ended
    LiveScheduler scheduler_;

    // Of a file.
    Deadlines host_deadlines_;
    Nanoseconds next_host_deadline_ = kLatestTime;  // or earlier

    StreamNumber next_stream_;
    std::uint32_t looks_without_effect_ = 0;  // to come, after a search in vain
    std::uint32_t segments_since_look_ = 0;   // at memory()
    std::uint64_t evicted_ = 0;
    std::uint64_t reported_early_ = 0;
};

}  // namespace deadpeer
