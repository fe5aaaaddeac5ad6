#include "capture/live/live_handle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "capture/file/record_parser.h"
#include "capture/link_type.h"
#include "capture/live/default_filter.h"

namespace deadpeer::capture {
namespace {

constexpr const char* kAny = "any";  // libpcap's name for all interfaces together

Error not_opened(const std::string& name, int code, pcap_t* handle, bool waits) {
    switch (code) {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            return {fmt::format("there is no interface {}; deadpeer -D lists those that there are, {}", name,
                                waits ? "and this one is waited for" : "--wait-for-interface waits for it")};
        case PCAP_ERROR_PERM_DENIED:
        case PCAP_ERROR_PROMISC_PERM_DENIED:
            return {
                fmt::format("no permission to capture from {}; use sudo, or let the program capture for "
                            "everybody who may run it: sudo setcap cap_net_raw+ep \"$(command -v deadpeer)\"",
                            name)};
        case PCAP_ERROR_IFACE_NOT_UP:
            return {fmt::format("the interface {0} is down; bring it up (sudo ip link set {0} up){1}", name,
                                waits ? ": it is waited for" : ", or wait for it with --wait-for-interface")};
        default:
            return {fmt::format("cannot capture from {}: {} ({}); deadpeer -D lists the interfaces", name,
                                ::pcap_geterr(handle), ::pcap_statustostr(code))};
    }
}

std::string joined(const std::vector<std::string>& words) {
    return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

Status choose_time_stamps(pcap_t* handle, const std::string& name, const std::string& wanted) {
    // Where the interface has no nanoseconds this fails, and microseconds it is.
    std::ignore = ::pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
    if (wanted.empty()) return success();
    const int type = ::pcap_tstamp_type_name_to_val(wanted.c_str());
    if (type == PCAP_TSTAMP_ADAPTER_UNSYNCED) {
        return Error{
            "time stamps of type adapter_unsynced do not go with the system's clock, which deadlines need; "
            "choose another --time-stamp-type"};
    }
    if (type >= 0 && ::pcap_set_tstamp_type(handle, type) == 0) return success();
    int* types = nullptr;
    const int count = ::pcap_list_tstamp_types(handle, &types);
    std::vector<std::string> offered;
    for (int i = 0; i < count; ++i) {
        const char* word = ::pcap_tstamp_type_val_to_name(types[i]);
        if (word != nullptr && types[i] != PCAP_TSTAMP_ADAPTER_UNSYNCED) offered.emplace_back(word);
    }
    ::pcap_free_tstamp_types(types);
    return Error{fmt::format("{} has no time stamps of type {}; --time-stamp-type may be one of these: {}",
                             name, wanted, joined(offered))};
}

Status choose_link_type(pcap_t* handle, const std::string& name, const std::string& wanted) {
    if (wanted.empty()) {
        // Its frames name their link. Where there is none of it, the older one does.
        if (name == kAny) std::ignore = ::pcap_set_datalink(handle, DLT_LINUX_SLL2);
        return success();
    }
    const int dlt = ::pcap_datalink_name_to_val(wanted.c_str());
    if (dlt >= 0 && ::pcap_set_datalink(handle, dlt) == 0) return success();
    int* types = nullptr;
    const int count = ::pcap_list_datalinks(handle, &types);
    std::vector<std::string> offered;
    offered.reserve(static_cast<std::size_t>(std::max(count, 0)));
    for (int i = 0; i < count; ++i) offered.push_back(link_type_name(link_type_of(types[i])));
    ::pcap_free_datalinks(types);
    return Error{
        fmt::format("{} has no link type {}; -y may be one of these: {}", name, wanted, joined(offered))};
}

Status set_filter(pcap_t* handle, const std::string& name, const std::string& wanted) {
    const LinkType type = link_type_of(::pcap_datalink(handle));
    const std::string expression = wanted.empty() ? default_capture_filter(type) : wanted;
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    bpf_u_int32 net = 0;
    bpf_u_int32 mask = PCAP_NETMASK_UNKNOWN;  // for "ip broadcast"
    if (::pcap_lookupnet(name.c_str(), &net, &mask, reason.data()) != 0) mask = PCAP_NETMASK_UNKNOWN;
    bpf_program program = {};
    bool done = ::pcap_compile(handle, &program, expression.c_str(), 1, mask) == 0;
    if (done) {
        done = ::pcap_setfilter(handle, &program) == 0;
        ::pcap_freecode(&program);
    }
    if (done) return success();
    if (wanted.empty()) {
        return Error{
            fmt::format("{} has frames of link type {}, for which there is no filter that keeps what is "
                        "looked at: {}; try "
                        "another link type (-y), a filter of your own (-f), or a network interface that "
                        "deadpeer -D lists",
                        name, link_type_name(type), ::pcap_geterr(handle))};
    }
    return Error{fmt::format("the filter \"{}\" cannot be used on {}: {}; see pcap-filter(7)", expression,
                             name, ::pcap_geterr(handle))};
}

// How the kernel hands out what it captured.
struct Delivery {
    int block_timeout_ms;
    bool frame_by_frame;
};

// The kernel closes a block of frames when it is full, or after a time: a few frames a second would fill the
// ring with nearly empty blocks while nobody reads. So blocks are kept open for as long as events allow, and
// in a ring of few blocks each frame gets a place of its own instead, if that is not much larger than it.
Delivery delivery_for(std::size_t buffer_bytes, std::uint32_t snap_length) {
    constexpr std::size_t kBlockBytes = std::size_t{256} << 10;  // of libpcap
    constexpr std::size_t kLongestLagMs = 12'000;
    constexpr std::size_t kShortestBlockTimeoutMs = 100;
    constexpr std::uint32_t kSmallFrame = 2048;
    const std::size_t blocks = std::max<std::size_t>(buffer_bytes / kBlockBytes, 1);
    const std::size_t timeout =
        std::clamp<std::size_t>(kLongestLagMs / blocks, kShortestBlockTimeoutMs, kLongestBlockTimeoutMs);
    return {static_cast<int>(timeout),
            blocks * timeout < kLongestLagMs * 9 / 10 && snap_length <= kSmallFrame};
}

Status configure(pcap_t* handle, const std::string& name, const LiveOptions& options) {
    const std::uint32_t snap = options.snap_length == 0
                                   ? kMaxCapturedLength
                                   : std::min<std::uint32_t>(options.snap_length, kMaxCapturedLength);
    constexpr std::size_t kLargest = 0x7FFFFFFF;
    const Delivery delivery = delivery_for(options.buffer_bytes, snap);
    const bool set =
        ::pcap_set_snaplen(handle, static_cast<int>(snap)) == 0 &&
        ::pcap_set_promisc(handle, options.promiscuous && name != kAny ? 1 : 0) == 0 &&
        ::pcap_set_timeout(handle, delivery.block_timeout_ms) == 0 &&
        ::pcap_set_immediate_mode(handle, delivery.frame_by_frame ? 1 : 0) == 0 &&
        ::pcap_set_buffer_size(handle, static_cast<int>(std::min(options.buffer_bytes, kLargest))) == 0;
    if (!set) return Error{fmt::format("cannot capture from {}: {}", name, ::pcap_geterr(handle))};
    return choose_time_stamps(handle, name, options.time_stamp_type);
}

// `may_come` tells whether the interface may yet become one that can be captured from: it is not there, or
// down.
Result<OpenedInterface> open_interface(const std::string& name, const LiveOptions& options, bool& may_come) {
    may_come = false;
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    OpenedInterface opened;
    opened.handle.reset(::pcap_create(name.c_str(), reason.data()));
    pcap_t* handle = opened.handle.get();
    if (handle == nullptr) return Error{fmt::format("cannot capture from {}: {}", name, reason.data())};
    if (const Status set = configure(handle, name, options); !set) return set.error();

    const int code = ::pcap_activate(handle);
    if (code < 0) {
        may_come = code == PCAP_ERROR_NO_SUCH_DEVICE || code == PCAP_ERROR_IFACE_NOT_UP;
        return not_opened(name, code, handle, options.wait_for_interface);
    }
    if (code > 0) {
        const std::string detail = ::pcap_geterr(handle);
        opened.warnings.push_back(
            fmt::format("{}: {}", name, detail.empty() ? ::pcap_statustostr(code) : detail));
    }
    if (const Status set = choose_link_type(handle, name, options.link_type); !set) return set.error();
    if (const Status set = set_filter(handle, name, options.filter); !set) return set.error();
    if (::pcap_setnonblock(handle, 1, reason.data()) != 0) {
        return Error{fmt::format("cannot capture from {} without waiting: {}", name, reason.data())};
    }
    return opened;
}

Status check_names(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto here = names.begin() + static_cast<std::ptrdiff_t>(i);
        const bool again = std::find(names.begin(), here, names[i]) != here;
        if (again || (names[i] == kAny && names.size() > 1)) {
            return Error{
                fmt::format("{} would capture the same frames twice; name each interface once, or any alone",
                            again ? "-i " + names[i] : "any beside other interfaces")};
        }
    }
    return success();
}

Result<OpenedInterface> open_or_wait(const std::string& name, const LiveOptions& options) {
    constexpr int kPauseMs = 200;
    for (bool told = false;;) {
        bool may_come = false;
        Result<OpenedInterface> opened = open_interface(name, options, may_come);
        if (opened || !may_come || !options.wait_for_interface) return opened;
        if (options.keep_waiting && !options.keep_waiting()) return opened;
        if (!told && options.waiting_for) options.waiting_for(opened.error().message);
        told = true;
        ::poll(nullptr, 0, kPauseMs);
    }
}

}  // namespace

Result<std::vector<OpenedInterface>> open_interfaces(const LiveOptions& options) {
    if (const Status names = check_names(options.interfaces); !names) return names.error();
    std::vector<OpenedInterface> opened;
    for (const std::string& name : options.interfaces) {
        auto one = open_or_wait(name, options);
        if (!one) return one.error();
        opened.push_back(std::move(one).value());
    }
    return opened;
}

}  // namespace deadpeer::capture
