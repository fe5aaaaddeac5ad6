// PcapngContent: what the blocks of a pcapng file say, put together.
//
// What:   holds the interfaces of the section, the frame count and the counters; turns packet blocks into
//         frames. It knows nothing of where blocks lie in the file.
// Errors: take() answers false for a block that cannot be right; problem() says why.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "capture/file/pcapng_names.h"
#include "capture/file/pcapng_time.h"
#include "capture/file/slim_record.h"
#include "core/pcapng_block.h"
#include "deadpeer/frame.h"
#include "deadpeer/source.h"

namespace deadpeer::capture {

// The reason why a section of that version cannot be read, or an empty text.
std::string version_problem(unsigned major, unsigned minor);

class PcapngContent {
public:
    explicit PcapngContent(NameListener on_name) : on_name_(std::move(on_name)) {}

    // REQUIRES: the body has at least smallest_body() bytes; the batch has room.
    template <bool kSwapped>
    bool take(const pcapng::Block& block, FrameBatch& batch);

    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const { return infos_; }
    void write_counters(SourceStats& stats) const;
    void count_skipped_block() { ++blocks_skipped_; }
    // What a slim file said last; null: nothing yet.
    [[nodiscard]] const SlimEnd* slim_end() const { return slim_end_ ? &*slim_end_ : nullptr; }

private:
    struct Interface {
        TimeScale scale;
        std::uint32_t snap_length = 0;  // 0: unlimited
        LinkType link_type = kNoLinkType;
        std::uint8_t fcs_bytes = 0;
        bool has_statistics = false;
        std::uint64_t dropped = 0;
    };

    template <bool kSwapped>
    bool begin_section(const pcapng::Block& block);
    template <bool kSwapped>
    bool declare_interface(const pcapng::Block& block);
    template <bool kSwapped>
    bool take_packet(const pcapng::Block& block, FrameBatch& batch);
    template <bool kSwapped>
    bool take_simple_packet(const pcapng::Block& block, FrameBatch& batch);
    template <bool kSwapped>
    void take_packet_options(std::span<const std::uint8_t> bytes, Interface& interface, FrameView& frame);
    template <bool kSwapped>
    void take_statistics(const pcapng::Block& block);
    template <bool kSwapped>
    void take_custom(const pcapng::Block& block, FrameBatch& batch);
    bool take_slim(const pcapng::Block& block);
    void take_other_record(std::span<const std::uint8_t> bytes, FrameBatch& batch);

    FrameView& add_frame(FrameBatch& batch, const std::uint8_t* data, std::uint32_t captured,
                         std::uint32_t original);
    void on_interface(FrameView& frame, std::uint32_t id);
    bool refuse(std::string problem);

    const NameListener on_name_;
    std::vector<Interface> section_;  // interfaces of the current section, by their number in it
    std::vector<InterfaceInfo> infos_;
    std::string problem_;
    std::uint64_t frames_ = 0;
    std::uint64_t original_shorter_ = 0;
    std::uint64_t beyond_snap_length_ = 0;
    std::uint64_t unusable_time_ = 0;
    std::uint64_t blocks_skipped_ = 0;
    std::uint64_t dropped_ = 0;
    bool drops_are_reported_ = false;
    bool slim_begun_ = false;
    std::optional<SlimEnd> slim_end_;
};

}  // namespace deadpeer::capture
