// "a.pcap, b.pcap and 12 more"
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "report/text/text.h"

namespace deadpeer::cli {

inline std::string name_list(const std::vector<std::string>& paths) {
    constexpr std::size_t kMost = 12;
    std::string list;
    for (std::size_t i = 0; i < paths.size() && i < kMost; ++i) {
        list += i == 0 ? "" : ", ";
        list += base_name(paths[i]);
    }
    return paths.size() <= kMost ? list : list + fmt::format(" and {} more", paths.size() - kMost);
}

}  // namespace deadpeer::cli
