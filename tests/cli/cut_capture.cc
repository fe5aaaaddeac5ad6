#include "cli/cut_capture.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace deadpeer {
namespace {

constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;

struct Pieces {
    std::string header;                // before the first record
    std::vector<std::string> records;  // of pcapng with what else stands before each
};

std::uint32_t word(const std::string& bytes, std::size_t at, bool big) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return big ? __builtin_bswap32(value) : value;
}

Pieces pieces_of_pcap(const std::string& file) {
    const bool big = static_cast<unsigned char>(file[0]) == 0xA1;
    Pieces pieces{file.substr(0, kFileHeader), {}};
    std::size_t at = kFileHeader;
    while (at + kRecordHeader <= file.size()) {
        const std::size_t size = kRecordHeader + word(file, at + 8, big);
        pieces.records.push_back(file.substr(at, size));
        at += size;
    }
    if (at < file.size()) pieces.records.back() += file.substr(at);
    return pieces;
}

// Little-endian, one section whose interfaces come first.
Pieces pieces_of_pcapng(const std::string& file) {
    constexpr std::uint32_t kSection = 0x0A0D0D0A;
    constexpr std::uint32_t kInterface = 1;
    Pieces pieces;
    for (std::size_t at = 0; at < file.size();) {
        const std::uint32_t type = word(file, at, false);
        const std::string block = file.substr(at, word(file, at + 4, false));
        at += block.size();
        if (type == kSection || type == kInterface) {
            pieces.header += block;
        } else {
            pieces.records.push_back(block);
        }
    }
    return pieces;
}

Pieces pieces_of(const std::string& file) {
    return file[0] == '\n' ? pieces_of_pcapng(file) : pieces_of_pcap(file);
}

}  // namespace

std::vector<std::string> cut_capture(const std::string& file, const std::vector<std::size_t>& points) {
    const Pieces pieces = pieces_of(file);
    std::vector<std::string> files(points.size() + 1, pieces.header);
    for (std::size_t i = 0; i < pieces.records.size(); ++i) {
        const auto part = std::ranges::upper_bound(points, i) - points.begin();
        files[static_cast<std::size_t>(part)] += pieces.records[i];
    }
    return files;
}

std::size_t records_in(const std::string& file) {
    return pieces_of(file).records.size();
}

}  // namespace deadpeer
