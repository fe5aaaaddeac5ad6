#include "cli/reports_of_run.h"

#include <algorithm>
#include <array>
#include <regex>
#include <set>

#include "report/rfc4180.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

bool depends_on_files(const std::string& column) {
    static const std::set<std::string> kColumns = {"file",           "frame",         "first_frame",
                                                   "last_frame",     "verdict_frame", "answered_by_frame",
                                                   "evidence_frames"};
    return kColumns.contains(column);
}

// Of a connection that goes on from one input to the next it is not told in which of them a frame is, so that
// segments.csv may hold more rows for evidence than needed.
bool is_only_evidence(const CsvRow& header, const CsvRow& row) {
    const auto kind = std::find(header.begin(), header.end(), "kind");
    if (kind == header.end() || &row == &header) return false;
    const std::string& text = row[static_cast<std::size_t>(kind - header.begin())];
    return !text.starts_with("keepalive") && !text.starts_with("zero_window");
}

std::string without_frames(const std::string& report) {
    static const std::regex kNumbers("frames? [0-9]+(( to |, | and )[0-9]+)*");
    const auto rows = read_rfc4180(report);
    REQUIRE(rows.has_value());
    std::string text;
    for (const CsvRow& row : *rows) {
        if (is_only_evidence(rows->front(), row)) continue;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string& column = rows->front()[i];
            if (depends_on_files(column)) continue;
            text += column == "explanation" ? std::regex_replace(row[i], kNumbers, "frame") : row[i];
            text += '|';
        }
        text += '\n';
    }
    return text;
}

}  // namespace

std::string reports_without_frames(const std::vector<std::string>& arguments) {
    const TemporaryFolder folder;
    std::vector<std::string> all = {"-q", "-o", folder.file("report")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Finished run = run_program(all);
    std::string text;
    for (const char* name : {"segments.csv", "flows.csv", "events.csv", "hosts.csv", "incidents.csv"}) {
        text += without_frames(content_of(folder.path() / "report" / name));
    }
    return text + std::to_string(run.code) + "\n";
}

}  // namespace deadpeer
