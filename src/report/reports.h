// The reports there are, and the formats that they are written in.
//
// Threads: constants.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deadpeer {

enum class Report : std::uint8_t { kCapture, kSegments, kFlows, kEvents, kHosts, kIncidents };

struct ReportInfo {
    std::string_view name;
    std::string_view meaning;
};

// By Report.
inline constexpr std::array<ReportInfo, 6> kReports = {{
    {"capture", "One row per input file or interface."},
    {"segments", "One row per segment, in frame order."},
    {"flows", "One row per TCP connection, in stream order."},
    {"events", "One row per event, in time order."},
    {"hosts", "One row per address that took part in a TCP connection."},
    {"incidents", "One row per cause with all its events and connections, the worst first."},
}};

constexpr std::size_t index(Report report) {
    return static_cast<std::size_t>(report);
}

// Some of them, by index().
using ReportSet = std::bitset<kReports.size()>;

// Books hold all reports in one file.
enum class Format : std::uint8_t { kCsv, kJsonLines, kSqlite, kXlsx };

struct FormatInfo {
    std::string_view name;    // for --format
    std::string_view ending;  // of the file's name
    bool is_book;
};

// By Format.
inline constexpr std::array<FormatInfo, 4> kFormats = {{{"csv", ".csv", false},
                                                        {"jsonl", ".jsonl", false},
                                                        {"sqlite", ".sqlite", true},
                                                        {"xlsx", ".xlsx", true}}};

constexpr const FormatInfo& info(Format format) {
    return kFormats[static_cast<std::size_t>(format)];
}

inline std::string file_name(Report report, Format format = Format::kCsv) {
    const std::string_view name = info(format).is_book ? "deadpeer" : kReports[index(report)].name;
    return std::string(name).append(info(format).ending);
}

// Every name that a report's file can have; those of events are the last.
std::vector<std::string> file_names();

constexpr std::optional<Report> report_named(std::string_view name) {
    for (std::size_t i = 0; i < kReports.size(); ++i) {
        if (kReports[i].name == name) return static_cast<Report>(i);
    }
    return std::nullopt;
}

// Every report with its columns and their meaning, as Markdown.
std::string columns_as_markdown();

}  // namespace deadpeer
