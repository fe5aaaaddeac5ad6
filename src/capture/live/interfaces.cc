#include "capture/live/interfaces.h"

#include <fmt/format.h>
#include <pcap.h>

#include <array>
#include <memory>

namespace deadpeer {
namespace {

std::string flags_text(bpf_u_int32 flags) {
    std::string text;
    const auto add = [&](bpf_u_int32 flag, const char* word) {
        if ((flags & flag) == 0) return;
        text += text.empty() ? "" : ", ";
        text += word;
    };
    add(PCAP_IF_UP, "up");
    add(PCAP_IF_RUNNING, "running");
    add(PCAP_IF_LOOPBACK, "loopback");
    add(PCAP_IF_WIRELESS, "wireless");
    return text;
}

}  // namespace

Result<std::vector<std::string>> list_interfaces() {
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    pcap_if_t* found = nullptr;
    if (pcap_findalldevs(&found, reason.data()) != 0) {
        return Error{fmt::format("cannot list the interfaces: {}", reason.data())};
    }
    const std::unique_ptr<pcap_if_t, decltype(&pcap_freealldevs)> interfaces(found, pcap_freealldevs);
    std::vector<std::string> list;
    for (const pcap_if_t* interface = found; interface != nullptr; interface = interface->next) {
        std::string& line = list.emplace_back(fmt::format("{}. {}", list.size() + 1, interface->name));
        if (interface->description != nullptr) line += fmt::format(" ({})", interface->description);
        line += fmt::format(" [{}]", flags_text(interface->flags));
    }
    if (list.empty()) return Error{"no interface can be captured from; that takes more rights, try sudo"};
    return list;
}

std::string libpcap_version() {
    return pcap_lib_version();
}

}  // namespace deadpeer
