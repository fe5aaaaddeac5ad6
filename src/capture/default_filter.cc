#include "capture/default_filter.h"

#include <fmt/format.h>
#include <pcap.h>

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace deadpeer {
namespace {

constexpr LinkType kEthernet = 1;
constexpr std::uint32_t kEtherTypeAt = 12;
constexpr std::array<std::uint32_t, 3> kTags = {0x8100, 0x88A8, 0x9100};

constexpr const char* kWanted =
    "arp or tcp or icmp or (udp and (port 67 or port 68)) or (ip6 and not ip6 proto 17)";

// Follows a filter's program over all frames that have this tag where Ethernet has its type: every condition
// on anything else may turn out either way.
class TaggedWays {
public:
    TaggedWays(std::span<const bpf_insn> program, std::uint32_t tag) : program_(program), tag_(tag) {
        seen_.fill(std::vector<bool>(program.size()));
    }

    [[nodiscard]] bool pass() { return passes(0, false); }

private:
    // `is_tag`: whether the accumulator holds the tag, or something unknown. Jumps only go forward.
    bool passes(std::size_t at, bool is_tag) {
        for (; at < program_.size(); ++at) {
            if (seen_[is_tag ? 1 : 0][at]) return false;
            seen_[is_tag ? 1 : 0][at] = true;
            const bpf_insn& instruction = program_[at];
            switch (BPF_CLASS(instruction.code)) {
                case BPF_RET:
                    return BPF_RVAL(instruction.code) == BPF_A || instruction.k != 0;
                case BPF_JMP:
                    return jumps_to_pass(at, is_tag);
                case BPF_LD:
                    is_tag = instruction.code == (BPF_LD | BPF_H | BPF_ABS) && instruction.k == kEtherTypeAt;
                    break;
                case BPF_ALU:
                    is_tag = false;
                    break;
                case BPF_MISC:
                    is_tag = is_tag && BPF_MISCOP(instruction.code) == BPF_TAX;
                    break;
                default:
                    break;  // stores, and what goes into the index register
            }
        }
        return false;
    }

    bool jumps_to_pass(std::size_t at, bool is_tag) {
        const bpf_insn& jump = program_[at];
        if (BPF_OP(jump.code) == BPF_JA) return passes(at + 1 + jump.k, is_tag);
        const bool decided = is_tag && BPF_SRC(jump.code) == BPF_K;
        if ((!decided || holds(jump)) && passes(at + 1 + jump.jt, is_tag)) return true;
        return (!decided || !holds(jump)) && passes(at + 1 + jump.jf, is_tag);
    }

    [[nodiscard]] bool holds(const bpf_insn& condition) const {
        switch (BPF_OP(condition.code)) {
            case BPF_JEQ:
                return tag_ == condition.k;
            case BPF_JGT:
                return tag_ > condition.k;
            case BPF_JGE:
                return tag_ >= condition.k;
            default:
                return (tag_ & condition.k) != 0;
        }
    }

    std::span<const bpf_insn> program_;
    std::uint32_t tag_;
    std::array<std::vector<bool>, 2> seen_;
};

}  // namespace

std::string default_capture_filter(LinkType type) {
    if (type == kEthernet) return fmt::format("{0} or (vlan and ({0} or (vlan and ({0}))))", kWanted);
    // There, pcap-filter(7) has no words for what follows a tag.
    std::string filter = kWanted;
    for (const std::uint32_t tag : kTags) filter += fmt::format(" or ether proto {:#x}", tag);
    return filter;
}

bool misses_vlan_tagged(const std::string& filter) {
    constexpr int kAnyLength = 65'535;
    const std::unique_ptr<pcap_t, decltype(&::pcap_close)> handle(::pcap_open_dead(DLT_EN10MB, kAnyLength),
                                                                  &::pcap_close);
    bpf_program program = {};
    if (!handle || ::pcap_compile(handle.get(), &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
        return false;
    }
    bool pass = false;
    for (const std::uint32_t tag : kTags) {
        pass = pass || TaggedWays({program.bf_insns, program.bf_len}, tag).pass();
    }
    ::pcap_freecode(&program);
    return !pass;
}

}  // namespace deadpeer
