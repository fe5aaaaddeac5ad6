// LadderBook: the last segments of each connection, for the ladder of the one that fails.
//
//     LadderBook book;
//     Analyzer analyzer({.segments = SegmentSelection::kEvery}, book);
//     if (const auto* steps = book.of(stream)) ...
//
// What:    a connection has up to kMostSteps steps, the latest ones segment by segment; what is older is
//          drawn together: data that was exchanged, and keepalive probes that were answered.
// Cost:    a copy a segment, and sometimes a look at all steps of the connection.
// Memory:  kMostBytes. Beyond that connections that closed in order go, then the earlier steps of all, and
//          then new connections get no ladder.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "deadpeer/sink.h"

namespace deadpeer {

struct Step {
    enum class Kind : std::uint8_t {
        kSegment,
        kProbe,
        kAnswer,  // to a probe
        kRetransmission,
        kWindowProbe,
        kExchange,    // `count` segments, either way
        kKeepalives,  // `count` probes, each answered
    };

    Nanoseconds time = kNoTime;
    Nanoseconds last_time = kNoTime;  // of those drawn together
    std::uint64_t frame = 0;
    std::uint64_t bytes = 0;  // payload
    std::uint32_t file = 0;
    std::uint32_t count = 1;
    std::uint32_t train_position = 0;  // of a probe
    std::uint16_t flags = 0;
    Kind kind = Kind::kSegment;
    Direction direction = Direction::kFromLow;

    [[nodiscard]] bool is_of_several() const { return kind >= Kind::kExchange; }
};

class LadderBook final : public ReportSink {
public:
    static constexpr std::size_t kMostSteps = 48;
    static constexpr std::size_t kMostBytes = std::size_t{32} << 20;

    // Live: connections that end without harm are forgotten at once.
    explicit LadderBook(bool live = false) : live_(live) {}

    SegmentRowId on_segment(const SegmentRow& row) override {
        if (!row.partial) add(row);
        return 0;
    }
    void on_flow(const FlowSummary& flow) override;

    void add(const SegmentRow& row);

    // In the order of time; nullptr if none were kept.
    [[nodiscard]] const std::vector<Step>* of(StreamNumber stream) const;

private:
    struct Ladder {
        std::vector<Step> steps;
        bool low_fin = false;
        bool high_fin = false;
    };

    void forget(StreamNumber stream);
    bool make_room();
    void append(std::vector<Step>& steps, const Step& step, bool full);
    static std::size_t size_of(const Ladder& ladder);

    std::unordered_map<StreamNumber, Ladder> ladders_;
    bool live_;
    std::size_t bytes_ = 0;
    unsigned adds_until_next_ = 0;
};

}  // namespace deadpeer
