// Opens a capture file, a pipe or standard input as deadpeer/capture.h does, with what a program needs more.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "capture/file/pcapng_names.h"
#include "capture/file/unpacking_memory.h"
#include "capture/frame_filter.h"
#include "deadpeer/capture.h"
#include "deadpeer/result.h"
#include "deadpeer/source.h"

namespace deadpeer {

namespace capture {
struct SlimBeginning;
}  // namespace capture

struct OpenOptions {
    // A capture filter in pcap-filter(7) syntax; frames it rejects come with rejected_by_filter set.
    capture::FrameFilter filter;

    // Asked several times a second, and after signals, while a pipe is silent. When it says false, next()
    // returns kIdle, and open_capture itself gives a source that has nothing. Without it a pipe is waited
    // for without end.
    std::function<bool()> keep_waiting;

    // Waits until the descriptor of a pipe can be read; false: it gave up, and next() returns kIdle. Without
    // it keep_waiting decides.
    std::function<bool(int descriptor)> wait = {};

    // Of all that are open at once.
    std::shared_ptr<capture::UnpackingMemory> unpacking = std::make_shared<capture::UnpackingMemory>();

    // Is told the names of hosts that a pcapng file holds, as they are met, on the thread that reads.
    capture::NameListener on_name = {};

    // What open_input() gave for this path, where that was called before: it is the source's from now on.
    std::optional<int> descriptor = {};
};

// Opens the file and looks at nothing in it: for a program that gives up rights before it reads. The
// descriptor belongs to the caller, but for that of "-".
Result<int> open_input(const std::string& path);

Result<std::unique_ptr<PacketSource>> open_capture(const std::string& path, const OpenOptions& options);

// Of what capture a slim file was made that open_capture() opened; null: it is none. As long as the source.
const capture::SlimBeginning* original_of(const PacketSource& source);

// Is it something else than a capture, or empty? False also if it cannot be read. For a file that may have
// come along with captures by chance.
bool holds_no_capture(const std::string& path, const OpenOptions& options);

}  // namespace deadpeer
