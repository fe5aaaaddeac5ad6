#include "decode/pcap_frames.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <stdexcept>

namespace deadpeer {

std::vector<TestFrame> frames_of(const std::filesystem::path& path) {
    char error[PCAP_ERRBUF_SIZE] = "";
    const std::unique_ptr<pcap_t, decltype(&pcap_close)> file(pcap_open_offline(path.c_str(), error),
                                                              pcap_close);
    if (!file) throw std::runtime_error(path.string() + ": " + error);
    // On Linux the DLT_ and LINKTYPE_ numbers of all we decode are equal, but for RAW, of which the decoder
    // knows both.
    const auto link_type = static_cast<LinkType>(pcap_datalink(file.get()));
    std::vector<TestFrame> frames;
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    while (pcap_next_ex(file.get(), &header, &bytes) == 1) {
        frames.push_back({Bytes(bytes, bytes + header->caplen), link_type, header->len});
    }
    return frames;
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace deadpeer
