// Fuzz target: any bytes as a capture file, through the whole analysis to the reports.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/open.h"
#include "deadpeer/analyzer.h"
#include "fuzz/memory_file.h"
#include "report/csv/csv_reports.h"
#include "report/fan_out.h"

namespace {

using namespace deadpeer;
using fuzz::require;

// How many cells each row has (RFC 4180). Nothing but the line ends is a control character.
std::vector<std::size_t> cells_of_rows(std::string_view csv) {
    std::vector<std::size_t> rows;
    std::size_t cells = 1;
    bool quoted = false;
    for (const char byte : csv) {
        require(byte == '\n' || (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f));
        if (byte == '"') quoted = !quoted;
        if (quoted) continue;
        if (byte == ',') ++cells;
        if (byte == '\n') {
            rows.push_back(cells);
            cells = 1;
        }
    }
    require(!quoted && cells == 1);
    return rows;
}

void check(const std::string& csv) {
    const std::vector<std::size_t> rows = cells_of_rows(csv);
    require(!rows.empty() && rows.front() > 1);
    for (const std::size_t cells : rows) require(cells == rows.front());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file({reinterpret_cast<const char*>(data), size});
    const auto source = open_capture(file.path());
    if (!source) return 0;

    const std::array<fuzz::MemoryFile, kReports.size()> written;
    {
        std::vector<std::unique_ptr<CsvReports>> reports;
        std::vector<ReportSink*> sinks;
        for (std::size_t i = 0; i < kReports.size(); ++i) {
            reports.push_back(
                CsvReports::to_descriptor(written[i].descriptor(), static_cast<Report>(i), "/tmp", {}));
            sinks.push_back(reports.back().get());
        }
        FanOut all(sinks);
        AnalyzerOptions options;
        options.hash_seed = 1;
        options.segments = SegmentSelection::kAll;
        options.memory_cap = std::size_t{16} << 20;
        Analyzer analyzer(options, all);
        analyzer.read(*source.value(), "fuzz");
        require(analyzer.finish().ok());
    }
    for (const fuzz::MemoryFile& report : written) check(report.content());
    return 0;
}
