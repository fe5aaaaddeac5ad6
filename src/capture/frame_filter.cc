#include "capture/frame_filter.h"

#include <fmt/format.h>
#include <pcap.h>

#include <array>
#include <utility>

#include "capture/link_type.h"
#include "capture/record_parser.h"

namespace deadpeer::capture {
namespace {

// A filter that none of these takes has a mistake in it: Ethernet, raw IP, LINUX_SLL, 802.11 radiotap.
constexpr std::array<LinkType, 4> kCommonTypes = {1, 101, 113, 127};

}  // namespace

void FrameFilter::FreeProgram::operator()(bpf_program* program) const {
    ::pcap_freecode(program);
    delete program;
}

FrameFilter::Program FrameFilter::compile_for(const std::string& expression, LinkType type,
                                              std::string& why_not) {
    const std::unique_ptr<pcap_t, decltype(&::pcap_close)> handle(
        ::pcap_open_dead(dlt_of(type), static_cast<int>(kMaxCapturedLength)), &::pcap_close);
    if (!handle) {
        why_not = "out of memory";
        return nullptr;
    }
    auto code = std::make_unique<bpf_program>();
    if (::pcap_compile(handle.get(), code.get(), expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
        why_not = ::pcap_geterr(handle.get());
        return nullptr;
    }
    return Program(code.release());
}

Result<FrameFilter> FrameFilter::compile(const std::string& expression, LinkType first) {
    FrameFilter filter;
    filter.expression_ = expression;
    if (expression.empty()) return filter;

    std::string first_reason;
    for (const LinkType type : kCommonTypes) {
        std::string reason;
        const LinkType wanted = first == kNoLinkType ? type : first;
        Program program = compile_for(expression, wanted, reason);
        if (program) {
            filter.programs_.push_back({wanted, std::move(program)});
            return filter;
        }
        if (first_reason.empty()) first_reason = reason;
        if (first != kNoLinkType) break;
    }
    return Error{
        fmt::format("the filter \"{}\" cannot be used: {}; see pcap-filter(7)", expression, first_reason)};
}

const bpf_program* FrameFilter::program_for(LinkType type) {
    for (const Entry& entry : programs_) {
        if (entry.type == type) return entry.program.get();
    }
    std::string reason;
    programs_.push_back({type, type == kNoLinkType ? nullptr : compile_for(expression_, type, reason)});
    return programs_.back().program.get();
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
