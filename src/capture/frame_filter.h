// FrameFilter: a capture filter of pcap-filter(7), for frames of any mixture of link types.
//
// What:    libpcap's BPF, compiled once for each link type when its first frame comes. Where the filter
//          makes no sense for a link type ("ether host" on raw IP) it rejects all frames of that type.
// Threads: one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "deadpeer/frame.h"
#include "deadpeer/result.h"

struct bpf_program;

namespace deadpeer::capture {

class FrameFilter {
public:
    FrameFilter() = default;

    // Compiles for `first`, or for any common link type if that is kNoLinkType; the Error has libpcap's
    // words. An empty expression gives a filter that is not active.
    static Result<FrameFilter> compile(const std::string& expression, LinkType first);

    [[nodiscard]] bool active() const { return !expression_.empty(); }

    // Sets rejected_by_filter on the frames.
    void judge(FrameBatch& batch);

private:
    struct FreeProgram {
        void operator()(bpf_program* program) const;
    };
    using Program = std::unique_ptr<bpf_program, FreeProgram>;
    struct Entry {
        LinkType type;
        Program program;  // null: rejects all
    };

    static Program compile_for(const std::string& expression, LinkType type, std::string& why_not);
    const bpf_program* program_for(LinkType type);

    std::string expression_;
    std::vector<Entry> programs_;
};

}  // namespace deadpeer::capture
