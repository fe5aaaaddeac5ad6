// The captures of testdata, by path.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace deadpeer {

inline std::vector<std::string> captures_of_testdata() {
    std::vector<std::string> captures;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(TESTDATA_FOLDER)) {
        const std::string extension = entry.path().extension();
        if (extension == ".pcap" || extension == ".pcapng") captures.push_back(entry.path());
    }
    std::sort(captures.begin(), captures.end());
    return captures;
}

}  // namespace deadpeer
