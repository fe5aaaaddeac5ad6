#include "capture/frame_filter.h"

#include <fmt/format.h>
#include <pcap.h>

#include <array>
#include <utility>

#include "capture/file/record_parser.h"
#include "capture/link_type.h"

namespace deadpeer::capture {
namespace {

// A filter that none of these takes has a mistake in it: Ethernet, raw IP, LINUX_SLL, 802.11 radiotap.
constexpr std::array<LinkType, 4> kCommonTypes = {1, 101, 113, 127};

void free_program(bpf_program* program) {
    ::pcap_freecode(program);
    delete program;
}

}  // namespace

FrameFilter::Program FrameFilter::compile_for(LinkType type, std::string& why_not) const {
    const std::unique_ptr<pcap_t, decltype(&::pcap_close)> handle(
        ::pcap_open_dead(dlt_of(type), static_cast<int>(kMaxCapturedLength)), &::pcap_close);
    if (!handle) {
        why_not = "out of memory";
        return nullptr;
    }
    auto code = std::make_unique<bpf_program>();
    if (::pcap_compile(handle.get(), code.get(), expression_.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
        why_not = ::pcap_geterr(handle.get());
        return nullptr;
    }
    return {code.release(), free_program};
}

void FrameFilter::compile(std::span<const LinkType> types) {
    for (const LinkType type : types) {
        std::string reason;
        if (Program program = compile_for(type, reason)) programs_[type] = std::move(program);
    }
}

Status FrameFilter::check(LinkType first) {
    if (!active()) return success();
    const std::span<const LinkType> types =
        first == kNoLinkType ? std::span<const LinkType>(kCommonTypes) : std::span(&std::as_const(first), 1);
    std::string first_reason;
    for (const LinkType type : types) {
        if (programs_.contains(type)) return success();
        std::string reason;
        if (Program program = compile_for(type, reason)) {
            programs_[type] = std::move(program);
            return success();
        }
        if (first_reason.empty()) first_reason = reason;
    }
    return Error{
        fmt::format("the filter \"{}\" cannot be used: {}; see pcap-filter(7)", expression_, first_reason)};
}

const bpf_program* FrameFilter::program_for(LinkType type) {
    const auto [known, fresh] = programs_.try_emplace(type);
    std::string reason;
    if (fresh && type != kNoLinkType) known->second = compile_for(type, reason);
    return known->second.get();
}

void FrameFilter::judge(FrameBatch& batch) {
    LinkType type = kNoLinkType;
    const bpf_program* program = nullptr;
    bool known = false;
    for (std::size_t i = 0; i < batch.count; ++i) {
        FrameView& frame = batch.frames[i];
        if (!known || frame.link_type != type) {
            type = frame.link_type;
            program = program_for(type);
            known = true;
        }
        pcap_pkthdr header = {};
        header.caplen = frame.captured_length;
        header.len = frame.original_length;
        frame.rejected_by_filter =
            program == nullptr || ::pcap_offline_filter(program, &header, frame.data) == 0;
    }
}

}  // namespace deadpeer::capture
