#include "reading.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/catch.h"

namespace deadpeer::test {
namespace {

std::string time_text(Nanoseconds time) {
    if (time == kNoTime) return "no time";
    const char* sign = time < 0 ? "-" : "";
    const auto magnitude = static_cast<std::uint64_t>(time < 0 ? -time : time);
    return fmt::format("{}{}.{:09}", sign, magnitude / kSecond, magnitude % kSecond);
}

std::string interface_text(std::uint32_t interface) {
    if (interface == kUndeclaredInterface) return "undeclared";
    if (interface == kNotAPacket) return "no packet";
    return fmt::format("if {}", interface);
}

}  // namespace

std::string frame_line(const FrameView& frame) {
    std::string text =
        fmt::format("{}: {} of {} at {}, {}", frame.number, frame.captured_length, frame.original_length,
                    time_text(frame.time), interface_text(frame.interface));
    if (frame.link_type != kNoLinkType) text += fmt::format(", lt {}", frame.link_type);
    if (frame.fcs_bytes != 0) text += fmt::format(", fcs {}", frame.fcs_bytes);
    if (frame.rejected_by_filter) text += ", rejected";
    return text;
}

Reading read_source(PacketSource& source) {
    Reading reading;
    auto batch = std::make_unique<FrameBatch>();
    std::uint64_t captured = 0;
    while ((reading.status = source.next(*batch)) == ReadStatus::kFrames) {
        REQUIRE(batch->count > 0);
        for (const FrameView& frame : batch->view()) {
            REQUIRE(frame.number == reading.frames.size() + 1);
            captured += frame.captured_length;
            reading.frames.push_back(frame_line(frame));
            reading.data.emplace_back(reinterpret_cast<const char*>(frame.data), frame.captured_length);
            reading.times.push_back(frame.time);
        }
    }
    REQUIRE(batch->count == 0);
    REQUIRE(source.next(*batch) == reading.status);
    REQUIRE(batch->count == 0);
    reading.detail = source.status_detail();
    reading.format = source.format();
    reading.stats = source.stats();
    reading.interfaces = source.interfaces();
    REQUIRE(reading.stats.frames == reading.frames.size());
    REQUIRE(reading.stats.captured_bytes == captured);
    REQUIRE(reading.detail.empty() == (reading.status == ReadStatus::kEnd));
    return reading;
}

Reading read_path(const std::string& path, const OpenOptions& options) {
    auto source = open_capture(path, options);
    if (source) return read_source(*source.value());
    Reading reading;
    reading.error = source.error().message;
    return reading;
}

Reading read_as_file(const std::string& bytes, const OpenOptions& options) {
    const TemporaryFile file(bytes);
    return read_path(file.path(), options);
}

Reading read_as_stream(const std::string& bytes, const OpenOptions& options) {
    PipedStandardInput input;
    std::thread writer([&] {
        // The reader may stop early.
        const char* at = bytes.data();
        std::size_t left = bytes.size();
        ssize_t count = 0;
        while (left > 0 && (count = ::write(input.writer(), at, left)) > 0) {
            at += count;
            left -= static_cast<std::size_t>(count);
        }
        input.close_writer();
    });
    Reading reading = read_path("-", options);
    char rest[4096];
    while (::read(STDIN_FILENO, rest, sizeof rest) > 0) {
    }
    writer.join();
    return reading;
}

Reading read_both(const std::string& bytes, const OpenOptions& options) {
    Reading mapped = read_as_file(bytes, options);
    const Reading streamed = read_as_stream(bytes, options);
    REQUIRE(mapped.frames == streamed.frames);
    REQUIRE(mapped.data == streamed.data);
    REQUIRE(mapped.status == streamed.status);
    REQUIRE(mapped.detail == streamed.detail);
    REQUIRE(mapped.format == streamed.format);
    REQUIRE(mapped.error.empty() == streamed.error.empty());
    REQUIRE(mapped.stats.bytes_read == streamed.stats.bytes_read);
    REQUIRE(mapped.stats.dropped_by_capture == streamed.stats.dropped_by_capture);
    return mapped;
}

TemporaryFile::TemporaryFile(const std::string& bytes) {
    folder_ = (std::filesystem::temp_directory_path() / "deadpeer-capture-XXXXXX").string();
    REQUIRE(::mkdtemp(folder_.data()) != nullptr);
    path_ = folder_ + "/input";
    std::ofstream(path_, std::ios::binary) << bytes;
}

TemporaryFile::~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

PipedStandardInput::PipedStandardInput() : saved_(::dup(STDIN_FILENO)), writer_(-1) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    ::close(ends[0]);
    writer_ = ends[1];
}

PipedStandardInput::~PipedStandardInput() {
    close_writer();
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
}

void PipedStandardInput::close_writer() {
    if (writer_ >= 0) ::close(writer_);
    writer_ = -1;
}

void write_all(int descriptor, const std::string& bytes) {
    REQUIRE(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

}  // namespace deadpeer::test
