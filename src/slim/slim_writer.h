// SlimWriter: a capture as a slim file (format: capture/file/slim_record.h), from its first frame to its end.
//
//     SlimWriter writer(output, {"trace.pcap", size}, level);
//     ... for each batch: writer.add(batch.view(), source.interfaces());
//     writer.finish(source, outcome, exit_code);
//
// Lifetime: the Output must outlive it.
// Threads:  one thread at a time.
// Errors:   the Output keeps its errno.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "capture/file/slim_record.h"
#include "deadpeer/frame.h"
#include "deadpeer/source.h"
#include "report/storage/output.h"
#include "slim/frame_cut.h"
#include "slim/zstd_output.h"

namespace deadpeer {

class SlimWriter {
public:
    SlimWriter(Output& output, const capture::SlimBeginning& original, int level);

    void add(std::span<const FrameView> frames, const std::vector<InterfaceInfo>& interfaces);
    // `source` has ended so; everything is written to the Output then.
    void finish(const PacketSource& source, ReadStatus status, std::uint64_t exit_code);

    [[nodiscard]] std::uint64_t frames() const { return frames_; }
    [[nodiscard]] std::uint64_t bytes_written() const { return compressed_.bytes_written(); }

private:
    void add(const FrameView& frame, const std::vector<InterfaceInfo>& interfaces);
    void put(const FrameView& cut);
    void declare(const std::vector<InterfaceInfo>& interfaces, std::size_t up_to, const FrameView* first);

    ZstdOutput compressed_;
    FrameCut cut_;
    capture::SlimEnd end_;
    std::uint64_t frames_ = 0;
    std::vector<std::int64_t> offsets_;  // of the interfaces that were declared, in seconds
};

}  // namespace deadpeer
