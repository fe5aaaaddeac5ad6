// Reading: all that a source said, kept beyond its life, with frames as short lines of text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capture/open.h"

namespace deadpeer::test {

struct Reading {
    std::string error;                // open_capture's; then all else is empty
    std::vector<std::string> frames;  // "1: 60 of 60 at 1600000000.123456000, if 0, lt 1"
    std::vector<std::string> data;    // their bytes
    std::vector<Nanoseconds> times;
    ReadStatus status = ReadStatus::kFrames;
    std::string detail;
    std::string format;
    SourceStats stats;
    std::vector<InterfaceInfo> interfaces;
};

// "1: 60 of 60 at 1600000000.123456000, if 0, lt 1"
std::string frame_line(const FrameView& frame);

// Reads to the end, and checks what holds for every source: numbers count up, counters are the sums, an end
// is an end however often it is asked.
Reading read_source(PacketSource& source);
Reading read_path(const std::string& path, const OpenOptions& options = {});

// The same bytes through each of the two providers: a file, which is mapped, and standard input as a pipe.
Reading read_as_file(const std::string& bytes, const OpenOptions& options = {});
Reading read_as_stream(const std::string& bytes, const OpenOptions& options = {});

// Both, which must say the same.
Reading read_both(const std::string& bytes, const OpenOptions& options = {});

// A file in a folder of its own; both go with this object.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& bytes);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& folder() const { return folder_; }

private:
    std::string folder_;
    std::string path_;
};

// While it lives, standard input is a pipe whose other end is `writer()`.
class PipedStandardInput {
public:
    PipedStandardInput();
    ~PipedStandardInput();
    PipedStandardInput(const PipedStandardInput&) = delete;
    PipedStandardInput& operator=(const PipedStandardInput&) = delete;

    [[nodiscard]] int writer() const { return writer_; }
    void close_writer();

private:
    int saved_;
    int writer_;
};

// Writes all of it, or fails the test.
void write_all(int descriptor, const std::string& bytes);

}  // namespace deadpeer::test
