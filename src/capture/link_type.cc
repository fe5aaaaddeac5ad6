#include "capture/link_type.h"

#include <pcap.h>

#include <array>

namespace deadpeer {
namespace {

struct Pair {
    LinkType type;
    int dlt;
};

// Only those whose numbers differ; DLT_ values are those of this system's libpcap.
constexpr std::array kDifferent = {
    Pair{100, DLT_ATM_RFC1483}, Pair{101, DLT_RAW},  Pair{102, DLT_SLIP_BSDOS}, Pair{103, DLT_PPP_BSDOS},
    Pair{106, DLT_ATM_CLIP},    Pair{108, DLT_LOOP}, Pair{109, DLT_ENC},        Pair{246, DLT_PFSYNC},
};

}  // namespace

std::string link_type_name(LinkType type) {
    const char* name = ::pcap_datalink_val_to_name(capture::dlt_of(type));
    return name == nullptr ? std::to_string(type) : name;
}

namespace capture {

int dlt_of(LinkType type) {
    for (const Pair& pair : kDifferent) {
        if (pair.type == type) return pair.dlt;
    }
    return type;
}

LinkType link_type_of(int dlt) {
    for (const Pair& pair : kDifferent) {
        if (pair.dlt == dlt) return pair.type;
    }
    return static_cast<LinkType>(dlt);
}

}  // namespace capture
}  // namespace deadpeer
