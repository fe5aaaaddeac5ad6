#include "oracle/frame_labels.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "capture/open.h"
#include "core/csv_reader.h"
#include "decode/decode.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer::oracle {
namespace {

Labels label_named(const std::string& name) {
    const auto* const found = std::ranges::find(kLabelNames, name);
    if (found == kLabelNames.end()) throw std::invalid_argument("no label is called " + name);
    return static_cast<Label>(1U << (found - kLabelNames.begin()));
}

std::unique_ptr<PacketSource> opened(const std::string& path) {
    Result<std::unique_ptr<PacketSource>> source = open_capture(path);
    if (!source) throw std::runtime_error(source.error().message);
    return std::move(source.value());
}

std::set<std::uint64_t> frames_with_quotes(const std::string& path, WiresharkRelease release) {
    const std::unique_ptr<PacketSource> source = opened(path);
    const auto decoded = std::make_unique<SegmentBatch>();
    FrameBatch batch;
    std::set<std::uint64_t> frames;
    while (source->next(batch) == ReadStatus::kFrames) {
        decoded->clear();
        for (const FrameView& frame : batch.view()) decode(frame, 0, *decoded);
        for (const Notice& notice : decoded->notice_view()) {
            const bool long_enough = notice.header_quoted &&
                                     (release == WiresharkRelease::k4_6 || !notice.quote.cut_before_window);
            if (notice.is_quote() && long_enough) frames.insert(notice.frame);
        }
    }
    return frames;
}

}  // namespace

LabelsByFrame read_labels(const std::string& path) {
    io::CSVReader<3, io::trim_chars<>, io::no_quote_escape<'\t'>> reader(path);
    reader.read_header(io::ignore_no_column, "frame", "stream", "labels");
    LabelsByFrame frames;
    std::uint64_t frame = 0;
    std::string streams;
    std::string labels;
    while (reader.read_row(frame, streams, labels)) {
        FrameLabels& entry = frames[frame];
        entry.streams = streams;
        std::istringstream words(labels);
        for (std::string word; words >> word;) entry.labels |= label_named(word);
    }
    return frames;
}

Analysed analyse_capture(const std::string& path, WiresharkRelease release) {
    const std::unique_ptr<PacketSource> source = opened(path);
    AnalyzerOptions options;
    options.wireshark = release;
    options.segments = SegmentSelection::kAll;
    test::RecordingSink sink;
    test::analyse(*source, options, sink);

    Analysed analysed;
    analysed.frames_read = source->stats().frames;
    analysed.quotes = frames_with_quotes(path, release);
    for (const SegmentRow& row : sink.segments) {
        FrameLabels& entry = analysed.frames[row.segment.frame];
        entry.streams.append(entry.streams.empty() ? "" : ",").append(std::to_string(row.stream));
        entry.labels |= row.labels;
    }
    return analysed;
}

std::string to_string(std::uint64_t frame, const FrameLabels& labels) {
    std::string text = std::to_string(frame) + ' ' + labels.streams;
    for (std::size_t bit = 0; bit < kLabelNames.size(); ++bit) {
        if ((labels.labels.bits() >> bit & 1U) != 0) text.append(" ").append(kLabelNames[bit]);
    }
    return text;
}

}  // namespace deadpeer::oracle
