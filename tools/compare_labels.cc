// compare_labels TSHARK.tsv SEGMENTS.csv: lists each frame whose stream or labels differ between tshark's
// fields and deadpeer's segments.csv. tools/compare_with_tshark makes both files.
//
// A frame with several TCP segments has one line in tshark's export: its streams are joined by commas, and
// a label says that one of the segments carries it. deadpeer's rows of a frame are joined alike.
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "core/csv_reader.h"
#include "deadpeer/labels.h"

namespace {

struct FrameLabels {
    std::string streams;
    std::uint32_t bits = 0;  // of deadpeer::Label

    friend bool operator==(const FrameLabels&, const FrameLabels&) = default;
};
using ByFrame = std::map<std::uint64_t, FrameLabels>;

std::string printed(std::uint32_t bits) {
    std::string text;
    for (std::size_t i = 0; i < deadpeer::kLabelNames.size(); ++i) {
        if ((bits >> i & 1U) != 0) text.append(text.empty() ? "" : " ").append(deadpeer::kLabelNames[i]);
    }
    return text.empty() ? "-" : text;
}

// Columns: frame, stream, then one for each label, not empty where the label is shown.
ByFrame read_tshark(const std::string& path) {
    constexpr unsigned kColumns = 2 + deadpeer::kLabelNames.size();
    io::CSVReader<kColumns, io::trim_chars<>, io::no_quote_escape<'\t'>> reader(path);
    reader.next_line();  // the header: tshark's names for what it was asked
    ByFrame frames;
    std::uint64_t frame = 0;
    std::string streams;
    std::array<std::string, deadpeer::kLabelNames.size()> l;
    while (reader.read_row(frame, streams, l[0], l[1], l[2], l[3], l[4], l[5], l[6], l[7], l[8], l[9], l[10],
                           l[11], l[12], l[13], l[14])) {
        FrameLabels& entry = frames[frame];
        entry.streams = streams;
        for (std::size_t i = 0; i < l.size(); ++i) entry.bits |= l[i].empty() ? 0U : 1U << i;
    }
    return frames;
}

std::uint32_t parse_labels(std::string_view text) {
    std::uint32_t bits = 0;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        for (std::size_t i = 0; i < deadpeer::kLabelNames.size(); ++i) {
            if (word == deadpeer::kLabelNames[i]) bits |= 1U << i;
        }
        text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
    }
    return bits;
}

ByFrame read_deadpeer(const std::string& path) {
    io::CSVReader<3, io::trim_chars<>, io::double_quote_escape<',', '"'>> reader(path);
    reader.read_header(io::ignore_extra_column, "frame", "stream", "wireshark_labels");
    ByFrame frames;
    std::uint64_t frame = 0;
    std::string stream;
    std::string labels;
    while (reader.read_row(frame, stream, labels)) {
        FrameLabels& entry = frames[frame];
        entry.streams.append(entry.streams.empty() ? "" : ",").append(stream);
        entry.bits |= parse_labels(labels);
    }
    return frames;
}

// Prints one side of a differing frame.
void print_side(std::string_view who, const ByFrame& frames, std::uint64_t frame) {
    const auto found = frames.find(frame);
    if (found == frames.end()) {
        fmt::print("    {:<9} no TCP segment\n", who);
    } else {
        fmt::print("    {:<9} stream {:<6} {}\n", who, found->second.streams, printed(found->second.bits));
    }
}

std::size_t print_differences(const ByFrame& tshark, const ByFrame& ours) {
    std::size_t differing = 0;
    const auto print = [&](std::uint64_t frame) {
        ++differing;
        fmt::print("frame {}\n", frame);
        print_side("tshark", tshark, frame);
        print_side("deadpeer", ours, frame);
    };
    for (const auto& [frame, labels] : tshark) {
        const auto found = ours.find(frame);
        if (found == ours.end() || found->second != labels) print(frame);
    }
    for (const auto& [frame, labels] : ours) {
        if (!tshark.contains(frame)) print(frame);
    }
    return differing;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: compare_labels TSHARK.tsv SEGMENTS.csv\n");
        return 2;
    }
    try {
        const ByFrame tshark = read_tshark(argv[1]);
        const ByFrame ours = read_deadpeer(argv[2]);
        const std::size_t differing = print_differences(tshark, ours);
        fmt::print("{} frames with TCP by tshark, {} by deadpeer; {} differ\n", tshark.size(), ours.size(),
                   differing);
        return differing == 0 ? 0 : 1;
    } catch (const io::error::base& error) {
        fmt::print(stderr, "compare_labels: {}\n", error.what());
        return 2;
    }
}
