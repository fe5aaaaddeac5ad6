#include "report/text/link_type_text.h"

#include <string_view>

namespace deadpeer {
namespace {

struct NamedLinkType {
    LinkType type;
    std::string_view name;
};

constexpr NamedLinkType kNames[] = {
    {0, "NULL"},
    {1, "ETHERNET"},
    {6, "IEEE802_5"},
    {7, "ARCNET_BSD"},
    {8, "SLIP"},
    {9, "PPP"},
    {10, "FDDI"},
    {50, "PPP_HDLC"},
    {51, "PPP_ETHER"},
    {100, "ATM_RFC1483"},
    {101, "RAW"},
    {104, "C_HDLC"},
    {105, "IEEE802_11"},
    {107, "FRELAY"},
    {108, "LOOP"},
    {109, "ENC"},
    {113, "LINUX_SLL"},
    {117, "PFLOG"},
    {119, "IEEE802_11_PRISM"},
    {122, "IP_OVER_FC"},
    {123, "SUNATM"},
    {127, "IEEE802_11_RADIOTAP"},
    {129, "ARCNET_LINUX"},
    {138, "APPLE_IP_OVER_IEEE1394"},
    {163, "IEEE802_11_AVS"},
    {166, "PPP_PPPD"},
    {178, "JUNIPER_ETHER"},
    {187, "BLUETOOTH_HCI_H4"},
    {189, "USB_LINUX"},
    {192, "PPI"},
    {195, "IEEE802_15_4_WITHFCS"},
    {197, "ERF"},
    {220, "USB_LINUX_MMAPPED"},
    {226, "IPNET"},
    {228, "IPV4"},
    {229, "IPV6"},
    {239, "NFLOG"},
    {249, "USBPCAP"},
    {252, "WIRESHARK_UPPER_PDU"},
    {253, "NETLINK"},
    {276, "LINUX_SLL2"},
};

}  // namespace

std::string link_type_text(LinkType type) {
    for (const NamedLinkType& named : kNames) {
        if (named.type == type) return std::string(named.name);
    }
    return std::to_string(type);
}

}  // namespace deadpeer
