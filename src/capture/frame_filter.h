// FrameFilter: a capture filter of pcap-filter(7), for frames of any mixture of link types.
//
// What:    libpcap's BPF, compiled once for each link type when its first frame comes, or beforehand. Where
//          the filter makes no sense for a link type ("ether host" on raw IP) it rejects all frames of that
//          type.
// Copies:  share what is compiled by then.
// Threads: one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "deadpeer/frame.h"
#include "deadpeer/result.h"

struct bpf_program;

namespace deadpeer::capture {

class FrameFilter {
public:
    // An empty expression gives a filter that is not active.
    FrameFilter() = default;
    explicit FrameFilter(std::string expression) : expression_(std::move(expression)) {}

    // For those of these link types for which it makes sense: now, while names of hosts and services in it
    // can be looked up.
    void compile(std::span<const LinkType> types);

    // Is it a filter for `first`, or for any common link type if that is kNoLinkType? The Error has libpcap's
    // words.
    Status check(LinkType first);

    [[nodiscard]] bool active() const { return !expression_.empty(); }

    // Sets rejected_by_filter on the frames.
    void judge(FrameBatch& batch);

private:
    using Program = std::shared_ptr<const bpf_program>;

    [[nodiscard]] Program compile_for(LinkType type, std::string& why_not) const;
    const bpf_program* program_for(LinkType type);

    std::string expression_;
    std::map<LinkType, Program> programs_;  // null: rejects all
};

}  // namespace deadpeer::capture
